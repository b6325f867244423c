select plan(67);

/* The next day ahead of a year's half that has that weekday (0 = Sunday), as Fremont's evening. */
create function tests.on_weekday(p_weekday int) returns timestamptz
language sql as $$
	select tests.slot(100 + n) from generate_series(0, 6) n
	where extract(dow from (tests.slot(100 + n) at time zone 'America/Los_Angeles')::date) = p_weekday
$$;
create function tests.total(p_event_at timestamptz, p_zip text default '94538') returns int
language sql as $$ select (private.build_quote(p_zip, 10, 2, 1, '[{"code": "addon_gyoza", "quantity": 2}]', p_event_at, p_at => clock_timestamp()) ->> 'total_cents')::int $$;
create function tests.rule(p_over jsonb) returns jsonb
language sql as $$ select save_price_rule('{"label": "Saturday", "weekdays": [6], "rate": 0.1, "reason": "Busy evenings"}'::jsonb || p_over) $$;

grant execute on all functions in schema tests to public;

-- Rules
select tests.as_user('admin@demo.test');
create temp table saturday as select (tests.rule('{}') ->> 'rule_id')::uuid as id;
grant select on saturday to public;
select tests.as_owner();
update feature_flags set enabled = false where key = 'dynamic_pricing';
select is(tests.total(tests.on_weekday(6)), 63000, 'With dynamic pricing off a rule does nothing');
update feature_flags set enabled = true where key = 'dynamic_pricing';
select is(tests.total(tests.on_weekday(6)), 69300, 'With it on, all food costs a tenth more on that weekday');
select is(tests.total(tests.on_weekday(5)), 63000, 'and not on another one');
select is(tests.total(null), 63000, 'nor without a date');
select is(tests.total('infinity'), 63000, 'nor at the end of time');
select is((private.build_quote('94538', 1, 0, 0, '[]', ((tests.on_weekday(6) at time zone 'America/Los_Angeles')::date + time '23:30') at time zone 'America/Los_Angeles',
	p_at => clock_timestamp()) -> 'lines' -> 0 ->> 'unit_cents')::int, 6050, 'The day is the station''s, not UTC''s');
create temp table q as select private.build_quote('94538', 10, 2, 1, '[{"code": "addon_gyoza", "quantity": 2}]', tests.on_weekday(6), p_at => clock_timestamp()) as q;
select is((select q -> 'lines' -> 0 from q), '{"code": "adult", "label": "Adult (13 and over) · Saturday", "quantity": 10, "unit_cents": 6050, "total_cents": 60500, "base_cents": 5500, "rule": "Saturday"}',
	'The line says the rule, its price and what it costs on other days');
select is((select q -> 'lines' -> 2 from q), '{"code": "toddler", "label": "Under 6", "quantity": 1, "unit_cents": 0, "total_cents": 0}', 'What is free stays free');
select is((select sum((l ->> 'total_cents')::int)::int from q, jsonb_array_elements(q -> 'lines') l), 69300, 'Lines add up');
select isnt(private.price_version(clock_timestamp(), '2027-01-02', tests.station('fremont')), private.price_version(clock_timestamp()), 'The version of a Saturday is another one');
select is(private.price_version(clock_timestamp(), '2027-01-01', tests.station('fremont')), private.price_version(clock_timestamp()), 'that of a Friday is not');

select tests.as_user('admin@demo.test');
select ok(tests.rule('{"label": "New Year", "weekdays": [], "every_year": true, "first_day": "2026-12-30", "last_day": "2026-01-02", "rate": null, "cents": 500, "codes": ["adult"], "priority": 200}') ? 'rule_id',
	'A season may go over New Year');
select ok(tests.rule(jsonb_build_object('label', 'Valley', 'weekdays', '[2]'::jsonb, 'rate', -0.2, 'station_id', tests.station('sacramento'))) ? 'rule_id', 'A rule may be one station''s');
select tests.as_owner();
select is((private.build_quote('94538', 10, 0, 0, '[]', '2028-01-01 18:00-08', p_at => clock_timestamp()) ->> 'total_cents')::int, 60000, 'Of two rules the one of higher priority counts');
select is((private.build_quote('94538', 10, 0, 0, '[{"code": "addon_gyoza", "quantity": 2}]', '2028-01-01 18:00-08', p_at => clock_timestamp()) ->> 'total_cents')::int, 62200,
	'for what it is about; the other one for the rest');
select is((private.build_quote('94538', 10, 0, 0, '[]', '2029-12-29 18:00-08', p_at => clock_timestamp()) ->> 'total_cents')::int, 60500, 'The season is over its days only');
select is(tests.total(tests.on_weekday(2), '95814'), 55000, 'There it counts, and the minimum still holds');
select is(tests.total(tests.on_weekday(2)), 63000, 'here it does not');

