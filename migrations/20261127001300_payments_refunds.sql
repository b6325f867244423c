/*
  Payments: giving money back. A refund is asked for under the booking's lock, never above what was paid by that method (and
  that card payment) less what is on its way back already. One by hand is done with its record; one by card is carried out by
  the edge function or its job and settled by its answer or by Stripe's event, whichever comes first: one row either way.
*/

/*
  What can still be given back, by method and card payment: [{method, payment_intent, paid_cents, refunded_cents,
  requested_cents, refundable_cents}]. A lost dispute took its part already.
*/
create function private.refundable(p_booking uuid) returns table (
	method text, payment_intent text, paid_cents integer, refunded_cents integer, requested_cents integer, refundable_cents integer
)
language plpgsql stable security definer -- for who may refund, found out before
set search_path = ''
as $$
begin
	return query
	with paid as (
		select p.method, case p.method when 'stripe' then p.provider_ref end as intent,
			sum(p.amount_cents) filter (where p.kind in ('deposit', 'balance', 'tip', 'card_fee')) as paid,
			-coalesce(sum(p.amount_cents) filter (where p.kind = 'refund'), 0) as refunded,
			-coalesce(sum(p.amount_cents) filter (where p.kind = 'adjustment' and p.provider_ref is not null), 0) as taken
		from public.payments p
		where p.booking_id = p_booking
		group by 1, 2
		having sum(p.amount_cents) filter (where p.kind in ('deposit', 'balance', 'tip', 'card_fee')) > 0
	), asked as (
		select r.method, case r.method when 'stripe' then r.payment_intent end as intent, sum(r.amount_cents) as requested
		from public.payment_refunds r
		where r.booking_id = p_booking and r.status = 'requested'
		group by 1, 2
	)
	select d.method, d.intent, d.paid::integer, d.refunded::integer, coalesce(a.requested, 0)::integer,
		greatest(d.paid - d.refunded - d.taken - coalesce(a.requested, 0), 0)::integer
	from paid d
	left join asked a on a.method = d.method and a.intent is not distinct from d.intent
	order by d.method, d.intent;
end
$$;

/* Writes the ledger's row of a refund that is done, and settles what waited for it. */
create function private.book_refund(p_refund public.payment_refunds, p_at timestamptz) returns void
language plpgsql volatile
set search_path = ''
as $$
begin
	perform private.write_entry('refund:' || p_refund.id, p_refund.booking_id, 'refund', p_refund.method, -p_refund.amount_cents,
		p_refund.applies_to, p_refund.payment_intent, p_at, p_refund.checkout_id, p_refund.id, p_refund.reason);
	perform private.settle_attention('refund_failed', p_refund.id::text, 'refunded');
	perform private.settle_attention('late_payment', p_refund.payment_intent, 'refunded')
	where p_refund.idempotency_key like 'late:%';
	perform private.settle_attention('fee_on_debit', p_refund.payment_intent, 'refunded')
	where p_refund.idempotency_key like 'fee:%';
end
$$;

/*
  Asks for a refund by a rule of ours: once for each key, its id made from the key, so that every order of events makes the
  same one. The job carries it out.
*/
create function private.refund_by_rule(p_key text, p_booking uuid, p_intent text, p_cents int, p_applies_to text, p_reason text) returns uuid
language plpgsql volatile
set search_path = ''
as $$
declare
	v_id constant uuid := md5('refund:' || p_key)::uuid;
begin
	insert into public.payment_refunds (id, booking_id, method, payment_intent, checkout_id, amount_cents, applies_to, reason, idempotency_key, automatic)
	values (v_id, p_booking, 'stripe', p_intent, (select id from public.payment_checkouts where stripe_payment_intent_id = p_intent),
		p_cents, p_applies_to, p_reason, p_key, true)
	on conflict (idempotency_key) do nothing;
	if found then
		perform private.enqueue('payments-refund', jsonb_build_object('refund_id', v_id), now(), v_id::text);
	end if;
	return v_id;
end
$$;

/* The answer about a refund. */
create function private.refund_answer(p_refund public.payment_refunds) returns jsonb
language sql stable
set search_path = ''
as $$
	select jsonb_build_object('refund_id', p_refund.id, 'booking_id', p_refund.booking_id, 'status', p_refund.status, 'method', p_refund.method,
		'payment_intent', p_refund.payment_intent, 'amount_cents', p_refund.amount_cents, 'reason', p_refund.reason,
		'stripe_refund_id', p_refund.stripe_refund_id, 'failure', p_refund.failure)
$$;

