-- The sums of 10,000 random payments, by a second way of counting them.
select plan(5);

create temp table sums as
	select n, amount, tip, rate, amount + tip as charged
	from (select n, (random() * 5000000)::int as amount, (random() * 1000000)::int as tip, (array[0, 0.01, 0.015, 0.025, 0.03, 0.0399])[1 + n % 6]::numeric as rate
		from generate_series(1, 10000) n) r;
select is_empty('select n from sums where private.share_cents(charged, rate) <> (charged::bigint * (rate * 100000)::bigint + 50000) / 100000',
	'A fee is rounded half up to the cent');
select is_empty('select n from sums where abs(private.share_cents(charged, rate) - charged * rate) > 0.5', 'and never off by more than half a cent');

-- Ledgers of one booking each, summed by hand
select tests.as_anon();
create temp table bo as select create_booking(tests.wish(tests.slot(100))) as b;
grant all on bo to public;
select tests.as_owner();
create temp table ledgers as
	with booking as (select b.* from bookings b, bo where b.id = (bo.b ->> 'booking_id')::uuid)
	select n, private.uuid_v7() as id, total, least(total, 10000) as deposit, (random() * total * 1.2)::int as paid, (random() * 20000)::int as tip,
		(random() * 3000)::int as fee, (random() * 5000)::int * (n % 3 = 0)::int as charge, (random() * 9000)::int * (n % 4 = 0)::int as refund
	from (select n, (55000 + random() * 1000000)::int as total from generate_series(1, 10000) n) r;
set session_replication_role = replica; -- rows of ours alone: no triggers, no audit
insert into bookings (id, reference, station_id, customer_id, event_at, event_ends_at, timezone, adults, venue_line1, venue_zip, road_miles, quote,
	total_cents, deposit_cents, price_version, status)
select l.id, 'MH-' || translate(lpad(l.n::text, 5, '0'), '01', 'AB'), b.station_id, b.customer_id, b.event_at, b.event_ends_at, b.timezone, 10, '1 Main St', '94538', 1, '{}',
	l.total, l.deposit, 'p0', 'confirmed'
from ledgers l, bookings b, bo where b.id = (bo.b ->> 'booking_id')::uuid;
insert into payments (booking_id, station_id, kind, method, amount_cents, applies_to, tip_kind, entry_key, actor)
select l.id, b.station_id, e.kind, e.method, e.cents, e.applies_to, e.tip_kind, l.n || e.kind, 'test'
from ledgers l join bookings b on b.id = l.id
cross join lateral (values ('balance', 'cash', l.paid, 'booking', null), ('tip', 'cash', l.tip, 'tip', 'optional'), ('card_fee', 'stripe', l.fee, 'card_fee', null),
	('adjustment', null, -l.charge, 'booking', null), ('refund', 'cash', -l.refund, 'booking', null)) e (kind, method, cents, applies_to, tip_kind)
where e.cents <> 0;
set session_replication_role = origin;
select is((select count(*)::int from ledgers l join booking_balances b on b.booking_id = l.id
	where (b.paid_cents, b.tip_cents, b.fee_cents, b.refunded_cents, b.charges_cents) = (l.paid - l.charge, l.tip, l.fee, l.refund, l.charge)), 10000,
	'Every sum is the sum of its rows');
select is_empty('select l.n from ledgers l join booking_balances b on b.booking_id = l.id where b.balance_due_cents <> greatest(l.total - l.paid + l.charge, 0)',
	'What is due is the price less what was paid, never less than nothing, and no refund raises it');
select is((select sum(p.amount_cents)::bigint from payments p join ledgers l on l.id = p.booking_id),
	(select sum(paid_cents + tip_cents + fee_cents - refunded_cents)::bigint from booking_balances b join ledgers l on l.id = b.booking_id),
	'All sums together are the ledger, to the cent');

select * from finish();
