-- Who joins which private channel. The server asks exactly this: a probe row is visible to the person, or may be inserted.
select plan(33);

create function tests.may(p_topic text, p_extension text default 'broadcast') returns boolean
language plpgsql set search_path = '' as $$
begin
	perform set_config('realtime.topic', p_topic, true);
	return exists (select from realtime.messages where topic = 'probe' and extension = p_extension);
end
$$;
create function tests.may_write(p_topic text, p_extension text) returns boolean
language plpgsql set search_path = '' as $$
begin
	perform set_config('realtime.topic', p_topic, true);
	insert into realtime.messages (topic, extension) values (p_topic, p_extension);
	return true;
exception when insufficient_privilege then
	return false;
end
$$;
grant execute on all functions in schema tests to anon, authenticated;
insert into realtime.messages (topic, extension) values ('probe', 'broadcast'), ('probe', 'presence');

insert into chefs (staff_id, station_id)
	select s.id, tests.station('fremont') from staff s
	where s.email = 'chef.fremont@demo.test' and not exists (select from chefs c where c.staff_id = s.id);
insert into chefs (staff_id, station_id)
	select s.id, tests.station('sacramento') from staff s
	where s.email = 'chef.sacramento@demo.test' and not exists (select from chefs c where c.staff_id = s.id);
insert into customers (user_id, name, email) values (tests.make_user('ana@example.test'), 'Ana', 'ana@example.test');
insert into bookings (reference, station_id, customer_id, chef_id, event_at, event_ends_at, timezone, adults, venue_line1, venue_city,
	venue_state, venue_zip, road_miles, quote, total_cents, deposit_cents, price_version, hold_expires_at)
select 'MH-ZZZZ9', tests.station('fremont'), (select id from customers where email = 'ana@example.test'),
	(select c.id from chefs c where c.user_id = tests.user_id('chef.fremont@demo.test')), '2030-01-01 20:00+00', '2030-01-01 22:00+00',
	'America/Los_Angeles', 10, '1 Main St', 'Fremont', 'CA', '94538', 1, '{}', 55000, 10000, 'p0', '2030-01-01';

create temp table topics as select
	'station:' || tests.station('fremont') || ':bookings' as fremont,
	'station:' || tests.station('sacramento') || ':bookings' as sacramento,
	'station:' || tests.station('fremont') || ':leads' as leads,
	'booking:' || (select id from bookings where reference = 'MH-ZZZZ9') as booking,
	'chef:' || (select id from chefs where user_id = tests.user_id('chef.fremont@demo.test')) as chef,
	'chef:' || (select id from chefs where user_id = tests.user_id('chef.sacramento@demo.test')) as other_chef,
	'user:' || tests.user_id('chef.fremont@demo.test') as person;
grant select on topics to public;

select tests.as_user('manager.fremont@demo.test');
select ok(tests.may(fremont), 'A manager CAN follow the own station''s bookings') from topics;
select ok(tests.may(leads), 'A manager CAN follow the own station''s leads') from topics;
select ok(tests.may(booking), 'A manager CAN follow a booking of the station') from topics;
select ok(tests.may(booking, 'presence'), 'A manager CAN see who else looks at a booking') from topics;
select ok(tests.may_write(booking, 'presence'), 'A manager CAN show that they look at a booking') from topics;
select ok(tests.may(chef), 'A manager CAN follow a chef of the station') from topics;
select ok(tests.may('staff:flags'), 'Staff CAN follow the flags');
select ok(not tests.may(sacramento), 'A manager can NOT follow another station''s bookings') from topics;
select ok(not tests.may(sacramento, 'presence'), 'A manager can NOT see who looks at another station''s bookings') from topics;
select ok(not tests.may(other_chef), 'A manager can NOT follow another station''s chef') from topics;
select ok(not tests.may(person), 'A manager can NOT follow somebody else''s own channel') from topics;
select ok(not tests.may_write(fremont, 'broadcast'), 'A manager can NOT send messages: only the database does') from topics;

select tests.as_user('chef.fremont@demo.test');
select ok(tests.may(chef), 'A chef CAN follow the own assignments') from topics;
select ok(tests.may(person), 'A person CAN follow the own channel') from topics;
select ok(tests.may(booking), 'A chef CAN follow an assigned booking') from topics;
select ok(not tests.may(fremont), 'A chef can NOT follow the station''s bookings') from topics;
select ok(not tests.may(other_chef), 'A chef can NOT follow another chef') from topics;
select ok(not tests.may(booking, 'presence'), 'A chef can NOT see who looks at a booking') from topics;
select tests.as_user('chef.sacramento@demo.test');
select ok(not tests.may(booking), 'A chef can NOT follow another''s booking') from topics;

select tests.as_user('ana@example.test');
select ok(tests.may(booking), 'A customer CAN follow the own booking') from topics;
select ok(not tests.may(booking, 'presence'), 'A customer can NOT see who looks at the own booking') from topics;
select ok(not tests.may_write(booking, 'presence'), 'A customer can NOT show presence among staff') from topics;
select ok(not tests.may(fremont), 'A customer can NOT follow a station') from topics;
select ok(not tests.may('staff:flags'), 'A customer can NOT follow what is for staff');
select tests.as_customer('ben@example.test');
select ok(not tests.may(booking), 'A customer can NOT follow another''s booking') from topics;

select tests.as_anon();
select ok(not tests.may(fremont), 'A visitor can NOT follow a station') from topics;
select ok(not tests.may(booking), 'A visitor can NOT follow a booking') from topics;

select tests.as_user('super_admin@demo.test');
select ok(tests.may(sacramento), 'Head office CAN follow every station') from topics;
select ok(not tests.may('anything:' || gen_random_uuid()), 'Nobody CAN join a topic that is not known');
select ok(not tests.may('station:not-an-id:bookings'), 'Nobody CAN join a topic with a broken id');
select ok(not tests.may(fremont || ':more'), 'Nobody CAN join a topic with more behind it') from topics;

-- What is said aloud
select tests.as_owner();
update feature_flags set enabled = true where key = 'stripe';
select results_eq($$select payload ->> 'key', (payload ->> 'enabled')::boolean, private from realtime.messages where topic = 'flags'$$,
	$$values ('stripe', true, false)$$, 'A switched flag is told to every open page');
select tests.grant_role('ben@example.test', 'customer_support');
select is((select count(*)::int from realtime.messages where topic = 'user:' || tests.user_id('ben@example.test') and event = 'permissions_changed'),
	1, 'A granted role is told to its holder');

select * from finish();
