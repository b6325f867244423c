select plan(19);

select tests.as_owner();
delete from chef_reservations where true;
select tests.as_anon();
create temp table one as select create_booking(tests.wish(tests.slot(4, '12:00'), jsonb_build_object('contact', tests.contact(1)))) as b;
create temp table two as select create_booking(tests.wish(tests.slot(5, '12:00', 'sacramento'), jsonb_build_object('contact', tests.contact(2), 'zip', '95814',
	'venue', '{"line1": "1 J Street", "line2": "", "city": "Sacramento", "state": "CA", "zip": "95814"}'::jsonb))) as b;
grant all on one, two to public;
select tests.as_owner();
create function tests.refs(p_rows jsonb) returns text[] language sql immutable set search_path = '' as $$ select array(select r ->> 'reference' from jsonb_array_elements(p_rows) r) $$;
grant execute on function tests.refs(jsonb) to public;

select tests.as_user('admin@demo.test');
create temp table admin as select dashboard() as d;
select ok(tests.refs((select d -> 'ahead' from admin)) @> array[(select b ->> 'reference' from one), (select b ->> 'reference' from two)], 'Head office sees the next days of all stations');
select ok(not tests.refs((select dashboard(tests.station('fremont')) -> 'ahead')) @> array[(select b ->> 'reference' from two)], 'or of one');
select ok((select d #> '{figures,booked,week}' from admin)::int >= 2, 'What was booked this week counts');
select is((select jsonb_typeof(d -> 'activity') from admin), 'array', 'It sees what happened');
select is((select jsonb_typeof(d -> 'failed_payments') from admin), 'number', 'and how many payments failed');
select tests.as_user('manager.fremont@demo.test');
create temp table manager as select dashboard() as d;
select ok(tests.refs((select d -> 'ahead' from manager)) @> array[(select b ->> 'reference' from one)], 'A manager sees the own station''s');
select ok(not tests.refs((select d -> 'ahead' from manager)) @> array[(select b ->> 'reference' from two)], 'and NOT another one''s');
select is(tests.refs((select dashboard(tests.station('sacramento')) -> 'ahead')), '{}', 'also NOT by asking for it');
select ok((select (m.d #> '{figures,booked,month}')::int < (a.d #> '{figures,booked,month}')::int from manager m, admin a), 'The figures are of the own station too');
select ok((select bool_and(c.station_id = tests.station('fremont')) and count(*) > 0 from manager, jsonb_array_elements(d -> 'chefs') l join chefs c on c.id = (l ->> 'id')::uuid), 'as is the chefs'' load');
select ok((select bool_and(x ->> 'table_name' <> 'bookings' or x ->> 'subject' like 'MH-%') from manager, jsonb_array_elements(d -> 'activity') x), 'What happened names the booking');
select is((select count(*)::int from manager, jsonb_array_elements(d -> 'activity') x join audit_log a on a.id = (x ->> 'id')::uuid where a.station_id = tests.station('fremont')),
	(select jsonb_array_length(d -> 'activity') from manager), 'and is the own station''s only');
select is((select jsonb_array_length(d -> 'declined') from manager), 0, 'Nothing needs a chef');
select is(assignment_deed((select (b ->> 'booking_id')::uuid from one), 'decline', false, 'My car broke down.') ->> 'assignment', 'declined', 'until one is declined');
select is(tests.refs(dashboard() -> 'declined'), array[(select b ->> 'reference' from one)], 'which is then shown');
select tests.as_user('support@demo.test');
select is(dashboard() -> 'activity', 'null', 'Support may NOT see the activity');
select tests.as_user('chef.fremont@demo.test');
select ok((select d ->> 'ahead' = '[]' and d ->> 'open_leads' = '0' and d #>> '{figures,revenue_cents,month}' = '0' and d ->> 'activity' is null and d ->> 'failed_payments' is null
	from (select dashboard() as d) d), 'A chef gets nothing of it');
select tests.as_customer('ana@example.test');
select is(dashboard() -> 'ahead', '[]', 'nor a customer');
select tests.as_anon();
select is(tests.code('select dashboard()'), '42501', 'nor a visitor');
select * from finish();
