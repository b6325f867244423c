select plan(33);

select tests.as_owner();
create temp table kenji as select c.id, c.station_id from chefs c where c.user_id = tests.user_id('chef.fremont@demo.test');
create temp table hana as select c.id from chefs c join staff s on s.id = c.staff_id where s.email = 'hana.ito@demo.test';
create temp table dana as select c.id from chefs c where c.user_id = tests.user_id('chef.sacramento@demo.test');
grant all on kenji, hana, dana to public;

-- Profiles
select tests.as_user('chef.fremont@demo.test');
select set_eq('select id from chefs', 'select id from kenji', 'A chef reads the own profile only');
select is(tests.touched('update chefs set bio = ''New''' ), 1, 'A chef CAN edit the own bio, and nobody else''s');
select is(tests.code('update chefs set active = false'), 'NOT_ALLOWED', 'A chef can NOT retire');
select is(tests.code(format('update chefs set station_id = %L', tests.station('sacramento'))), 'NOT_ALLOWED', 'nor move to another station');
select is(tests.touched('insert into chefs (staff_id, station_id) select id, (select station_id from kenji) from staff limit 1'), null, 'nor add chefs');
select tests.as_user('manager.fremont@demo.test');
select ok((select count(*) = 6 and bool_and(station_id = tests.station('fremont')) from chefs), 'A manager reads the chefs of the own station');
select is((select count(s.name)::int from chefs c left join staff s on s.id = c.staff_id), 6, 'with their names, also of who has no sign-in');
select is((select count(*)::int from staff s join chefs c on c.staff_id = s.id where c.id = (select id from dana)), 0, 'and NOT of another station''s');
select is(tests.touched('update chefs set active = false where id = (select id from hana)'), 1, 'A manager CAN take one off');
select is(tests.code(format('update chefs set station_id = %L where id = (select id from hana)', tests.station('sacramento'))) in ('42501', 'NOT_ALLOWED'), true, 'A manager can NOT send one to another station');
select is(tests.touched('update chefs set bio = ''x'' where id = (select id from dana)'), 0, 'nor edit another station''s');
select tests.as_user('support@demo.test');
select is((select count(*)::int from chefs), 14, 'Support reads all chefs');
select is(tests.touched('update chefs set bio = ''x'''), 0, 'and edits none');
select tests.as_customer('ana@example.test');
select is((select count(*)::int from chefs), 0, 'A customer reads no chefs');

-- Availability
select tests.as_user('chef.fremont@demo.test');
select is(tests.code(format('insert into chef_exceptions (chef_id, on_date, reason) select id, %L, ''Holiday'' from kenji', current_date + 20)), null, 'A chef CAN take a day off');
select is(tests.touched('delete from chef_weekly_hours where weekday = 1'), 1, 'and change the own hours, nobody else''s');
select is(tests.touched(format('insert into chef_exceptions (chef_id, on_date) select id, %L from hana', current_date + 20)), null, 'but can NOT take somebody else''s day');
select is(tests.code('insert into chef_weekly_hours (chef_id, weekday, starts_at, ends_at) select id, 1, ''18:00'', ''12:00'' from kenji'), '23514', 'Hours can NOT end before they start');
select is(tests.code('insert into chef_weekly_hours (chef_id, weekday, starts_at, ends_at) select id, 7, ''12:00'', ''18:00'' from kenji'), '23514', 'nor be on an eighth day');
select tests.as_user('manager.sacramento@demo.test');
select is(tests.touched(format('insert into chef_exceptions (chef_id, on_date) select id, %L from kenji', current_date + 20)), null, 'A manager can NOT change another station''s availability');
select tests.as_owner();
select is((select count(*)::int from realtime.messages where topic = 'slots:' || tests.station('fremont') and payload ->> 'date' = (current_date + 20)::text), 1, 'A day off is told to every open calendar');

-- Assignments
select tests.as_owner();
select tests.only_chefs(0);
update chefs set active = true where id = (select id from kenji);
insert into chef_weekly_hours (chef_id, weekday, starts_at, ends_at) select id, d, '11:00', '24:00' from kenji, generate_series(0, 6) d;
delete from chef_exceptions;
select tests.as_anon();
create temp table soon as select create_booking(tests.wish(tests.slot(4, '12:00'), '{"notes": "No peanuts.", "items": [{"code": "addon_gyoza", "quantity": 3}]}')) as b;
create temp table later as select create_booking(tests.wish(tests.slot(90), jsonb_build_object('contact', tests.contact(2)))) as b;
grant all on soon, later to public;
select is((select b ->> 'status' from soon) || (select b ->> 'status' from later), 'pendingpending', 'Given two bookings,');
select tests.as_user('chef.fremont@demo.test');
select is((select count(*)::int from my_assignments() where booking_id in (select (b ->> 'booking_id')::uuid from soon union select (b ->> 'booking_id')::uuid from later)), 2, 'a chef sees what is assigned,');
select results_eq($$select customer_name, customer_phone, venue_line1, notes from my_assignments() where booking_id = (select (b ->> 'booking_id')::uuid from soon)$$,
	$$values ('Robin Rivera'::text, '+15102345678'::text, '1 Test Street'::text, 'No peanuts.'::text)$$, 'with whom and where from a week before');
select results_eq($$select customer_name, customer_phone, venue_line1, venue_zip, adults from my_assignments() where booking_id = (select (b ->> 'booking_id')::uuid from later)$$,
	$$values (null::text, null::text, null::text, null::text, 10)$$, 'and not earlier');
select ok(not exists (select from my_assignments() m where to_jsonb(m)::text ~ 'cents|@'), 'A chef never reads money or e-mails');
select is((select count(*)::int from bookings), 0, 'nor the bookings themselves');
select is((select count(*)::int from customers), 0, 'nor customers');
select is((select count(*)::int from booking_items), 0, 'nor their items');
select tests.as_user('chef.sacramento@demo.test');
select is((select count(*)::int from my_assignments() where booking_id in (select (b ->> 'booking_id')::uuid from soon)), 0, 'nor what is assigned to others');
select tests.as_owner();
delete from role_permissions where role = 'chef' and permission = 'bookings.assigned';
select tests.as_user('chef.fremont@demo.test');
select is((select count(*)::int from my_assignments()), 0, 'A chef whose role lost the permission sees nothing');
select tests.as_anon();
select is(tests.code('select count(*) from my_assignments()'), '42501', 'A visitor has no assignments');
select is(tests.code('select count(*) from chefs'), '42501', 'and reads no chefs');

select * from finish();
