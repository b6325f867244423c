select plan(22);

-- 10,000 bookings of any amount, place and status in one quarter
create temp table thrown as
select gen_random_uuid() as id, n, (array['94538', '95112', '94102', '94520', '94401', '95814', '10001'])[1 + floor(random() * 7)::int] as zip,
	(array['confirmed', 'completed', 'completed', 'pending', 'cancelled'])[1 + floor(random() * 5)::int] as status,
	(random() * 500000)::int as total, date '2031-01-01' + floor(random() * 90)::int + time '19:00' as at
from generate_series(1, 10000) n;
select tests.booking_triggers('disable');
insert into bookings (id, reference, station_id, customer_id, status, event_at, event_ends_at, timezone, adults, venue_line1, venue_zip, road_miles,
	quote, total_cents, deposit_cents, price_version, hold_expires_at, cancelled_at, cancel_reason, deleted_at, delete_reason)
select t.id, 'MH-' || substr(translate(md5(t.n::text || 'x'), '01abcdef', 'ZYABCDEF'), 1, 1) || translate(lpad(to_hex(t.n), 4, '0'), '01abcdef', 'ZYABCDEF'),
	tests.station('fremont'), (select id from customers limit 1), t.status, t.at at time zone 'America/Los_Angeles',
	t.at at time zone 'America/Los_Angeles' + interval '2 hours', 'America/Los_Angeles', 10, '1 Main St', t.zip, 1, '{}', t.total, 0, 'p0',
	case t.status when 'pending' then now() end, case t.status when 'cancelled' then now() end, case t.status when 'cancelled' then 'Rain' end,
	case when t.n % 100 = 0 then now() end, case when t.n % 100 = 0 then 'Entered twice' end
from thrown t;
select tests.booking_triggers('enable');
select private.assess_tax(b) from bookings b join thrown t on t.id = b.id;
create temp table counted as
select t.total, s.pre_tax_cents, s.tax_cents, t.zip, r.rate from thrown t
left join (values ('94538', 0.1025), ('95112', 0.09125), ('94102', 0.08625), ('94520', 0.0925), ('94401', 0.09375), ('95814', 0.0875)) r (zip, rate) using (zip)
cross join lateral private.split_tax(t.total, r.rate) s
where t.status in ('confirmed', 'completed') and t.n % 100 <> 0;

grant select on thrown, counted to public;

