/*
  Payments: what the panel's front page shows, in one call. It runs as who asks, so that row-level security decides what is
  summed; a station's manager sees the own station's sums.
*/

/*
  Money that moved in a period of days (as the station or the company's home counts them), and what is open now:
  {from, to, timezone, received_cents, refunded_cents, tip_cents, fee_cents, net_cents, by_method, outstanding, attention_open,
  disputes_open, refunds_waiting, failed_week}. Outstanding is aged by the event: upcoming, week, month, older.
*/
create function public.payments_overview(p_station uuid default null, p_from date default null, p_to date default null) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
	v_timezone constant text := coalesce(
		(select timezone from public.stations where id = p_station), (select timezone from public.stations order by name limit 1), 'America/Los_Angeles');
	v_today constant date := (now() at time zone v_timezone)::date;
	v_from constant date := coalesce(p_from, date_trunc('month', v_today)::date);
	v_to constant date := coalesce(p_to, v_today);
	v_moved jsonb;
	v_open jsonb;
begin
	if not (select private.has_permission('payments.read')) then
		return private.refuse('NOT_ALLOWED', 403, 'You may not do that.', null, 'Ask somebody who may, or sign in with another account.');
	elsif v_to < v_from or v_to - v_from > 731 then
		return private.refuse('INVALID_REQUEST', 422, 'Choose a period of at most two years that ends after it begins.', null, null);
	end if;
	with moved as (
		select p.method, p.kind, p.applies_to, p.amount_cents
		from public.payments p
		where (p_station is null or p.station_id = p_station)
			and p.occurred_at >= v_from::timestamp at time zone v_timezone and p.occurred_at < (v_to + 1)::timestamp at time zone v_timezone
	),
	methods as (
		select m.method,
			coalesce(sum(m.amount_cents) filter (where m.kind in ('deposit', 'balance', 'tip', 'card_fee')), 0)::bigint as received_cents,
			coalesce(-sum(m.amount_cents) filter (where m.kind = 'refund'), 0)::bigint as refunded_cents,
			coalesce(sum(m.amount_cents) filter (where m.kind = 'card_fee'), 0)::bigint as fee_cents,
			coalesce(sum(m.amount_cents), 0)::bigint as net_cents
		from moved m where m.method is not null group by m.method
	)
	select jsonb_build_object(
		'received_cents', coalesce((select sum(received_cents) from methods), 0),
		'refunded_cents', coalesce((select sum(refunded_cents) from methods), 0),
		'net_cents', coalesce((select sum(net_cents) from methods), 0),
		'tip_cents', coalesce((select sum(amount_cents) from moved where kind = 'tip'), 0),
		'fee_cents', coalesce((select sum(fee_cents) from methods), 0),
		'by_method', (select coalesce(jsonb_agg(to_jsonb(m) order by m.received_cents desc, m.method), '[]') from methods m))
	into v_moved;
	with due as (
		select b.id, b.reference, b.event_at, b.timezone, b.status, coalesce(b.contact_name, c.name) as name,
			m.balance_due_cents, case
				when b.event_at > now() then 'upcoming'
				when b.event_at > now() - interval '7 days' then 'week'
				when b.event_at > now() - interval '30 days' then 'month'
				else 'older' end as age
		from public.bookings b
		join public.booking_balances m on m.booking_id = b.id and m.balance_due_cents > 0
		left join public.customers c on c.id = b.customer_id
		where b.status in ('confirmed', 'completed') and b.deleted_at is null and b.event_at > now() - interval '400 days'
			and (p_station is null or b.station_id = p_station)
	)
	select jsonb_build_object(
		'cents', coalesce(sum(d.balance_due_cents), 0), 'bookings', count(*),
		'ageing', (select coalesce(jsonb_object_agg(a.age, jsonb_build_object('cents', a.cents, 'bookings', a.bookings)), '{}')
			from (select age, sum(balance_due_cents) as cents, count(*) as bookings from due group by age) a),
		'rows', (select coalesce(jsonb_agg(to_jsonb(r) order by r.event_at, r.id), '[]')
			from (select * from due where age <> 'upcoming' order by event_at, id limit 50) r))
	into v_open
	from due d;
	return v_moved || jsonb_build_object(
		'from', v_from, 'to', v_to, 'timezone', v_timezone, 'outstanding', v_open,
		'attention_open', (select count(*) from public.payment_attention a
			where a.status = 'open' and (p_station is null or a.station_id = p_station)),
		'disputes_open', (select count(*) from public.payment_disputes d
			where d.status = 'open' and (p_station is null or d.station_id = p_station)),
		'refunds_waiting', (select count(*) from public.payment_refunds r
			where r.status = 'requested' and (p_station is null or r.station_id = p_station)),
		'failed_week', (select count(*) from public.payment_checkouts k
			where k.status = 'failed' and k.created_at > now() - interval '7 days' and (p_station is null or k.station_id = p_station)));
end
$$;
comment on function public.payments_overview(uuid, date, date) is
	'Staff: money that moved in a period and what is outstanding or needs somebody, as far as the caller may see. Refuses NOT_ALLOWED, INVALID_REQUEST.';
grant execute on function public.payments_overview(uuid, date, date) to authenticated;
