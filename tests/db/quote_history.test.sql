/*
  Property: whatever happened to prices, rules and promo codes since, a booking's quote computed again equals its snapshot to the
  cent. A year of random changes, then 300 random bookings spread over it, or as many as
  the setting app.test_quotes says.
*/
select plan(6);
select setseed(0.42);
alter table price_book disable trigger user;
alter table price_rules disable trigger user;

-- Each price changes at random moments of the last 400 days; the last one is the one of now.
create temp table moments as
select code, label, unit, at, (greatest(1, 3000 * random()))::int as cents, coalesce(lead(at) over (partition by code order by at), 'infinity') as until
from (
	select distinct p.code, p.label, p.unit, now() - case n when 0 then interval '500 days' else interval '400 days' * random() end as at
	from (select distinct on (code) code, label, unit from price_book where code not like 'matrix%' order by code) p, generate_series(0, 12) n
) m;
delete from price_book where code in (select code from moments);
insert into price_book (code, label, unit_cents, unit, effective_from, effective_to, note)
select code, label, case code when 'toddler' then 0 when 'minimum_order' then 20000 + cents * 20 else cents end, unit, at, nullif(until, 'infinity'), 'At random' from moments;

insert into price_rules (label, codes, weekdays, first_day, last_day, every_year, station_id, rate, cents, priority, effective_from, effective_to, note)
select 'Rule ' || n, case when n % 3 = 0 then array['adult', 'addon_rice'] else '{}' end,
	case when n % 2 = 0 then array[n % 7, (n * 3) % 7]::smallint[] else '{}' end,
	case when n % 4 = 0 then date '2026-06-01' + n end, case when n % 4 = 0 then date '2026-02-01' + n end, n % 4 = 0,
	case when n % 5 = 0 then tests.station('sacramento') end,
	case when n % 3 <> 1 then (random() - 0.4)::numeric(6, 4) + 0.0001 end, case when n % 3 = 1 then (random() * 2000)::int - 700 end,
	n % 4, a.at, case when n % 2 = 1 then a.at + interval '90 days' * random() end, 'At random'
from generate_series(1, 30) n, lateral (select now() - interval '400 days' * random() + make_interval(secs => n) as at) a;
insert into promo_codes (code, rate, cents, min_order_cents)
select 'CODE' || n, case when n % 2 = 0 then (0.01 + random() * 0.98)::numeric(5, 4) end, case when n % 2 = 1 then 1 + (random() * 90000)::int end, (n % 3) * 40000
from generate_series(1, 12) n;
alter table price_book enable trigger user;
alter table price_rules enable trigger user;
update feature_flags set enabled = true where key = 'dynamic_pricing';

-- Bookings, priced as of their moment; half of them with a code.
select tests.booking_triggers('disable');
create temp table wishes as
select n, 1 + (random() * 60)::int as adults, (random() * 12)::int as children, (random() * 4)::int as toddlers,
	(array['94538', '95112', '95814', '95240', '95616'])[1 + (random() * 4)::int] as zip,
	now() - interval '399 days' * random() as at, case when random() < 0.9 then now() + interval '300 days' * random() end as event_at,
	case when random() < 0.5 then 'code' || (1 + (random() * 11)::int) end as promo,
	(select jsonb_agg(jsonb_build_object('code', c, 'quantity', 1)) from (select unnest(array['addon_rice', 'addon_gyoza', 'upgrade_lobster', 'protein_third']) as c order by random() limit n % 4) i) as items
from generate_series(1, coalesce(nullif(current_setting('app.test_quotes', true), ''), '300')::int) n;
create temp table priced as
select n, private.uuid_v7() as id, w.adults, w.children, w.toddlers, w.zip, w.at, w.event_at,
	private.build_quote(w.zip, w.adults, w.children, w.toddlers, w.items, w.event_at, w.promo, w.at) as q
from wishes w;
select is((select count(*)::int from priced where q ? 'code'), 0, 'Every wish is priced');
insert into bookings (id, reference, station_id, customer_id, event_at, event_ends_at, timezone, adults, children, toddlers, venue_line1, venue_zip,
	road_miles, quote, total_cents, deposit_cents, price_version, hold_expires_at, created_at)
select p.id, 'MH-' || translate(upper(lpad(to_hex(p.n), 5, '0')), '01', 'XY'), (q #>> '{station,id}')::uuid, (select id from customers limit 1),
	coalesce(event_at, now()), coalesce(event_at, now()) + interval '2 hours', 'America/Los_Angeles', adults, children, toddlers, 'x', zip,
	(q ->> 'road_miles')::numeric, q, (q ->> 'total_cents')::int, (q ->> 'deposit_cents')::int, q ->> 'price_version', now(), at
from priced p
on conflict do nothing;
insert into promo_redemptions (promo_code_id, booking_id, station_id, code, rate, cents, min_order_cents, discount_cents)
select (q #>> '{promo,id}')::uuid, b.id, b.station_id, q #>> '{promo,code}', (q #>> '{promo,rate}')::numeric, (q #>> '{promo,cents}')::int,
	(q #>> '{promo,min_order_cents}')::int, (q #>> '{promo,discount_cents}')::int
from priced p join bookings b on b.id = p.id where q #>> '{promo,applied}' = 'true';

-- Since then everything changed once more.
update promo_codes set rate = case when rate is not null then 0.5 end, cents = case when cents is not null then 7 end, min_order_cents = 0, archived_at = now();
update price_rules set effective_to = clock_timestamp() where effective_to is null;
update menu_items set price_code = 'addon_edamame' where code = 'addon_rice';
update stations set free_travel_miles = 5;

create temp table compared as
select p.q, private.recompute_quote(p.id) as again, private.build_quote(p.zip, p.adults, p.children, p.toddlers) as of_now
from priced p join bookings b on b.id = p.id;
select cmp_ok((select count(*)::int from compared), '>=', (select count(*)::int * 9 / 10 from wishes), 'Bookings are compared');
select is((select count(*)::int from compared where again -> 'total_cents' <> q -> 'total_cents' or again -> 'lines' <> q -> 'lines'
	or again -> 'deposit_cents' <> q -> 'deposit_cents' or again -> 'price_version' <> q -> 'price_version'), 0,
	'Every past quote recomputes to its snapshot, line by line');
select cmp_ok((select count(*)::int from compared where q::text like '%"rule"%'), '>', (select count(*)::int / 10 from wishes), 'many of them with a rule');
select cmp_ok((select count(*)::int from compared where q #>> '{promo,applied}' = 'true'), '>', (select count(*)::int / 10 from wishes), 'and many with a code');
select cmp_ok((select count(*)::int from compared where of_now -> 'total_cents' <> q -> 'total_cents'), '>', (select count(*)::int / 2 from wishes),
	'and most would cost something else today');
select * from finish();
