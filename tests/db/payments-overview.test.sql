select plan(9);

-- One booking with a deposit and a tip by hand, at Fremont
select tests.only_chefs(2);
select tests.as_anon();
create temp table made as select create_booking(tests.wish(tests.slot())) as b;
grant all on made to public;
select tests.as_user('admin@demo.test');
create temp table before as select payments_overview(tests.station('fremont')) as o, payments_overview() as everywhere;
grant all on before to public;
select is(record_payment((select (b ->> 'booking_id')::uuid from made),
	'{"kind": "deposit", "method": "zelle", "amount_cents": 10000, "idempotency_key": "overview-1"}') ->> 'status', 'confirmed', 'Given a deposit by Zelle');
select is(record_payment((select (b ->> 'booking_id')::uuid from made),
	'{"kind": "tip", "method": "zelle", "amount_cents": 2000, "idempotency_key": "overview-2"}') ->> 'tip_cents', '2000', 'and a tip');

create temp table after as select payments_overview(tests.station('fremont')) as o, payments_overview() as everywhere;
grant all on after to public;
select is((select (a.o ->> 'received_cents')::int - (b.o ->> 'received_cents')::int from after a, before b), 12000, 'the period''s sums count both');
select is((select (a.everywhere ->> 'tip_cents')::int - (b.everywhere ->> 'tip_cents')::int from after a, before b), 2000, 'tips apart');
select is((select (a.o #>> '{outstanding,cents}')::int - (b.o #>> '{outstanding,cents}')::int from after a, before b), 45000, 'and what is left of the price is outstanding');

select tests.as_user('manager.sacramento@demo.test');
select is((payments_overview(tests.station('fremont')) ->> 'received_cents')::int, 0, 'A manager can NOT sum another station''s money');
select tests.as_user('manager.fremont@demo.test');
select is((select payments_overview() ->> 'received_cents'), (select o ->> 'received_cents' from after), 'A manager CAN sum the own station''s');
select tests.as_user('chef.fremont@demo.test');
select is(payments_overview() ->> 'code', 'NOT_ALLOWED', 'A chef can NOT');
select tests.as_user('admin@demo.test');
select is(payments_overview(null, '2026-02-01', '2026-01-01') ->> 'code', 'INVALID_REQUEST', 'A period that ends before it begins is refused');

select * from finish();
