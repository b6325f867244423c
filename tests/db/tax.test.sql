select plan(58);

-- Taking the tax out
select is(private.split_tax(85118, 0.09125), row(78000, 7118), '$851.18 at 9.125 % is $780.00 and $71.18 of tax');
select is(private.split_tax(0, 0.09125), row(0, 0), 'Nothing has no tax');
select is(private.split_tax(55000, 0), row(55000, 0), 'Without a rate of more than nothing there is no tax');
select is(private.split_tax(3, 1), row(2, 1), 'Half a cent goes up to the pre-tax amount');
select is(private.split_tax(null, 0.1), null, 'Without a total there are no figures');
select is_empty($$
	select * from (select (random() * 3000000)::int as total, round(random()::numeric * 0.3, 5) as rate from generate_series(1, 5000)) t
	cross join lateral private.split_tax(t.total, t.rate) s
	where s.pre_tax_cents + s.tax_cents <> t.total
		-- within half a cent of the exact quotient, a half only upwards
		or not ((2 * s.pre_tax_cents - 1) * (1 + t.rate) <= 2 * t.total and 2 * t.total < (2 * s.pre_tax_cents + 1) * (1 + t.rate))
$$, 'Any total at any rate is rounded half up, and adds up');

-- Rates
select is((private.find_tax_rate('94538', 'CA', 'Alameda', 'Fremont', '2026-05-01')).rate, 0.1025, 'A county''s rate holds in its cities');
select is((private.find_tax_rate('94538', 'CA', 'Alameda County', 'Fremont', '2026-05-01')).rate, 0.1025, 'A county is known with and without the word');
select is((private.find_tax_rate('94102', 'CA', 'City and County of San Francisco', 'San Francisco', '2026-05-01')).rate, 0.08625, 'A city that is a county is known as either');
select is((private.find_tax_rate('94538', 'CA', 'Alameda', 'Fremont', '2023-12-31')).id, null, 'Before its first day a rate does not hold');
select is((private.find_tax_rate('10001', 'NY', 'New York', 'New York', '2026-05-01')).id, null, 'Where no rate is, none is guessed');

select tests.as_user('admin@demo.test');
select is(save_tax_rate('{"state": "ca", "county": "Alameda County", "city": "Fremont", "rate": 0.1075, "effective_from": "2026-01-01", "note": "City measure"}') ->> 'outcome',
	'added', 'An admin CAN add a city''s rate');
select is(save_tax_rate('{"state": "CA", "county": "Alameda", "zips": "94538; 94536", "rate": "0.11", "effective_from": "2026-01-01", "effective_to": "2026-12-31", "note": "District"}') ->> 'outcome',
	'added', 'A rate may hold for ZIP codes only');
select tests.as_owner();
select is((private.find_tax_rate('94538', 'CA', 'Alameda', 'Fremont', '2026-12-31')).rate, 0.11, 'A ZIP code wins over city and county');
select is((private.find_tax_rate('94539', 'CA', 'Alameda', 'Fremont', '2026-05-01')).rate, 0.1075, 'A city wins over its county');
select is((private.find_tax_rate('94538', 'CA', 'Alameda', 'Fremont', '2027-01-01')).rate, 0.1075, 'A rate holds through its last day');
select is((private.find_tax_rate('94601', 'CA', 'Alameda', 'Oakland', '2026-05-01')).rate, 0.1025, 'Other cities keep the county''s');

select tests.as_user('admin@demo.test');
select is(save_tax_rate('{"state": "CA", "county": "Alameda", "rate": 0.105, "effective_from": "2026-07-01", "note": "From July"}') ->> 'outcome',
	'replaced', 'A rate from a later day ends the one before it');
select results_eq($$select rate, effective_from, effective_to from tax_rates where state = 'CA' and county = 'Alameda' and city is null and zips is null and archived_at is null order by effective_from$$,
	$$values (0.1025, date '2024-01-01', date '2026-06-30'), (0.105, '2026-07-01', null)$$, 'It ends the day before; the first stays readable');
select results_eq($$select change, old_rate, new_rate, reason from tax_rate_history where county = 'Alameda' and city is null and zips is null and changed_at > now() order by changed_at$$,
	$$values ('ended', 0.1025, 0.1025, 'Opening rate'), ('added', 0.1025, 0.105, 'From July')$$, 'A change is kept with what held before, and why');
select is((select actor from tax_rate_history where reason = 'From July'), 'user:' || tests.user_id('admin@demo.test'), 'The history says who');
select is(save_tax_rate('{"state": "CA", "county": "Alameda", "rate": 0.105, "effective_from": "2026-07-01", "note": "Again"}') ->> 'outcome',
	'unchanged', 'The same rate again changes nothing');
select is(save_tax_rate((select jsonb_build_object('id', id, 'state', state, 'county', county, 'rate', 0.106, 'effective_from', effective_from, 'note', 'A slip')
	from tax_rates where rate = 0.105)) ->> 'outcome', 'replaced', 'A slip is corrected by a new version');
