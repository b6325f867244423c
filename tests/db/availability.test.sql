select plan(19);

select tests.only_chefs(3);
create function tests.free(p_at timestamptz, p_zip text default '94538') returns integer
language sql volatile set search_path = '' as $$
	select s.capacity from public.available_slots(p_zip, (p_at - interval '2 days')::date, (p_at + interval '2 days')::date) s where s.starts_at = p_at $$;
grant execute on function tests.free(timestamptz, text) to public;
create temp table team as select id, row_number() over (order by id) as place from chefs where station_id = tests.station('fremont') and active;

-- What is shown
select tests.as_anon();
select is(tests.free(tests.slot()), 3, 'A slot shows how many chefs are free');
select is((select count(*)::int from available_slots('94538', (tests.slot())::date, (tests.slot() + interval '6 days')::date)), 28, 'Every start time of every day is shown');
select is((select min(starts_at) >= now() + interval '48 hours' from available_slots('94538', current_date, current_date + 7)), true, 'Nothing within the notice is shown');
select is((select count(*)::int from available_slots('94538', current_date + 370, current_date + 380)), 0, 'nor beyond the window');
select is((select count(*)::int from available_slots('94538', current_date - 10, current_date - 3)), 0, 'nor the past');
select is(tests.code($$select count(*) from available_slots('00000', current_date, current_date + 7)$$), 'UNKNOWN_ZIP', 'An unknown ZIP is refused');
select is(tests.code($$select count(*) from available_slots('90001', current_date, current_date + 7)$$), 'OUT_OF_AREA', 'as is one outside of every area');
select is(tests.code($$select count(*) from available_slots('94538', current_date, current_date + 63)$$), 'INVALID_REQUEST', 'and more than 62 days at once');
select is(tests.code($$select count(*) from available_slots('94538', null, 'infinity')$$), 'INVALID_REQUEST', 'and no days at all');

-- Hours
select tests.as_owner();
insert into chef_exceptions (chef_id, on_date, available) select id, tests.slot()::date - 1, false from team where place = 1; -- local date: 18:00 is the next day in UTC
select is(tests.free(tests.slot()), 2, 'A chef''s day off is not offered');
select is(tests.free(tests.slot() + interval '1 day'), 3, 'but the day after is');
insert into chef_exceptions (chef_id, on_date, available, starts_at, ends_at) select id, tests.slot()::date - 1, false, '19:59', '21:00' from team where place = 2;
select is(tests.free(tests.slot()), 1, 'Hours off that touch the event take it');
select is(tests.free(tests.slot(100, '12:00')), 2, 'but leave the rest of the day');
delete from chef_weekly_hours where chef_id = (select id from team where place = 3);
select is(tests.free(tests.slot()), 0, 'A full slot is shown with 0');
insert into chef_exceptions (chef_id, on_date, available, starts_at, ends_at) select id, tests.slot()::date - 1, true, '18:00', '20:00' from team where place = 3;
select is(tests.free(tests.slot()), 1, 'Extra hours that hold the event offer it');
update chefs set active = false where id = (select id from team where place = 3);
select is(tests.free(tests.slot()), 0, 'A chef who is not active is not offered');

-- Drive
select tests.only_chefs(1);
select tests.as_anon();
select is(create_booking(tests.wish(tests.slot(60, '12:00'))) ->> 'status', 'pending', 'With one chef booked at noon nearby,');
select is(tests.free(tests.slot(60, '18:00')), 1, 'a near venue CAN have the evening');
select is(tests.free(tests.slot(60, '18:00'), '94952'), 0, 'while a far one can NOT: the drive would not fit');

select * from finish();
