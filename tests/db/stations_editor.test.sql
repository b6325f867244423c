select plan(13);

select tests.as_user('admin@demo.test');
select lives_ok($$insert into stations (slug, name, base_zip, active) values ('fresno', 'Fresno', '93721', false)$$, 'Head office CAN open a station by its ZIP code');
select results_eq($$select latitude, longitude from stations where slug = 'fresno'$$, $$select latitude, longitude from zip_codes where zip = '93721'$$,
	'which lies where its ZIP code is');
select is(tests.code($$insert into stations (slug, name, base_zip) values ('nowhere', 'Nowhere', '00000')$$), 'UNKNOWN_ZIP', 'An unknown ZIP code is refused');
select is(tests.code($$update stations set base_zip = '00000' where slug = 'fresno'$$), 'UNKNOWN_ZIP', 'also when a station moves');
select tests.as_owner();
delete from realtime.messages;
select tests.as_user('admin@demo.test');
select is(tests.touched($$update stations set base_zip = '95814' where slug = 'fresno'$$), 1, 'A station CAN move');
select results_eq($$select latitude from stations where slug = 'fresno'$$, $$select latitude from zip_codes where zip = '95814'$$, 'and its coordinates with it');
select is(tests.touched($$insert into station_start_times (station_id, start_time) select id, '18:30' from stations where slug = 'fresno'$$), 1, 'Start times CAN be added');
select is(tests.touched($$delete from station_start_times where station_id = (select id from stations where slug = 'fresno')$$), 1, 'and removed');
select tests.as_owner();
select is((select array[count(*)::text, string_agg(distinct payload ->> 'id', ',')] from realtime.messages where topic = 'staff:stations' and event = 'station_changed'),
	(select array['3', id::text] from stations where slug = 'fresno'), 'Open pages hear of each change');
select is((select jsonb_agg(payload - 'id') from realtime.messages where event = 'slots_changed' and not private and topic = 'slots:' || (select id from stations where slug = 'fresno')),
	(select jsonb_build_array(jsonb_build_object('station_id', id)) from stations where slug = 'fresno'), 'and open calendars of the site once, of nothing but the station');
select tests.as_user('chef.fremont@demo.test');
select is(private.may_join('staff:stations', 'broadcast'), true, 'Who reads stations CAN listen');
select tests.as_customer('robin@example.test');
select is(private.may_join('staff:stations', 'broadcast'), false, 'A customer can NOT');
select tests.as_user('manager.fremont@demo.test');
select is(tests.code($$insert into station_start_times (station_id, start_time) select id, '18:30' from stations where slug = 'fremont'$$), '42501', 'A manager can NOT add start times');

select * from finish();