select results_eq($$select r.rate, o.rate, o.archive_reason from tax_rates r join tax_rates o on o.id = r.replaces where r.rate = 0.106$$,
	$$values (0.106, 0.105, 'Replaced: A slip')$$, 'The slip is archived, and the new version names it');
select is(tests.code($$select save_tax_rate((select jsonb_build_object('id', id, 'state', 'CA', 'county', 'Alameda', 'rate', 0.1, 'effective_from', '2026-07-01', 'note', 'Stale') from tax_rates where rate = 0.105))$$),
	'STALE_VERSION', 'A version that somebody replaced can NOT be edited');
select is(save_tax_rate('{"state": "CA", "county": "Alameda", "rate": 0.1, "effective_from": "2025-01-01", "note": "Backwards"}') -> 'details' -> 'fields' ->> 'effective_from',
	'Another rate of this place holds in that time. End or change that one first.', 'Two rates can NOT hold in a place on a day');
select is(save_tax_rate('{"state": "Cal", "county": "", "zips": ["9453"], "rate": 10.25, "effective_from": "2026-02-30", "effective_to": "never", "note": "", "x": 1}') -> 'details' -> 'fields',
	'{"x": "We do not know this field.", "state": "Enter the two letters of the state, like CA.", "county": "Enter the county.", "zips": "ZIP codes have five digits, like 94538.", "rate": "A rate is between 0 and 30 %.", "effective_from": "Enter the first day, like 2026-04-01.", "effective_to": "Enter the last day, like 2026-12-31, or leave it empty.", "note": "Say where the rate comes from."}',
	'A rate that is wrong is refused at each field');
select is(tests.code($$select archive_tax_rate((select id from tax_rates where rate = 0.11), 'short')$$), 'INVALID_REQUEST', 'A rate is not archived without a reason');
select is(tests.code($$select archive_tax_rate((select id from tax_rates where rate = 0.11), 'The district was dissolved')$$), null, 'An admin CAN archive a rate');
select is((select change || ': ' || reason from tax_rate_history where old_rate = 0.11), 'archived: The district was dissolved', 'The history keeps why');
select tests.as_owner();
select is((private.find_tax_rate('94538', 'CA', 'Alameda', 'Fremont', '2026-05-01')).rate, 0.1075, 'An archived rate no longer holds');
select throws_ok($$insert into tax_rates (state, county, rate, effective_from, note) values ('CA', 'alameda county', 0.1, '2030-01-01', 'Past the functions')$$,
	'23P01', null, 'The constraint holds whatever path a rate comes by');
select tests.as_user('support@demo.test');
select is(tests.code($$select save_tax_rate('{}')$$), 'NOT_ALLOWED', 'Support can NOT edit rates');
select is(tests.code($$select import_tax_rates('[]')$$), 'NOT_ALLOWED', 'Support can NOT import rates');
select tests.as_user('manager.fremont@demo.test');
select is(tests.code($$select archive_tax_rate(gen_random_uuid(), 'Because I can do so')$$), 'NOT_ALLOWED', 'A station manager can NOT archive rates');

-- Import
select tests.as_user('super_admin@demo.test');
create temp table file (rows jsonb);
insert into file values ('[{"line": 2, "state": "NV", "county": "Washoe", "rate": "0.08265", "effective_from": "2025-01-01", "note": "Import"},
	{"line": 3, "state": "NV", "county": "Washoe", "rate": "0.08365", "effective_from": "2026-01-01", "note": "Import"},
	{"line": 4, "state": "NV", "county": "Storey", "rate": "0.076", "effective_from": "2025-01-01", "note": "Import"}]');
select is((select import_tax_rates(rows, true) from file), '{"added": 2, "replaced": 1, "unchanged": 0, "dry_run": true}', 'A trial says what would come of a file');
select is((select count(*)::int from tax_rates where state = 'NV'), 0, 'A trial writes nothing');
select is((select import_tax_rates(rows || '[{"line": 5, "state": "NV", "county": "Lyon", "rate": "7.1", "effective_from": "2025-01-01", "note": "Import"}, {"line": 6, "state": "NV", "county": "Storey", "rate": "0.08", "effective_from": "2025-03-01", "effective_to": "2025-06-01", "note": "Import"}, {"line": 7, "state": "NV", "county": "Storey", "rate": "0.08", "effective_from": "2025-05-01", "note": "Import"}]')
	-> 'details' -> 'errors' from file),
	'[{"line": 5, "field": "rate", "message": "A rate is between 0 and 30 %."}, {"line": 7, "field": "effective_from", "message": "Another rate of this place holds in that time."}]'::jsonb
	, 'A file with wrong rows is refused with the line of each');
select is((select count(*)::int from tax_rates where state = 'NV'), 0, 'Of a file with a wrong row none is imported');
select is((select import_tax_rates(rows) ->> 'added' from file), '2', 'A right file is imported whole');
select is((select import_tax_rates(jsonb_agg(to_jsonb(r) - '{id,replaces,archived_at,archive_reason,created_at,updated_at,version}'::text[])) from tax_rates r where state = 'NV'),
	'{"added": 0, "replaced": 0, "unchanged": 3, "dry_run": false}', 'What was exported and comes back changes nothing');