select tests.as_user('admin@demo.test');
select is((select array_agg(k order by k) from jsonb_object_keys(tests.rule('{"label": "", "weekdays": [7], "first_day": "2027-02-30", "last_day": "x", "codes": ["travel"], "rate": 9, "priority": -1, "reason": "", "station_id": "x", "evil": 1}') #> '{details,fields}') k),
	array['codes', 'evil', 'first_day', 'label', 'last_day', 'priority', 'rate', 'reason', 'station_id', 'weekdays'], 'Each slip of a rule is told at its field');
select is(tests.code($$select tests.rule('{"cents": 100}')$$), 'INVALID_REQUEST', 'A rule is a share or an amount, not both');
select is(tests.code($$select tests.rule('{"rate": 0.3}')$$), 'PRICE_CHANGE_LARGE', 'More than a quarter asks to be confirmed');
select is(tests.code($$select tests.rule('{"rate": 0.3, "confirmed": true}')$$), null, 'and is taken when it was');
select is(tests.code($$select tests.rule('{"rate": 4, "confirmed": true}')$$), 'INVALID_REQUEST', 'A rule can NOT take a price out of its limits');
select is(tests.code(format('select tests.rule(%L)', jsonb_build_object('id', (select id from saturday), 'label', 'Weekend', 'rate', 0.05))), null, 'A rule is changed');
select results_eq(format('select label, rate, replaces is not null, effective_to is null from price_rules where label in (%L, %L) and rate < 0.3 order by effective_from', 'Saturday', 'Weekend'),
	$$values ('Saturday', 0.1000, false, false), ('Weekend', 0.0500, true, true)$$, 'by ending it and starting another');
select is(tests.code(format('select tests.rule(%L)', jsonb_build_object('id', (select id from saturday)))), 'NOT_FOUND', 'once');
select is(tests.code(format('select end_price_rule(%L, %L)', (select id from price_rules where label = 'Weekend'), 'x')), 'INVALID_REQUEST', 'Ending one needs a reason');
select is(tests.code(format('select end_price_rule(%L, %L)', (select id from price_rules where label = 'Weekend'), 'The season is over')), null, 'and is done with one');
select is((select count(*)::int from price_calendar('2027-12-15')), 31, 'The calendar has every day of the month');
select is((select array[adult_cents, base_cents] from price_calendar('2027-12-01') where day = '2027-12-31'), array[6000, 5500], 'with what an adult costs');
select is((select rules from price_calendar('2027-12-01') where day = '2027-12-31'), array['New Year'], 'and why');

-- Prices
select is(set_price('{"code": "adult", "unit_cents": 6000, "reason": "Dearer beef"}') - 'price_id' - 'effective_from',
	'{"price_code": "adult", "old_cents": 5500, "unit_cents": 6000, "effective_to": null}', 'An admin CAN set a price');
select results_eq($$select old_cents, new_cents, reason, kind, changed_by is not null from price_change_history where code = 'adult' and new_cents = 6000$$,
	$$values (5500, 6000, 'Dearer beef', 'set', true)$$, 'Who, why, when, old and new are kept');
select is(tests.code($$select set_price('{"code": "adult", "unit_cents": 8000, "reason": "Much dearer"}')$$), 'PRICE_CHANGE_LARGE', 'A third more asks to be confirmed');
select is(tests.code($$select set_price('{"code": "adult", "unit_cents": 4400, "reason": "Much cheaper"}')$$), 'PRICE_CHANGE_LARGE', 'and so does a third less');
select is(tests.code($$select set_price('{"code": "adult", "unit_cents": 7500, "reason": "Just a quarter"}')$$), null, 'a quarter does not');
select is(tests.code($$select set_price('{"code": "adult", "unit_cents": 5500, "reason": "Back", "confirmed": true, "restores": "x"}')$$), null, 'Confirmed, it is set');
select is((select kind from price_change_history where code = 'adult' order by changed_at desc, id desc limit 1), 'restored', 'and known as restored');
select is(tests.code($$select set_price('{"code": "adult", "unit_cents": 5500, "reason": "Again"}')$$), 'INVALID_REQUEST', 'The same price is no change');
select is(tests.code($$select set_price('{"code": "adult", "unit_cents": 23000, "reason": "Gold", "confirmed": true}')$$), 'INVALID_REQUEST', 'A price can NOT leave its limits');
select is(tests.code($$select set_price('{"code": "adult", "unit_cents": 1000, "reason": "Cheap", "confirmed": true}')$$), 'INVALID_REQUEST', 'downwards neither');
select is((select array_agg(k order by k) from jsonb_object_keys(set_price('{"code": "gold", "unit_cents": -1, "effective_from": "2020-01-01T00:00:00Z", "reason": "x", "evil": 1}') #> '{details,fields}') k),
	array['code', 'effective_from', 'evil', 'reason', 'unit_cents'], 'Each slip is told at its field');
select is(tests.code($$insert into price_book (code, label, unit_cents, unit, note) values ('adult', 'Adult', 9000, 'person', 'Around the form')$$), 'PRICE_CHANGE_LARGE',
	'Nor does a plain insert go around it');
select is(tests.code($$insert into price_limits (code, min_cents, max_cents) values ('adult2', 5, 1)$$), '23514', 'Limits are in order');
select is(tests.code($$update price_limits set max_cents = 5000 where code = 'adult'$$), 'INVALID_REQUEST', 'and never below what is charged');
select is(tests.touched($$update price_limits set max_cents = 7200 where code = 'adult'$$), 1, 'An admin CAN tighten them');

-- Scheduling
create temp table later as select (set_price(jsonb_build_object('code', 'child', 'unit_cents', 3300, 'reason', 'Next month', 'effective_from', now() + interval '30 days')) ->> 'price_id')::uuid as id;
grant select on later to public;
select is((select kind from price_change_history where code = 'child' and new_cents = 3300), 'scheduled', 'A price to come is scheduled');
select is(tests.code($$select set_price('{"code": "child", "unit_cents": 3100, "reason": "At once"}')$$), null, 'Another one may hold until then');
select results_eq($$select unit_cents, effective_to is null from price_book where code = 'child' order by effective_from$$,
	$$values (3000, false), (3100, false), (3300, true)$$, 'one after the other');
select is(tests.code(format('select set_price(%L)', jsonb_build_object('code', 'child', 'unit_cents', 3400, 'reason', 'Same time', 'effective_from', now() + interval '30 days'))),
	'INVALID_REQUEST', 'Two can NOT start at the same time');
select is(tests.code(format('select cancel_scheduled_price(%L, %L)', (select id from later), '')), 'INVALID_REQUEST', 'Cancelling needs a reason');
select is(tests.code(format('select cancel_scheduled_price(%L, %L)', (select id from later), 'Not after all')), null, 'and is done with one');
select results_eq($$select unit_cents, effective_to is null from price_book where code = 'child' order by effective_from$$, $$values (3000, false), (3100, true)$$,
	'The one before holds on');
select results_eq($$select old_cents, new_cents, reason from price_change_history where code = 'child' and kind = 'cancelled'$$,
	$$values (3300, 3100, 'Not after all')$$, 'That is kept too');
select is(tests.code(format('select cancel_scheduled_price(%L, %L)', (select id from price_book where code = 'adult' and effective_to is null), 'It holds')), 'NOT_FOUND',
	'A price that holds can NOT be cancelled');
update price_book set effective_to = now() + interval '1 day' where code = 'travel' and effective_to is null;
select is(tests.code('set constraints all immediate'), 'INVALID_REQUEST', 'What quotes need can NOT be left without a price');
select tests.as_owner();
update price_book set effective_to = null where code = 'travel';

-- Previews
select tests.as_user('admin@demo.test');
select is(preview_price('{"code": "upgrade_lobster", "unit_cents": 2000}'), '{"party": "A 20-guest party in Fremont with 10 × lobster tail", "old_total_cents": 104400, "new_total_cents": 109400, "large": true, "problem": null}',
	'A preview says what a party would pay');
select is((select count(*)::int from price_book where code = 'upgrade_lobster'), 1, 'and changes nothing');
select ok(preview_price('{"code": "upgrade_lobster", "unit_cents": 900000}') ->> 'problem' like 'Lobster tail upgrade would cost $9000.00%', 'It says what would be refused');
select is(preview_price('{"code": "minimum_order", "unit_cents": 60000}') -> 'new_total_cents', '60000', 'The minimum is shown by a party that is below it');

-- Who may
select tests.as_user('manager.fremont@demo.test');
select is(tests.code($$select set_price('{"code": "adult", "unit_cents": 5600, "reason": "Mine"}')$$), 'NOT_ALLOWED', 'A manager can NOT set prices');
select is(tests.code($$select tests.rule('{}')$$), 'NOT_ALLOWED', 'nor rules');
select is(tests.code($$select preview_price('{"code": "adult", "unit_cents": 5600}')$$), 'NOT_ALLOWED', 'nor try them');
select cmp_ok(tests.touched('select 1 from price_rules'), '>', 0, 'but CAN read rules');
select is((select count(*)::int from price_calendar('2027-12-15')), 31, 'and the calendar');
select tests.as_user('chef.fremont@demo.test');
select is((select count(*)::int from price_calendar('2027-12-15')), 0, 'A chef can NOT');
select is(tests.code($$delete from price_book$$), '42501', 'Nobody CAN delete a price directly');

select * from finish();
