/*
  Payments: what the payer's pages need besides payment_page: how far one attempt is, and "I have sent it" of who pays by hand.
  Tables: none; payment_attention gets the kind manual_reported.
*/

-- How far an attempt is -------------------------------------------------------------------------------------------------------

/*
  One attempt to pay by card of a booking, the latest where none is named: {checkout, entries, topic}. The entries are its rows
  of the ledger; topic is where the caller hears of changes without rights of an account. Refuses NOT_FOUND.
*/
create function private.payment_progress(p_booking uuid, p_checkout uuid, p_token text) returns jsonb
language plpgsql volatile security definer -- guests may not read attempts and the ledger
set search_path = ''
as $$
declare
	v_seen record;
	v_checkout public.payment_checkouts;
begin
	select * into v_seen from private.see_booking(p_booking, p_token);
	if v_seen.caller is null then
		return private.no_such_booking();
	end if;
	select * into v_checkout from public.payment_checkouts k
	where k.booking_id = p_booking and (p_checkout is null or k.id = p_checkout)
	order by k.created_at desc, k.id desc limit 1;
	return jsonb_build_object(
		'checkout', case when v_checkout.id is not null then jsonb_build_object('id', v_checkout.id, 'purpose', v_checkout.purpose,
			'status', v_checkout.status, 'funding', v_checkout.funding, 'amount_cents', v_checkout.amount_cents,
			'tip_cents', v_checkout.tip_cents, 'fee_cents', v_checkout.fee_cents, 'total_cents', v_checkout.total_cents,
			'failure_code', v_checkout.failure_code) end,
		'entries', (
			select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'kind', p.kind, 'method', p.method,
				'amount_cents', p.amount_cents, 'occurred_at', p.occurred_at) order by p.occurred_at, p.id), '[]')
			from public.payments p where p.booking_id = p_booking and p.checkout_id = v_checkout.id and p.amount_cents > 0),
		'topic', private.guest_topic(p_booking));
end
$$;

create function public.payment_progress(p_booking uuid, p_checkout uuid default null, p_access_token text default null) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.payment_progress(p_booking, p_checkout, p_access_token)
$$;
comment on function public.payment_progress(uuid, uuid, text) is
	'How far an attempt to pay by card is, and what it brought in: {checkout, entries, topic}. Refuses NOT_FOUND.';
grant execute on function private.payment_progress(uuid, uuid, text), public.payment_progress(uuid, uuid, text) to anon, authenticated;

-- Paid by hand ----------------------------------------------------------------------------------------------------------------

alter table public.payment_attention drop constraint payment_attention_kind_known;
alter table public.payment_attention add constraint payment_attention_kind_known
	check (kind in ('unknown_booking', 'amount_mismatch', 'late_payment', 'cancelled_booking', 'overpaid', 'dispute', 'refund_due',
		'refund_failed', 'fee_on_debit', 'reconciliation', 'event_failed', 'manual_reported'));

/*
  "I have sent it": raises to the staff that money is on its way by hand, and gives a hold the time that bookings have which are
  paid by hand, so that it does not run out while somebody looks. Told again, the staff read the newest note. Refuses NOT_FOUND,
  INVALID_REQUEST, NOTHING_DUE, NOT_PAYABLE, HOLD_EXPIRED, RATE_LIMITED, TRY_AGAIN.
*/
create function private.report_payment(p_booking uuid, p_request jsonb, p_token text) returns jsonb
language plpgsql volatile security definer -- nobody may write what is raised to the staff
set search_path = ''
as $$
declare
	v_open record;
	v_due record;
	v_fields jsonb;
	v_id uuid;
begin
	perform set_config('lock_timeout', '2500ms', true);
	select * into v_open from private.open_booking(p_booking, p_token, 'payments.write');
	if v_open.problem is not null then
		return private.refuse_with(v_open.problem);
	elsif coalesce(jsonb_typeof(p_request), '') <> 'object' then
		return private.refuse_with(private.invalid_request('{"request": "One object, please."}'));
	end if;
	v_fields := private.unknown_fields(p_request, array['method', 'note']) || jsonb_strip_nulls(jsonb_build_object(
		'method', case when coalesce(p_request ->> 'method', '') not in ('zelle', 'venmo', 'cash', 'check') then 'Zelle, Venmo, cash or a check.' end,
		'note', private.text_problem(p_request -> 'note', 500)));
	select * into v_due from private.payable(v_open.booking, private.balance_of(p_booking));
	if v_fields <> '{}' then
		return private.refuse_with(private.invalid_request(v_fields));
	elsif v_due.problem is not null then
		return private.refuse_with(v_due.problem);
	elsif not private.rate_limit('report_payment', p_booking::text, 10, interval '1 hour') then
		return private.refuse('RATE_LIMITED', 429, 'That was a little too fast.', null, 'Wait a minute and try again; nothing is lost.');
	end if;
	v_id := private.raise_attention('manual_reported', p_booking || ':' || v_due.purpose, p_booking, null, v_due.amount_cents,
		jsonb_build_object('purpose', v_due.purpose, 'method', p_request ->> 'method', 'note', coalesce(btrim(p_request ->> 'note'), ''), 'reported_at', now()));
	update public.payment_attention set status = 'open', resolution = null, resolved_by = null, resolved_at = null, amount_cents = v_due.amount_cents,
		details = jsonb_build_object('purpose', v_due.purpose, 'method', p_request ->> 'method', 'note', coalesce(btrim(p_request ->> 'note'), ''), 'reported_at', now())
	where id = v_id;
	update public.bookings b set hold_expires_at = greatest(b.hold_expires_at, b.created_at + make_interval(mins => s.unpaid_hold_minutes))
	from public.stations s
	where b.id = p_booking and s.id = b.station_id and b.status = 'pending'
		and b.hold_expires_at < b.created_at + make_interval(mins => s.unpaid_hold_minutes);
	return jsonb_build_object('reported', true, 'hold_expires_at', (select hold_expires_at from public.bookings where id = p_booking));
exception when lock_not_available or deadlock_detected then
	return private.refuse_with(private.busy_problem());
end
$$;

create function public.report_payment(p_booking uuid, p_request jsonb, p_access_token text default null) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.report_payment(p_booking, p_request, p_access_token)
$$;
comment on function public.report_payment(uuid, jsonb, text) is
	'The payer says that money was sent by hand ({method, note}): {reported, hold_expires_at}. Refuses NOT_FOUND, INVALID_REQUEST, NOTHING_DUE, NOT_PAYABLE, HOLD_EXPIRED, RATE_LIMITED, TRY_AGAIN.';
grant execute on function private.report_payment(uuid, jsonb, text), public.report_payment(uuid, jsonb, text) to anon, authenticated;

/* After money by hand was recorded: what the payer had told us about is settled. */
create function private.settle_reported() returns trigger
language plpgsql security definer -- whoever records it may not write what was raised
set search_path = ''
as $$
begin
	perform private.settle_attention('manual_reported', new.booking_id || ':' || new.kind, 'It arrived and is recorded.');
	return null;
end
$$;
create trigger settle_reported after insert on public.payments
	for each row when (new.kind in ('deposit', 'balance') and new.booking_id is not null) execute function private.settle_reported();