/* Asks for a refund of a booking's money. */
create function private.request_refund(p_booking uuid, p_request jsonb) returns jsonb
language plpgsql volatile security definer -- refunds are nobody's to write
set search_path = ''
as $$
declare
	v_key constant text := p_request ->> 'idempotency_key';
	v_cents constant integer := private.whole_number(p_request -> 'amount_cents');
	v_open record;
	v_fields jsonb;
	v_refund public.payment_refunds;
	v_from record;
begin
	perform set_config('lock_timeout', '2500ms', true);
	select * into v_open from private.open_booking(p_booking, null, 'payments.refund');
	if v_open.problem is null and v_open.caller <> 'staff' then
		v_open.problem := jsonb_build_object('code', 'NOT_ALLOWED', 'status', 403, 'message', 'You may not do that.', 'hint', 'Write to us from the contact page.');
	end if;
	if v_open.problem is not null then
		return private.refuse_with(v_open.problem);
	elsif coalesce(jsonb_typeof(p_request), '') <> 'object' then
		return private.refuse_with(private.invalid_request('{"request": "One object, please."}'));
	end if;
	v_fields := private.unknown_fields(p_request, array['amount_cents', 'method', 'payment_intent', 'reason', 'applies_to', 'idempotency_key'])
		|| jsonb_strip_nulls(jsonb_build_object(
			'amount_cents', case when coalesce(v_cents, 0) < 1 then 'Enter the sum.' end,
			'method', case when coalesce(p_request ->> 'method', '') not in ('stripe', 'zelle', 'venmo', 'cash', 'check') then 'Choose how it was paid.' end,
			'applies_to', case when coalesce(p_request ->> 'applies_to', 'booking') not in ('booking', 'tip', 'card_fee') then 'The booking, the tip or the card fee.' end,
			'reason', case when coalesce(length(private.text_at(p_request, 'reason')), 0) not between 10 and 500 then 'Say why, in 10 to 500 characters.' end,
			'idempotency_key', case when coalesce(length(v_key), 0) not between 8 and 100 then 'A key of 8 to 100 characters.' end));
	if v_fields <> '{}' then
		return private.refuse_with(private.invalid_request(v_fields));
	end if;
	select * into v_refund from public.payment_refunds where idempotency_key = v_key;
	if found then
		return case when v_refund.booking_id = p_booking then private.refund_answer(v_refund)
			else private.refuse_with(private.invalid_request('{"idempotency_key": "This key was used for another request. Reload the page and send again."}')) end;
	end if;
	select f.* into v_from from private.refundable(p_booking) f
	where f.method = p_request ->> 'method' and (p_request ->> 'payment_intent' is null or f.payment_intent = p_request ->> 'payment_intent')
	order by f.refundable_cents >= v_cents desc, f.refundable_cents desc limit 1;
	if coalesce(v_from.refundable_cents, 0) < v_cents then
		return private.refuse('REFUND_TOO_HIGH', 409, 'That is more than was paid that way.',
			jsonb_build_object('refundable', (select coalesce(jsonb_agg(to_jsonb(f)), '[]') from private.refundable(p_booking) f)),
			'Choose a smaller sum, or another payment.');
	end if;
	insert into public.payment_refunds (booking_id, method, payment_intent, checkout_id, amount_cents, applies_to, reason, idempotency_key,
		status, settled_at, requested_by)
	values (p_booking, v_from.method, v_from.payment_intent,
		(select id from public.payment_checkouts where stripe_payment_intent_id = v_from.payment_intent), v_cents,
		coalesce(p_request ->> 'applies_to', 'booking'), private.text_at(p_request, 'reason'), v_key,
		case v_from.method when 'stripe' then 'requested' else 'succeeded' end, case when v_from.method <> 'stripe' then now() end, auth.uid())
	returning * into v_refund;
	if v_refund.method = 'stripe' then
		-- the edge function does it at once; the job does it where that one died in between
		perform private.enqueue('payments-refund', jsonb_build_object('refund_id', v_refund.id), now() + interval '2 minutes', v_refund.id::text);
	else
		perform private.book_refund(v_refund, now());
	end if;
	return private.refund_answer(v_refund);
exception when lock_not_available or deadlock_detected then
	return private.refuse_with(private.busy_problem());
end
$$;

/*
  Settles a refund by the card provider's answer. p_status succeeded, pending or failed. Success is final; a failure after it
  is raised to the staff.
*/
create function private.settle_refund(p_refund uuid, p_stripe_refund_id text, p_status text, p_failure text) returns jsonb
language plpgsql volatile security definer -- called by the server
set search_path = ''
as $$
declare
	v_refund public.payment_refunds;
