select plan(17);

select tests.only_chefs(2);
delete from realtime.messages;
select tests.as_anon();
create temp table made as select create_booking(tests.wish(tests.slot())) as b;
grant all on made to public;
select tests.as_owner();
create temp table row_of as select b.* from bookings b where b.id = (select (b ->> 'booking_id')::uuid from made);
grant all on row_of to public;
create function pg_temp.said(p_topic text, p_event text, p_private boolean) returns setof jsonb language sql as $$
	select payload - 'id' || jsonb_build_object('id', coalesce(payload ->> 'id', '')) from realtime.messages
	where topic = p_topic and event = p_event and private = p_private order by inserted_at, id $$;

select is((select array(select jsonb_object_keys(m) order by 1) from pg_temp.said((select 'station:' || station_id || ':bookings' from row_of), 'booking_changed', true) m),
	array['event_at', 'id', 'op', 'reference', 'station_id', 'status', 'updated_at', 'version'], 'A new booking tells the station''s list what a list shows, and no more');
select is((select m ->> 'id' from pg_temp.said((select 'station:' || station_id || ':bookings' from row_of), 'booking_changed', true) m), (select id::text from row_of), 'with its id');
select is((select m ->> 'op' from pg_temp.said((select 'chef:' || chef_id from row_of), 'assignment_changed', true) m), 'INSERT', 'the chef hears of it');
select is((select count(*)::int from pg_temp.said((select 'slots:' || station_id from row_of), 'slots_changed', false)), 1, 'and every open calendar');
select ok(not exists (select from realtime.messages where payload::text ~ 'cents|@|Robin|\+1|Test Street'), 'No message holds money, names or addresses');
select is((select count(*)::int from realtime.messages where not private and topic not like 'slots:%'), 0, 'Nothing else is public');

delete from realtime.messages;
select tests.as_anon();
select is(reschedule_booking((select id from row_of), tests.slot(101), (select b ->> 'access_token' from made)) ->> 'status', 'pending', 'When it moves');
select tests.as_owner();
select is((select array_agg(m ->> 'date' order by m ->> 'date') from pg_temp.said((select 'slots:' || station_id from row_of), 'slots_changed', false) m),
	array[(tests.slot() at time zone 'America/Los_Angeles')::date::text, (tests.slot(101) at time zone 'America/Los_Angeles')::date::text], 'both days are told');
select is((select array(select jsonb_object_keys(m - 'id') order by 1) from pg_temp.said((select private.guest_topic(id) from row_of), 'booking_changed', false) m), array['event_at', 'status'], 'and the guest''s page');
select is((select count(*)::int from pg_temp.said((select 'booking:' || id from row_of), 'booking_changed', true)), 1, 'and the booking''s own');

delete from realtime.messages;
create temp table other_chef as select id from chefs where station_id = tests.station('fremont') and active and id <> (select chef_id from bookings where id = (select id from row_of));
grant all on other_chef to public;
select tests.as_user('manager.fremont@demo.test');
select is(assign_chef((select id from row_of), (select id from other_chef)) ->> 'code', null, 'When another chef gets it');
select tests.as_owner();
select is((select count(*)::int from realtime.messages where event = 'assignment_changed' and payload ->> 'op' = 'DELETE' and topic <> (select 'chef:' || id from other_chef)), 1, 'the one who lost it hears');
select is((select count(*)::int from realtime.messages where event = 'assignment_changed' and payload ->> 'op' = 'UPDATE' and topic = (select 'chef:' || id from other_chef)), 1, 'as does the one who has it now');

-- Who may listen
select tests.as_user('manager.fremont@demo.test');
select ok(private.may_join((select 'booking:' || id from row_of), 'broadcast'), 'A manager CAN follow the own station''s booking');
select tests.as_user('manager.sacramento@demo.test');
select ok(not private.may_join((select 'booking:' || id from row_of), 'broadcast') and not private.may_join((select 'station:' || station_id || ':bookings' from row_of), 'broadcast'), 'A manager can NOT follow another station''s');
select tests.as_customer('robin@example.test');
select ok(not private.may_join((select 'booking:' || id from row_of), 'broadcast'), 'Whoever has the e-mail can NOT follow before it is linked');
do $$ begin perform public.link_my_customer(); end $$;
select ok(private.may_join((select 'booking:' || id from row_of), 'broadcast'), 'A customer CAN follow the own booking');

select * from finish();
