select plan(38);

-- The worked examples of the specification, to the cent
select is((private.build_quote('94538', 10) ->> 'total_cents')::int, 55000, '10 adults in 94538 pay $550.00');
select is((private.build_quote('94538', 10, 2, 0, '[{"code": "upgrade_lobster", "quantity": 4}, {"code": "upgrade_filet", "quantity": 2}]')
	->> 'total_cents')::int, 68000, '10 adults and 2 children with 4 lobster and 2 filet upgrades pay $680.00');
select is((private.build_quote('94538', 6) ->> 'total_cents')::int, 55000, '6 adults pay the minimum of $550.00');
select is((private.price_quote(15, 0, 0, '[]', 42) ->> 'total_cents')::int, 84900, '15 adults 42 road miles away pay $849.00');

-- Lines
create temp table quoted as select private.build_quote('94538', 6, 1, 2, '[{"code": "addon_gyoza", "quantity": 3}]') as quote;
select is((select jsonb_agg(l ->> 'code') from quoted, jsonb_array_elements(quote -> 'lines') l),
	'["adult", "child", "toddler", "addon_gyoza", "minimum_top_up"]', 'Lines come as guests, items, top-up');
select is((select l ->> 'total_cents' from quoted, jsonb_array_elements(quote -> 'lines') l where l ->> 'code' = 'minimum_top_up'),
	'16000', 'Food and add-ons count towards the minimum; the top-up is a line of its own');
select is((select l ->> 'total_cents' from quoted, jsonb_array_elements(quote -> 'lines') l where l ->> 'code' = 'toddler'),
	'0', 'Guests under 6 eat free');
select is((private.price_quote(1, 0, 0, '[]', 42) ->> 'total_cents')::int, 57400, 'Travel does not count towards the minimum');
select is((private.price_quote(10, 0, 0, '[]', 30) ->> 'travel_cents')::int, 0, 'The first 30 miles are free');
select is((private.price_quote(10, 0, 0, '[]', 30.01) ->> 'travel_cents')::int, 200, 'A mile begun is charged whole');
select is((private.price_quote(10, 0, 0, '[]', 31) ->> 'travel_cents')::int, 200, 'A mile is charged once');
select ok(
	(select bool_and((select sum((l ->> 'total_cents')::int) from jsonb_array_elements(q.quote -> 'lines') l) = (q.quote ->> 'total_cents')::int
		and (q.quote ->> 'total_cents')::int = (q.quote ->> 'subtotal_cents')::int + (q.quote ->> 'travel_cents')::int - (q.quote ->> 'discount_cents')::int
		and (select bool_and((l ->> 'total_cents')::int = (l ->> 'quantity')::int * (l ->> 'unit_cents')::int) from jsonb_array_elements(q.quote -> 'lines') l))
	from generate_series(1, 40) n
	cross join lateral (select private.price_quote(n, n % 7, n % 3,
		jsonb_build_array(jsonb_build_object('code', 'addon_rice', 'quantity', n % 5)), n * 2.7) as quote) q),
	'Lines always add up to the total');
select is((private.build_quote('94538', 10) ->> 'deposit_cents')::int, 10000, 'The deposit is $100');
select is(private.build_quote('94538-1234', 10) - 'lines', private.build_quote('94538', 10) - 'lines', 'ZIP+4 is the ZIP');
select is(private.build_quote('94538', 10) -> 'station' ->> 'name', 'Fremont', 'The nearest station quotes');
select is((private.build_quote('94538', 10, 0, 0, '[{"code": "addon_rice", "quantity": 2}, {"code": "addon_rice", "quantity": 3}]') -> 'lines' -> 1 ->> 'quantity')::int,
	5, 'The same item twice is one line');