-- Bookings
select tests.as_owner();
create temp table made as select (create_booking(tests.wish(tests.slot(40))) ->> 'booking_id')::uuid as id;
grant select on made to public;
select results_eq($$select t.zip, t.county, t.rate, t.total_cents, (t.pre_tax_cents, t.tax_cents) = private.split_tax(55000, 0.1075), t.flagged, t.frozen_at from booking_taxes t join made on made.id = t.booking_id$$,
	$$values ('94538', 'Alameda', 0.1075, 55000, true, false, null::timestamptz)$$, 'A booking keeps its place, rate and tax from the start');
update bookings set venue_zip = '95112' where id = (select id from made);
select is((select county || ' ' || rate from booking_taxes where booking_id = (select id from made)), 'Santa Clara 0.09125', 'Another venue is reckoned anew');
update bookings set total_cents = 85118 where id = (select id from made);
select is((select array[pre_tax_cents, tax_cents] from booking_taxes where booking_id = (select id from made)), array[78000, 7118], 'Another total is reckoned anew');
update bookings set venue_zip = '89501' where id = (select id from made);
select is((select rate from booking_taxes where booking_id = (select id from made)), 0.08365, 'Another state is a matter of rates only');
update bookings set event_at = '2025-12-31 23:30-08', event_ends_at = '2026-01-01 02:00-08' where id = (select id from made);
select is((select event_date || ' ' || rate from booking_taxes where booking_id = (select id from made)), '2025-12-31 0.08265', 'The rate is that of the local day of the event');
update bookings set venue_zip = '10001' where id = (select id from made);
select results_eq($$select flagged, flag_reason, rate, pre_tax_cents, tax_cents, total_cents from booking_taxes where booking_id = (select id from made)$$,
	$$values (true, 'no_rate', null::numeric, null::int, null::int, 85118)$$, 'Without a rate the booking is flagged and has no figures');
update bookings set venue_zip = '00000' where id = (select id from made);
select is((select flag_reason from booking_taxes where booking_id = (select id from made)), 'unknown_zip', 'A ZIP code that nobody knows is flagged');
select tests.as_user('admin@demo.test');
select is(set_booking_tax((select id from made), '{"state": "CA", "county": "Narnia", "reason": "The customer said so"}') -> 'details' -> 'fields' ->> 'county',
	'There is no rate of that county on that day. Add it first, or enter a rate.', 'A county without a rate does not settle it');
select is(set_booking_tax((select id from made), '{"state": "CA", "county": "santa clara", "reason": "The customer said so"}') - 'booking_id',
	'{"state": "CA", "county": "Santa Clara", "rate": 0.09125, "total_cents": 85118, "pre_tax_cents": 78000, "tax_cents": 7118}', 'An admin CAN settle a flagged booking by its county');
select tests.as_user('support@demo.test');
select is(tests.code($$select set_booking_tax((select id from made), '{"state": "CA", "county": "Alameda", "reason": "The customer said so"}')$$), 'NOT_ALLOWED', 'Support can NOT settle it');
select tests.as_owner();
update bookings set total_cents = 90000 where id = (select id from made);
select is((select county || ' ' || total_cents from booking_taxes where booking_id = (select id from made)), 'Santa Clara 90000', 'What was set by hand holds while the ZIP code does');
update bookings set status = 'completed', hold_expires_at = null, completed_at = now() where id = (select id from made);
update bookings set total_cents = 100000, venue_zip = '94538' where id = (select id from made);
select is((select county || ' ' || total_cents || ' ' || (frozen_at is not null) from booking_taxes where booking_id = (select id from made)), 'Santa Clara 90000 true', 'A completed event is frozen');
select private.assess_tax(b, 15000) from bookings b where id = (select id from made);
select is((select array[total_cents, pre_tax_cents + tax_cents] from booking_taxes where booking_id = (select id from made)), array[105000, 105000], 'A mandatory tip that comes later is taxed at the frozen rate');

-- Past and future
select tests.as_user('admin@demo.test');
select save_tax_rate('{"state": "CA", "county": "Santa Clara", "rate": 0.1, "effective_from": "2025-01-01", "note": "Backdated"}');
select tests.as_owner();
select is((select rate from booking_taxes where booking_id = (select id from made)), 0.09125, 'A rate that is edited later changes no past event');
select ok((select bool_and(t.rate = case when t.event_date < (now() at time zone b.timezone)::date or t.frozen_at is not null then 0.09125 else 0.1 end) and count(*) > 1
	from booking_taxes t join bookings b on b.id = t.booking_id where t.county = 'Santa Clara' and t.set_by_hand is null and b.status <> 'cancelled'),
	'The demo''s events to come follow the new rate, those gone by do not');

-- Who sees what
select tests.as_user('customer@demo.test');
select is((select count(*)::int from booking_taxes), 0, 'A customer can NOT see the tax of a booking');
select tests.as_user('manager.sacramento@demo.test');
select is((select count(*)::int from booking_taxes where station_id <> tests.station('sacramento')), 0, 'A manager can NOT see the taxes of another station');

select * from finish();