select tests.as_user('super_admin@demo.test');
create temp table reported as select tax_report('2031-01-01', '2031-03-31') as r;
select is((select (r #>> '{total,tax_cents}')::bigint from reported), (select sum(tax_cents) from counted), 'The tax of the report is the tax of its bookings');
select is((select (r #>> '{total,revenue_cents}')::bigint from reported), (select sum(total) from counted where rate is not null), 'Its revenue is the sum of their totals');
select is((select (r #>> '{total,orders}')::int from reported), (select count(*)::int from counted where rate is not null), 'Confirmed and completed events count, pending, cancelled and deleted ones do not');
select ok((select (r #>> '{total,pre_tax_cents}')::bigint + (r #>> '{total,tax_cents}')::bigint = (r #>> '{total,revenue_cents}')::bigint from reported), 'Pre-tax and tax are the revenue');
select results_eq($$select sum((x ->> 'orders')::int), sum((x ->> 'revenue_cents')::bigint), sum((x ->> 'tax_cents')::bigint), sum((x ->> 'pre_tax_cents')::bigint) from reported, jsonb_array_elements(r -> 'rows') x$$,
	$$select (r #>> '{total,orders}')::bigint, (r #>> '{total,revenue_cents}')::numeric, (r #>> '{total,tax_cents}')::numeric, (r #>> '{total,pre_tax_cents}')::numeric from reported$$,
	'The rows are the total to the cent');
select is((select jsonb_agg(x ->> 'county') from reported, jsonb_array_elements(r -> 'rows') x),
	'["Alameda", "Contra Costa", "Sacramento", "San Francisco", "San Mateo", "Santa Clara"]', 'Rows come by county');
select results_eq($$select (r #>> '{unsettled,orders}')::int, (r #>> '{unsettled,revenue_cents}')::bigint from reported$$,
	$$select count(*)::int, sum(total)::bigint from counted where rate is null$$, 'What has no rate is named apart, and is not in the total');
select ok((select bool_and((x ->> 'tax_cents')::bigint = (select sum(c.tax_cents) from counted c where c.rate = (x ->> 'rate')::numeric))
	from reported, jsonb_array_elements(r -> 'rows') x), 'Each row is the sum of its bookings');
select is((
	with recursive pages as (
		select tax_report_bookings('2031-01-01', '2031-03-31', 'CA', 'Alameda', 0.1025, null, null, 500) as page
		union all
		select tax_report_bookings('2031-01-01', '2031-03-31', 'CA', 'Alameda', 0.1025, (page #>> '{rows,-1,event_date}')::date, (page #>> '{rows,-1,booking_id}')::uuid, 500)
		from pages where (page ->> 'has_more')::boolean
	)
	select array[sum((o ->> 'tax_cents')::bigint), count(*), count(distinct o ->> 'booking_id')] from pages, jsonb_array_elements(page -> 'rows') o),
	(select array[(x ->> 'tax_cents')::numeric, (x ->> 'orders')::numeric, (x ->> 'orders')::numeric] from reported, jsonb_array_elements(r -> 'rows') x where x ->> 'county' = 'Alameda'),
	'The orders behind a row, page by page, are the row');
select is(tax_report('2031-04-01', '2031-06-30') -> 'rows', '[]', 'Another quarter is another report');

-- A rate that is edited afterwards
select save_tax_rate('{"state": "CA", "county": "Alameda", "rate": 0.2, "effective_from": "2024-06-01", "note": "Much dearer"}');
select tests.as_owner();
update bookings set status = status where id in (select id from thrown);
select tests.as_user('super_admin@demo.test');
select is((select array[x ->> 'rate', x ->> 'orders'] from jsonb_array_elements(tax_report('2031-01-01', '2031-03-31') -> 'rows') x where x ->> 'county' = 'Alameda' and x ->> 'rate' = '0.1025'),
	(select array['0.1025', count(*)::text] from thrown where zip = '94538' and status = 'completed' and n % 100 <> 0), 'Completed events keep the rate that they had');

-- Refusals
select is(tests.code($$select tax_report('2031-03-31', '2031-01-01')$$), 'INVALID_REQUEST', 'A period does not end before it starts');
select is(tests.code($$select tax_report(null, '2031-01-01')$$), 'INVALID_REQUEST', 'A period has two ends');
select is(tests.code($$select tax_report('2021-01-01', '2031-01-01')$$), 'INVALID_REQUEST', 'A period has three years at most');
select is(email_tax_report('2031-01-01', '2031-03-31') ->> 'to', 'super_admin@demo.test', 'A super admin CAN have it mailed to themselves');
select tests.as_owner();
select is((select data ->> 'from' from pgboss.job where name = 'tax-report' and state = 'created'), '2031-01-01', 'A job mails it');
select is(private.tax_report_mail('2031-01-01', '2031-03-31', tests.user_id('admin@demo.test')), null, 'Who lost the permission meanwhile gets no mail');
select tests.as_user('admin@demo.test');
select is(tests.code($$select tax_report('2031-01-01', '2031-03-31')$$), 'NOT_ALLOWED', 'An admin can NOT make the report');
select is(tests.code($$select tax_report_bookings('2031-01-01', '2031-03-31')$$), 'NOT_ALLOWED', 'An admin can NOT list its orders');
select tests.as_user('manager.fremont@demo.test');
select is(tests.code($$select tax_report('2031-01-01', '2031-03-31')$$), 'NOT_ALLOWED', 'A station manager can NOT make the report');
select tests.as_anon();
select is(tests.code($$select tax_report('2031-01-01', '2031-03-31')$$), '42501', 'A visitor can NOT call it');
select is(tests.code($$select email_tax_report('2031-01-01', '2031-03-31')$$), '42501', 'A visitor can NOT have it mailed');

select * from finish();
