/*
  Payments: who somebody is at the card provider is learnt from the event of their first payment, which makes them its customer, so
  that beginning to pay asks the provider once and not twice. No tables.
*/

/* Keeps who a booking's customer is at the card provider. What is known already stays. */
create function private.keep_stripe_customer(p_booking uuid, p_stripe_customer_id text) returns void
language plpgsql volatile
set search_path = ''
as $$
begin
	if p_stripe_customer_id is not null then
		insert into private.stripe_customers (customer_id, stripe_customer_id)
		select b.customer_id, p_stripe_customer_id from public.bookings b where b.id = p_booking
		on conflict do nothing;
	end if;
end
$$;

/* Does what an event says. False for a type that means nothing to us. */
create or replace function private.apply_stripe_event(p_event jsonb) returns boolean
language plpgsql volatile
set search_path = ''
as $$
declare
	v_type constant text := p_event ->> 'type';
	v_object constant jsonb := p_event #> '{data,object}';
	v_facts record;
	v_checkout uuid;
	v_booking uuid;
	v_paid constant boolean := v_type in ('payment_intent.succeeded', 'charge.succeeded', 'charge.refunded', 'checkout.session.async_payment_succeeded')
		or (v_type = 'checkout.session.completed' and v_object ->> 'payment_status' = 'paid');
	-- a refund that came back: banks may refuse one days after it was taken for done
	v_returned constant boolean := v_type in ('refund.failed', 'refund.updated', 'charge.refund.updated') and v_object ->> 'status' = 'failed';
begin
	if not (v_paid or v_type in ('checkout.session.completed', 'checkout.session.expired', 'checkout.session.async_payment_failed',
		'payment_intent.processing', 'payment_intent.payment_failed', 'charge.dispute.created', 'charge.dispute.closed')
		or v_returned) then
		return false;
	end if;
	select * into v_facts from private.stripe_facts(p_event);
	perform pg_advisory_xact_lock(hashtextextended('stripe:' || coalesce(v_facts.intent, v_facts.session, p_event ->> 'id'), 0));
	v_checkout := private.checkout_of(v_facts.wanted, v_facts.session, v_facts.intent);
	v_booking := coalesce(
		(select booking_id from public.payment_checkouts where id = v_checkout),
		(select id from public.bookings where id = v_facts.booking),
		(select booking_id from public.payments where provider_ref = v_facts.intent and booking_id is not null limit 1));
	perform from public.bookings where id = v_booking for update;

	if v_paid and v_facts.intent is not null then
		perform private.raise_checkout(v_checkout, 'succeeded', v_facts.intent);
		perform private.ensure_paid(v_facts, v_checkout, v_booking);
		perform private.check_funding(v_facts.intent, v_facts.funding);
		perform private.keep_stripe_customer(v_booking, v_object ->> 'customer');
		if v_type = 'charge.refunded' then
			perform private.apply_refund(p_event, v_facts, v_checkout, v_booking);
		end if;
	elsif v_type in ('checkout.session.completed', 'payment_intent.processing') then
		perform private.raise_checkout(v_checkout, 'processing', v_facts.intent);
	elsif v_type = 'checkout.session.expired' then
		perform private.raise_checkout(v_checkout, 'expired');
	elsif v_type in ('payment_intent.payment_failed', 'checkout.session.async_payment_failed') then
		perform private.raise_checkout(v_checkout, 'failed', v_facts.intent, coalesce(nullif(v_object -> 'last_payment_error', 'null'), '{}'), v_facts.at);
	elsif v_type like 'charge.dispute.%' then
		perform private.apply_dispute(p_event, v_facts);
	elsif v_returned then
		perform private.raise_attention('refund_failed', coalesce(v_object #>> '{metadata,refund_id}', v_object ->> 'id'), v_booking, v_facts.intent,
			v_facts.amount, jsonb_build_object('failure', replace(coalesce(v_object ->> 'failure_reason', ''), '_', ' '), 'stripe_refund_id', v_object ->> 'id'));
	end if;
	return true;
end
$$;

/* Keeps where an attempt is paid, and who its customer is at the card provider. What is known already stays. */
create or replace function private.attach_checkout(
	p_checkout uuid, p_session_id text, p_url text, p_expires_at timestamptz, p_stripe_customer_id text, p_payment_intent text
) returns jsonb
language plpgsql volatile security definer -- called by the server, which may not write attempts either
set search_path = ''
as $$
declare
	v_checkout public.payment_checkouts;
begin
	update public.payment_checkouts set
		stripe_session_id = coalesce(stripe_session_id, p_session_id), url = coalesce(p_url, url),
		expires_at = coalesce(p_expires_at, expires_at), stripe_payment_intent_id = coalesce(stripe_payment_intent_id, p_payment_intent)
	where id = p_checkout returning * into v_checkout;
	if not found then
		return private.refuse('NOT_FOUND', 404, 'There is no such checkout.', null, 'Begin again.');
	end if;
	perform private.keep_stripe_customer(v_checkout.booking_id, p_stripe_customer_id);
	return private.checkout_answer(v_checkout);
end
$$;
revoke execute on function private.keep_stripe_customer(uuid, text) from public, anon, authenticated;