begin
	perform set_config('lock_timeout', '5s', true);
	-- in the order of the events: the booking, then the refund
	perform from public.bookings where id = (select booking_id from public.payment_refunds where id = p_refund) for update;
	select * into v_refund from public.payment_refunds where id = p_refund for update;
	if not found then
		return private.refuse('NOT_FOUND', 404, 'There is no such refund.', null, 'Ask for it again.');
	end if;
	if p_status = 'succeeded' then
		update public.payment_refunds set status = 'succeeded', stripe_refund_id = coalesce(stripe_refund_id, p_stripe_refund_id),
			settled_at = coalesce(settled_at, now()), failure = null
		where id = p_refund returning * into v_refund;
		perform private.book_refund(v_refund, now());
	elsif p_status = 'failed' and v_refund.status = 'requested' then
		update public.payment_refunds set status = 'failed', stripe_refund_id = coalesce(stripe_refund_id, p_stripe_refund_id),
			settled_at = now(), failure = left(p_failure, 500)
		where id = p_refund returning * into v_refund;
	elsif p_stripe_refund_id is not null and v_refund.stripe_refund_id is null then
		update public.payment_refunds set stripe_refund_id = p_stripe_refund_id where id = p_refund returning * into v_refund;
	end if;
	if p_status = 'failed' then
		perform private.raise_attention('refund_failed', p_refund::text, v_refund.booking_id, v_refund.payment_intent, v_refund.amount_cents,
			jsonb_build_object('failure', left(p_failure, 500), 'refund_id', p_refund));
	end if;
	return private.refund_answer(v_refund);
end
$$;

-- Policy ------------------------------------------------------------------------------------------------------------------------

/*
  What the booking's policy gives back if it were cancelled now (or when it was): everything until so many days before the
  event, later what was paid above the deposit. {suggested_cents, received_cents, refunded_cents, full, policy, by_method}.
*/
create function private.suggest_refund(p_booking public.bookings) returns jsonb
language plpgsql stable security definer -- for who may see the booking, found out before
set search_path = ''
as $$
declare
	v_net integer;
	v_full boolean;
begin
	select coalesce(sum(f.refundable_cents), 0) into v_net from private.refundable(p_booking.id) f;
	v_full := coalesce(p_booking.cancelled_at, now()) <= (
		select p_booking.event_at - make_interval(days => p.full_refund_days)
		from public.cancellation_policies p where p.id = p_booking.cancellation_policy_id);
	return (
		select jsonb_build_object('suggested_cents', case when v_full then v_net else greatest(v_net - p_booking.deposit_cents, 0) end,
			'refundable_cents', v_net, 'refunded_cents', m.refunded_cents, 'full', coalesce(v_full, false), 'policy', private.policy_of(p_booking),
			'by_method', (select coalesce(jsonb_agg(to_jsonb(f)), '[]') from private.refundable(p_booking.id) f))
		from private.balance_of(p_booking.id) m
	);
end
$$;

/* The suggestion for staff that reads payments, the customer, or a guest by token. */
create function private.refund_suggestion(p_booking uuid, p_token text) returns jsonb
language plpgsql volatile security definer -- guests may not read bookings
set search_path = ''
as $$
declare
	v_seen record;
	v_answer jsonb;
begin
	select * into v_seen from private.see_booking(p_booking, p_token);
	if v_seen.caller is null then
		return private.no_such_booking();
	end if;
	v_answer := private.suggest_refund(v_seen.booking);
	return case v_seen.caller when 'staff' then v_answer else v_answer - 'by_method' end;
end
$$;

create function public.request_refund(p_booking uuid, p_request jsonb) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.request_refund(p_booking, p_request)
$$;
comment on function public.request_refund(uuid, jsonb) is
	'Staff: asks for a refund: {refund_id, status, method, payment_intent, amount_cents}; by card it is carried out by payments-refund. Refuses NOT_FOUND, NOT_ALLOWED, INVALID_REQUEST, REFUND_TOO_HIGH (details.refundable), TRY_AGAIN.';
create function public.settle_refund(p_refund uuid, p_stripe_refund_id text, p_status text, p_failure text default null) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.settle_refund(p_refund, p_stripe_refund_id, p_status, p_failure)
$$;
comment on function public.settle_refund(uuid, text, text, text) is 'Server: the card provider''s answer about a refund. Refuses NOT_FOUND.';
create function public.refund_suggestion(p_booking uuid, p_access_token text default null) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.refund_suggestion(p_booking, p_access_token)
$$;
comment on function public.refund_suggestion(uuid, text) is
	'What the booking''s policy gives back: {suggested_cents, refundable_cents, refunded_cents, full, policy}, for staff by method too. Refuses NOT_FOUND.';
grant execute on function private.request_refund(uuid, jsonb), public.request_refund(uuid, jsonb) to authenticated;
grant execute on function private.refund_suggestion(uuid, text), public.refund_suggestion(uuid, text) to anon, authenticated;
-- settle_refund is the server's alone, by its default privileges
