select plan(14);
-- Time stands still in a transaction, so prices of another time are written around the guards.
update feature_flags set enabled = true where key = 'dynamic_pricing';
create temp table seen as select quote_event('94538', 10) ->> 'price_version' as version;
alter table price_book disable trigger user;
update price_book set effective_to = now() - interval '1 minute' where code = 'adult';
insert into price_book (code, label, unit_cents, unit, effective_from, note) values ('adult', 'Adult', 6000, 'person', now() - interval '1 minute', 'Dearer beef');

select is(create_booking(tests.wish(tests.slot(), jsonb_build_object('price_version', quote_event('94538', 10, 0, 0, '[]', tests.slot()) ->> 'price_version'))) ->> 'total_cents', '60000',
	'With the prices of now one books');
create temp table refused as select create_booking(tests.wish(tests.slot(101), jsonb_build_object('price_version', (select version from seen), 'idempotency_key', 'seen-key-1'))) as a;
select is((select a ->> 'code' from refused), 'PRICE_CHANGED', 'Nobody books at a price they did not see');
select is(current_setting('response.status'), '409', 'as 409');
select is((select (a -> 'details') - 'lead_id' from refused), jsonb_build_object('old_total_cents', 55000, 'new_total_cents', 60000, 'price_version', quote_event('94538', 10) ->> 'price_version'),
	'and reads both totals');
select isnt((select a #>> '{details,lead_id}' from refused), null, 'The person is a lead');
select is((select count(*)::int from chef_reservations where event_at = tests.slot(101)), 0, 'No chef is held');
select is(create_booking(tests.wish(tests.slot(101), jsonb_build_object('price_version', (select a #>> '{details,price_version}' from refused), 'idempotency_key', 'seen-key-1'))) ->> 'status', 'pending',
	'Having seen the new ones, the same key books');
select is(create_booking(tests.wish(tests.slot(102))) ->> 'status', 'pending', 'Who sends no version is not asked');
select is((create_booking(tests.wish(tests.slot(103), '{"price_version": "p000000000000"}')) -> 'details') - 'lead_id' - 'price_version', '{"old_total_cents": null, "new_total_cents": 60000}',
	'A version that never was is another one');
select is(tests.code(format('select create_booking(tests.wish(%L, %L))', tests.slot(103), '{"price_version": 7}')), 'INVALID_REQUEST', 'A version is a text');
select is(create_booking(tests.wish(tests.slot(104), jsonb_build_object('adults', 6, 'price_version', (select version from seen), 'contact', tests.contact(1)))) ->> 'total_cents', '55000',
	'A change that leaves this dinner''s price is not asked about');

-- A rule of the day
insert into price_rules (label, rate, note) values ('Busy', 0.1, 'Busy days');
alter table price_rules disable trigger user;
update price_rules set effective_from = now() - interval '10 seconds';
alter table price_rules enable trigger user;
select is(create_booking(tests.wish(tests.slot(105), jsonb_build_object('price_version', quote_event('94538', 10) ->> 'price_version', 'contact', tests.contact(2)))) #>> '{details,old_total_cents}', '60000',
	'A quote without a date was another price than the day''s');
select is(create_booking(tests.wish(tests.slot(105), jsonb_build_object('price_version', quote_event('94538', 10, 0, 0, '[]', tests.slot(105)) ->> 'price_version', 'contact', tests.contact(2)))) ->> 'total_cents', '66000',
	'One with the date is the price');
select is((select bool_and((private.recompute_quote(id) -> 'lines') = (quote -> 'lines')) from bookings where event_at = tests.slot(105)), true,
	'It recomputes to its snapshot, rule and all');
select * from finish();
