select plan(20);

select ok((select count(*) > 2500 from zip_codes where state = 'CA'), 'All ZIP codes of California are there');
select is((select city || ', ' || county from zip_codes where zip = '94538'), 'Fremont, Alameda', 'A ZIP code knows its city and county');
select is((select station_name from private.locate_venue('95630')), 'Sacramento', 'The nearest station serves a venue');
select is((select in_area from private.locate_venue('10001')), false, 'A venue beyond every radius is out of the area');
select is_empty($$select * from private.locate_venue('00000')$$, 'An unknown ZIP code is nowhere');

select tests.as_anon();
select is(station_for_zip('95112') ->> 'name', 'San Jose', 'Visitors CAN ask which station serves a ZIP');
select is((station_for_zip('10001') ->> 'in_area')::boolean, false, 'It says when none does');
select is(tests.code($$select station_for_zip('1')$$), 'UNKNOWN_ZIP', 'An unknown ZIP is refused');
select is(tests.code('select id from stations'), '42501', 'Visitors can NOT read the stations table');
select is(jsonb_array_length(site_catalog() -> 'stations'), 3, 'Visitors CAN read the public part of active stations');
select is(site_catalog() -> 'stations' -> 0 -> 'start_times', '["12:00", "15:00", "18:00", "21:00"]', 'Start times are local times of day');
select is(tests.code('select value from private.settings'), '42501', 'Visitors can NOT read settings');

-- A nearer station out of reach gives way to a farther one that reaches
select tests.as_owner();
update stations set service_radius_miles = 30 where slug = 'sacramento';
select is((select station_name || in_area from private.locate_venue('95677')), 'Sacramentotrue', 'A station within its radius serves');
update stations set service_radius_miles = 30, free_travel_miles = 5 where slug = 'sacramento';
select is((select station_name || in_area from private.locate_venue('95616')), 'Sacramentotrue', 'Its radius decides, not its free miles');
update stations set service_radius_miles = 1, free_travel_miles = 0 where slug = 'sacramento';
select is((select station_name || in_area from private.locate_venue('95677')), 'Fremonttrue', 'A farther station that reaches serves instead of a nearer that does not');
update stations set active = false where slug = 'fremont';
select isnt((select station_name from private.locate_venue('94538')), 'Fremont', 'A closed station serves nothing');

select throws_ok($$update stations set timezone = 'America/Atlantis'$$, '22023', null, 'A time zone that does not exist can NOT be stored');
select throws_ok($$update stations set deleted_at = now(), delete_reason = 'no'$$, '23514', null, 'A station can NOT be deleted without a reason');
select tests.as_user('manager.fremont@demo.test');
select set_eq('select slug from stations', array['fremont'], 'A manager CAN read the own station only');
select is(tests.touched($$update stations set min_notice_hours = 0$$), 0, 'A manager can NOT change the station''s rules');

select * from finish();