-- Refusals
select is(tests.code($$select quote_event('94538', 0)$$), 'INVALID_GUESTS', 'A party without an adult is refused');
select is(tests.code($$select quote_event('94538', null)$$), 'INVALID_GUESTS', 'No number of adults is refused');
select is(tests.code($$select quote_event('94538', 2, -1)$$), 'INVALID_GUESTS', 'A negative number is refused');
select is(tests.code($$select quote_event('94538', 400, 100, 1)$$), 'INVALID_GUESTS', '501 guests are refused');
select is(tests.code($$select quote_event('94538', 2147483647, 2147483647)$$), 'INVALID_GUESTS', 'Absurd numbers are refused, not overflowed');
select is(tests.code($$select quote_event('94538', 500)$$), null, '500 guests are welcome');
select is(tests.code($$select quote_event('00000', 10)$$), 'UNKNOWN_ZIP', 'ZIP 00000 is unknown');
select is(tests.code($$select quote_event('9453', 10)$$), 'UNKNOWN_ZIP', 'Four digits are unknown');
select is(tests.code($$select quote_event(null, 10)$$), 'UNKNOWN_ZIP', 'No ZIP is unknown');
select is(tests.code($$select quote_event('10001', 10)$$), 'OUT_OF_AREA', 'New York is outside the area');
select ok((quote_event('90012', 10) -> 'details' -> 'nearest' ->> 'road_miles')::numeric > 150, 'OUT_OF_AREA says how far the nearest station is');
select is(current_setting('response.status'), '422', 'A refusal sets the HTTP status');
select is(quote_event('94538', 10, 0, 0, '[{"code": "addon_rice", "quantity": 1}, {"code": "pizza", "quantity": 1}]') -> 'details' -> 'fields',
	'{"items.1.code": "This is not on the menu."}', 'An unknown item is refused at its field');
select is(tests.code($$select quote_event('94538', 10, 0, 0, '[{"code": "addon_rice", "quantity": 11}]')$$), 'INVALID_REQUEST', 'More than one a guest is refused');
select is(tests.code($$select quote_event('94538', 2, 8, 0, '[{"code": "addon_sake", "quantity": 3}]')$$), 'INVALID_REQUEST', 'More sake than adults is refused');
select is(tests.code($$select quote_event('94538', 2, 0, 0, '[{"code": "upgrade_filet", "quantity": 2}, {"code": "upgrade_lobster", "quantity": 2}, {"code": "upgrade_salmon", "quantity": 1}]')$$),
	'INVALID_REQUEST', 'More upgrades than proteins are refused');
select is(tests.code($$select quote_event('94538', 2, 0, 0, '[{"code": "upgrade_filet", "quantity": 2}, {"code": "upgrade_lobster", "quantity": 2}, {"code": "upgrade_salmon", "quantity": 1}, {"code": "protein_third", "quantity": 1}]')$$),
	null, 'A third protein may be an upgrade too');
select is(tests.code($$select quote_event('94538', 10, 0, 0, '"<script>"')$$), 'INVALID_REQUEST', 'Items that are no list are refused');

-- Prices
insert into price_book (code, label, unit_cents, unit, effective_from, note) values ('adult', 'Adult', 6000, 'person', now() + interval '1 day', 'Dearer beef');
select is(array[private.price_at('adult'), private.price_at('adult', now() + interval '2 days')], array[5500, 6000], 'A new price holds from its day on');
select results_eq($$select old_cents, new_cents, reason from price_change_history where code = 'adult' and new_cents = 6000$$,
	$$values (5500, 6000, 'Dearer beef')$$, 'A change of price is kept with its reason');
select is(tests.code($$insert into price_book (code, label, unit_cents, unit, effective_from, effective_to, note)
	values ('adult', 'Adult', 1, 'person', now() - interval '2 days', now(), 'Overlap')$$), 'INVALID_REQUEST', 'A price can NOT be told afterwards');
select throws_ok($$update price_book set effective_to = null where code = 'adult' and unit_cents = 5500$$, '23P01', null,
	'Two prices of one code can NOT hold at once');

select * from finish();
