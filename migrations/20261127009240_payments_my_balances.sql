/* Payments: what a customer owes and has paid, for all the own bookings at once. No tables. */

/* The own bookings' money, latest events first: [{booking_id, payment_status, paid_cents, balance_due_cents, payable, amount_due_cents}]. */
create function private.my_balances() returns jsonb
language plpgsql stable security definer -- what can be paid is found out by functions that are nobody's to call
set search_path = ''
as $$
begin
	return (
		select coalesce(jsonb_agg(to_jsonb(r) - 'event_at' order by r.event_at desc), '[]')
		from (
			select b.id as booking_id, b.event_at, v.payment_status, v.paid_cents, v.balance_due_cents,
				case when d.problem is null then d.purpose end as payable, d.amount_cents as amount_due_cents
			from public.bookings b
			join public.booking_balances v on v.booking_id = b.id
			cross join lateral private.payable(b, v) d
			where b.customer_id in (select private.own_customers()) and b.deleted_at is null
			order by b.event_at desc limit 100
		) r
	);
end
$$;

create function public.my_balances() returns jsonb
language sql stable
set search_path = ''
as $$
	select private.my_balances()
$$;
comment on function public.my_balances() is
	'Customer: the money of the own bookings, latest events first: [{booking_id, payment_status, paid_cents, balance_due_cents, payable (deposit, balance or null), amount_due_cents}].';
grant execute on function private.my_balances(), public.my_balances() to authenticated;
