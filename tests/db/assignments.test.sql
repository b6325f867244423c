select plan(77);

select tests.as_owner();
select tests.only_chefs(0);
create temp table kenji as select c.id from chefs c where c.user_id = tests.user_id('chef.fremont@demo.test');
create temp table hana as select c.id from chefs c join staff s on s.id = c.staff_id where s.email = 'hana.ito@demo.test';
update chefs set active = true where id in (select id from kenji);
insert into chef_weekly_hours (chef_id, weekday, starts_at, ends_at) select id, d, '11:00', '24:00' from kenji, generate_series(0, 6) d;
delete from chef_exceptions;
select tests.as_customer('ana@example.test');
create temp table ana as select create_booking(tests.wish(tests.slot(60), jsonb_build_object('contact', tests.contact(1) || '{"email": "ana@example.test"}'))) as b;
select tests.as_anon();
create temp table bo as select create_booking(tests.wish(tests.slot(62), jsonb_build_object('contact', tests.contact(2)))) as b;
select tests.as_owner();
create function tests.ana() returns uuid language sql stable set search_path = public, pg_temp as $$ select (b ->> 'booking_id')::uuid from pg_temp.ana $$;
create function tests.bo() returns uuid language sql stable set search_path = public, pg_temp as $$ select (b ->> 'booking_id')::uuid from pg_temp.bo $$;
create function tests.deed(p_deed text, p_undo boolean default false, p_reason text default null) returns text language sql set search_path = public, pg_temp as
	$$ select coalesce(a ->> 'code', a ->> 'assignment') || coalesce(':' || (a #>> '{details,reason}'), '') from assignment_deed((select (b ->> 'booking_id')::uuid from pg_temp.ana), p_deed, p_undo, p_reason) a $$;
/* As if the event began so long from now. */
create function tests.begins_in(p_in interval) returns void language sql set search_path = public, pg_temp as $$
	update chef_reservations set event_at = now() + p_in, period = tstzrange(now() + p_in - interval '2 hours', now() + p_in + interval '4 hours')
		where booking_id = tests.ana() and released_at is null;
	update bookings set event_at = now() + p_in, event_ends_at = now() + p_in + interval '2 hours' where id = tests.ana();
$$;
grant execute on all functions in schema tests to public;
grant all on ana, bo, kenji, hana to public;

-- What a booking makes of its assignment
select is((select (status, chef_id)::text from booking_assignments where booking_id = tests.ana()), (select ('offered', id)::text from kenji), 'A booking offers itself to its chef');
select is((select count(*)::int from booking_assignments a where a.booking_id = tests.ana()), 1, 'once');

-- Who may read
select tests.as_user('chef.fremont@demo.test');
select is((select count(*)::int from booking_assignments), 0, 'A chef reads no assignments but through my_assignments');
select is((select assignment from my_assignments() where booking_id = tests.ana()), 'offered', 'which tells the own answer');
select is(tests.touched('update booking_assignments set status = ''accepted'''), null, 'A chef can NOT write one directly');
select tests.as_customer('ana@example.test');
select is((select count(*)::int from booking_assignments), 0, 'A customer reads no assignments, not even of the own booking');
select tests.as_user('manager.sacramento@demo.test');
select is((select count(*)::int from booking_assignments where booking_id = tests.ana()), 0, 'A manager reads no other station''s');
select tests.as_user('support@demo.test');
select is((select count(*)::int from booking_assignments where booking_id = tests.ana()), 1, 'Support CAN read them');

-- Who may answer
select is(tests.deed('accept'), 'NOT_ALLOWED', 'Support can NOT answer for a chef');
select tests.as_user('chef.sacramento@demo.test');
select is(tests.deed('accept'), 'NOT_FOUND', 'A chef can NOT answer for another chef''s event');
select tests.as_customer('ana@example.test');
select is(tests.deed('done'), 'NOT_FOUND', 'A customer can NOT complete the own booking');
select tests.as_user('manager.sacramento@demo.test');
select is(tests.deed('accept'), 'NOT_FOUND', 'nor another station''s manager');
select tests.as_anon();
select is(tests.code('select assignment_deed(tests.ana(), ''accept'')'), '42501', 'nor a visitor');

-- Accepting
select tests.as_user('chef.fremont@demo.test');
select is(tests.deed('dance'), 'INVALID_REQUEST', 'A deed that is none is refused');
select is(tests.deed('on_my_way'), 'BOOKING_NOT_CHANGEABLE:pending', 'A chef can NOT set out to a dinner that is not confirmed');
create temp table before as select version from (select version from my_assignments() where booking_id = tests.ana()) v;
select is(tests.deed('accept'), 'accepted', 'A chef CAN accept the own event');
select ok((select m.version > b.version from my_assignments() m, before b where m.booking_id = tests.ana()), 'which is a new version of the booking, so that every list and the catch-up see it');
create temp table accepted as select version from my_assignments() where booking_id = tests.ana();
select is(tests.deed('accept'), 'accepted', 'twice is once:');
select is((select m.version from my_assignments() m where m.booking_id = tests.ana()), (select version from accepted), 'nothing is written the second time');
select is(tests.deed('accept', true), 'offered', 'and a slip is taken back');
select is(tests.deed('accept', true), 'offered', 'also once');

-- Declining
select is(tests.deed('decline', false, 'No.'), 'INVALID_REQUEST', 'A chef can NOT decline without a reason');
select is(tests.deed('decline', false, repeat('x', 501)), 'INVALID_REQUEST', 'nor with a novel');
select is(tests.deed('decline', false, '  My car broke down.  '), 'declined', 'A chef CAN decline with a reason');
select is(tests.deed('decline', false, 'Another reason, later.'), 'declined', 'twice is once');
select is((select decline_reason from my_assignments() where booking_id = tests.ana()), 'My car broke down.', 'and the first reason stays');
select tests.as_owner();
select is((select count(*)::int from chef_reservations where booking_id = tests.ana() and released_at is null), 1, 'Declining does not free the slot');
select is((select chef_id from bookings where id = tests.ana()), (select id from kenji), 'nor the chef: it asks for another');
select is((select count(*)::int from pgboss.job where name = 'assignment-declined' and data ->> 'booking_id' = tests.ana()::text), 1, 'The managers get a mail');
select is((select payload - 'id' from realtime.messages where topic = 'station:' || tests.station('fremont') || ':bookings' and event = 'assignment_declined'),
	jsonb_build_object('booking_id', tests.ana(), 'reference', (select b ->> 'reference' from ana), 'chef', 'Kenji Mori', 'reason', 'My car broke down.'), 'and the station''s open pages hear it at once');
select ok(exists (select from realtime.messages where topic = 'chef:' || (select id from kenji) and event = 'assignment_changed' and payload ->> 'booking_id' = tests.ana()::text), 'as do the chef''s own');
select ok(exists (select from audit_log where table_name = 'booking_assignments' and row_id = tests.ana()::text and changes #>> '{decline_reason,new}' = 'My car broke down.'
	and actor_id = tests.user_id('chef.fremont@demo.test') and station_id = tests.station('fremont')), 'The audit tells who declined and why');

-- Reassigning
update chefs set active = true where id in (select id from hana);
insert into chef_weekly_hours (chef_id, weekday, starts_at, ends_at) select id, d, '11:00', '24:00' from hana, generate_series(0, 6) d;
select tests.as_user('manager.fremont@demo.test');
select is(assign_chef(tests.ana(), (select id from kenji)) ->> 'code', null, 'A manager CAN ask the same chef anew');
select is((select status from booking_assignments where booking_id = tests.ana()), 'offered', 'which offers it again');
select is(assign_chef(tests.ana(), (select id from hana)) ->> 'code', null, 'or give it to another chef');
select is((select (status, chef_id)::text from booking_assignments where booking_id = tests.ana()), (select ('offered', id)::text from hana), 'to whom it is offered');
select tests.as_user('chef.fremont@demo.test');
select is(tests.deed('accept'), 'NOT_FOUND', 'A chef who lost an event can NOT answer for it');
select tests.as_user('manager.fremont@demo.test');
select is(assign_chef(tests.bo(), (select id from hana)) ->> 'code', null, 'Given that chef another event,');
select is(assign_chef(tests.ana(), (select id from kenji)) ->> 'code', null, 'and this one back to the first,');
select ok(confirm_booking(tests.ana()) ->> 'status' = 'confirmed', 'confirmed,');
select tests.as_user('chef.fremont@demo.test');
select is(tests.deed('accept'), 'accepted', 'and accepted:');
select tests.as_user('manager.fremont@demo.test');
select is(move_booking(tests.ana(), tests.slot(62), (select id from hana)) ->> 'message',
	(select format('Hana Ito is taken then by %s (%s).', b ->> 'reference', to_char(tests.slot(62) at time zone 'America/Los_Angeles', 'FMDy, FMMon FMDD, FMHH12:MI AM')) from bo),
	'it can NOT be moved onto a chef who is taken, and the refusal names by which booking');
select is((select event_at from bookings where id = tests.ana()), tests.slot(60), 'Nothing moved then');
select is(move_booking(tests.ana(), tests.slot(62), (select id from kenji)) ->> 'event_at', to_jsonb(tests.slot(62)) #>> '{}', 'It CAN be moved to a free one');
select is((select status from booking_assignments where booking_id = tests.ana()), 'offered', 'who is asked anew, because the time is another');
select is(assign_chef(tests.ana(), (select id from hana)) #>> '{details,held_by,reference}', (select b ->> 'reference' from bo), 'Assigning names the booking as well');
select is(move_booking(tests.ana(), tests.slot(63, '17:00'), (select id from kenji)) ->> 'code', 'INVALID_START_TIME', 'A booking can NOT be moved to where nothing starts');
select tests.as_owner();
insert into chef_exceptions (chef_id, on_date) select id, (tests.slot(64) at time zone 'America/Los_Angeles')::date from kenji;
select tests.as_user('manager.fremont@demo.test');
select is(move_booking(tests.ana(), tests.slot(64), (select id from kenji)) ->> 'message', 'Kenji Mori does not work at that time.', 'nor to a chef''s day off');
select tests.as_customer('ana@example.test');
select is(move_booking(tests.ana(), tests.slot(66), (select id from kenji)) ->> 'code', 'NOT_ALLOWED', 'A customer can NOT choose time and chef');
select tests.as_user('support@demo.test');
select is(move_booking(tests.ana(), tests.slot(66), (select id from hana)) ->> 'code', 'NOT_ALLOWED', 'Support can NOT change the chef by moving');
select is((select event_at from bookings where id = tests.ana()), tests.slot(62), 'and nothing moved');
select is(move_booking(tests.ana(), tests.slot(66)) ->> 'code', null, 'but CAN move the time');

-- On my way, arrived, done
select tests.as_user('chef.fremont@demo.test');
select is(tests.deed('accept'), 'accepted', 'Accepted again,');
select is(tests.deed('on_my_way'), 'OUT_OF_ORDER:too_early', 'A chef can NOT set out days before');
select tests.as_owner();
select tests.begins_in(interval '90 minutes');
select tests.as_user('chef.fremont@demo.test');
select is(tests.deed('on_my_way'), 'OUT_OF_ORDER:not_accepted', 'nor before accepting');
select is(tests.deed('accept'), 'accepted', 'Then');
select is(tests.deed('arrived'), 'OUT_OF_ORDER:not_on_my_way', 'nor arrive before setting out');
select is(tests.deed('on_my_way'), 'accepted', 'A chef CAN be on the way');
select is(tests.deed('decline', false, 'Too late for that.'), 'OUT_OF_ORDER:under_way', 'and can NOT decline any more');
select is(tests.deed('accept', true), 'OUT_OF_ORDER:later_step', 'nor take the acceptance back before the way');
select tests.as_customer('ana@example.test');
select is(chef_progress(tests.ana()) - 'since' - 'guest_topic', '{"stage": "on_the_way", "chef": "Kenji"}', 'The customer sees who is on the way');
select tests.as_anon();
select is(chef_progress(tests.ana(), (select b ->> 'access_token' from ana)) ->> 'stage', 'on_the_way', 'as does the guest with the link');
select is(chef_progress(tests.ana(), (select b ->> 'access_token' from bo)) ->> 'code', 'NOT_FOUND', 'and nobody with another link');
select tests.as_owner();
select ok(exists (select from realtime.messages where topic = private.guest_topic(tests.ana()) and payload ? 'on_my_way_at'), 'The guest''s open page hears it');
select tests.as_user('chef.fremont@demo.test');
select is(tests.deed('arrived'), 'accepted', 'Then the chef is there');
select is(tests.deed('done'), 'OUT_OF_ORDER:too_early', 'and can NOT be done before the event began');
select tests.as_owner();
update bookings set event_at = now() - interval '1 hour' where id = tests.ana();
update booking_assignments set status = 'accepted', answered_at = now(), on_my_way_at = now() - interval '2 hours', arrived_at = now() - interval '11 minutes' where booking_id = tests.ana();
select tests.as_user('chef.fremont@demo.test');
select is(tests.deed('arrived', true), 'OUT_OF_ORDER:too_late', 'What was said more than ten minutes ago can NOT be taken back');
select is(assignment_deed(tests.ana(), 'done') ->> 'status', 'completed', 'Being done completes the booking');
select is(assignment_deed(tests.ana(), 'done', true) ->> 'status', 'confirmed', 'A slip does not');
select tests.as_user('manager.fremont@demo.test');
select is(assignment_deed(tests.ana(), 'done') ->> 'status', 'completed', 'A manager CAN complete it as well');
select tests.as_owner();
select ok((select completed_at is not null and status = 'completed' from bookings where id = tests.ana()), 'with the time');

-- The window of who and where: both edges
update bookings set event_at = now() + interval '7 days', event_ends_at = now() + interval '7 days 2 hours' where id = tests.bo();
update bookings set chef_id = (select id from kenji) where id = tests.bo();
select tests.as_user('chef.fremont@demo.test');
select results_eq('select num_nulls(customer_name, customer_phone, venue_line1, venue_city, venue_state, venue_zip) from my_assignments() where booking_id = tests.bo()', 'values (0)', 'Seven days before, a chef sees who and where');
select tests.as_owner();
update bookings set event_at = event_at + interval '1 second' where id = tests.bo();
select tests.as_user('chef.fremont@demo.test');
select results_eq('select num_nonnulls(customer_name, customer_phone, venue_line1, venue_line2, venue_city, venue_state, venue_zip), adults from my_assignments() where booking_id = tests.bo()', 'values (0, 10)', 'a second earlier nothing of it, only what to cook');
select tests.as_owner();
update bookings set event_at = now() - interval '26 hours', event_ends_at = now() - interval '1 day' where id = tests.bo();
select tests.as_user('chef.fremont@demo.test');
select results_eq('select num_nulls(customer_name, customer_phone, venue_line1, venue_zip) from my_assignments() where booking_id = tests.bo()', 'values (0)', 'A day after the end still,');
select tests.as_owner();
update bookings set event_ends_at = event_ends_at - interval '1 second' where id = tests.bo();
select tests.as_user('chef.fremont@demo.test');
select results_eq('select num_nonnulls(customer_name, customer_phone, venue_line1, venue_line2, venue_city, venue_state, venue_zip) from my_assignments() where booking_id = tests.bo()', 'values (0)', 'a second later no more');
select ok(not exists (select from my_assignments() m where to_jsonb(m)::text ~ 'cents|@'), 'Money and e-mails never');
select is((select count(*)::int from bookings) + (select count(*)::int from customers) + (select count(*)::int from booking_items) + (select count(*)::int from chef_reservations), 0, 'nor any row of the tables behind it');

select * from finish();
