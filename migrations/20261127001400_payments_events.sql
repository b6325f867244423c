/*
  Payments: what the card provider's events do. Stored first, then acted on; what fails stays stored and is tried again by a job.
  Events come twice, late, in parallel and in any order, so nothing here asks in which: every row has a key made of what it
  stands for, statuses only rise, and whatever proves a payment (a refund of it, too) first writes that payment. All events of
  one payment wait for each other, and for whoever else changes the booking.
*/

/* The id in a field of Stripe's that holds an id or, expanded, the object itself. */
create function private.stripe_id(p_value jsonb) returns text
language sql immutable
set search_path = ''
as $$
	select case jsonb_typeof(p_value) when 'string' then p_value #>> '{}' when 'object' then p_value ->> 'id' end
$$;

/* A UUID in a text, null where it is none. */
create function private.uuid_or_null(p_text text) returns uuid
language sql immutable
set search_path = ''
as $$
	select case when p_text ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' then p_text::uuid end
$$;

/* What an event is about, read from where its type has it. */
create function private.stripe_facts(
	p_event jsonb, out intent text, out session text, out charge text, out wanted uuid, out booking uuid, out amount integer, out currency text,
	out funding text, out at timestamptz
)
language plpgsql immutable
set search_path = ''
as $$
declare
	v_object constant jsonb := p_event #> '{data,object}';
	v_kind constant text := v_object ->> 'object';
	v_charge jsonb;
begin
	at := to_timestamp((p_event ->> 'created')::double precision);
	intent := case v_kind when 'payment_intent' then v_object ->> 'id' else private.stripe_id(v_object -> 'payment_intent') end;
	session := case v_kind when 'checkout.session' then v_object ->> 'id' end;
	charge := case v_kind when 'charge' then v_object ->> 'id' else private.stripe_id(v_object -> 'charge') end;
	wanted := coalesce(private.uuid_or_null(v_object #>> '{metadata,checkout_id}'), private.uuid_or_null(v_object ->> 'client_reference_id'));
	booking := private.uuid_or_null(v_object #>> '{metadata,booking_id}');
	amount := (case v_kind when 'checkout.session' then v_object ->> 'amount_total'
		when 'payment_intent' then coalesce(v_object ->> 'amount_received', v_object ->> 'amount') else v_object ->> 'amount' end)::integer;
	currency := v_object ->> 'currency';
	v_charge := case v_kind when 'charge' then v_object
		else coalesce(nullif(v_object -> 'latest_charge', 'null'), v_object #> '{charges,data,0}') end;
	funding := case when jsonb_typeof(v_charge) = 'object' then v_charge #>> '{payment_method_details,card,funding}' end;
end
$$;

/* The attempt that an event belongs to: by our ids in it, else by the session or the card payment. */
create function private.checkout_of(p_wanted uuid, p_session text, p_intent text) returns uuid
language plpgsql stable
set search_path = ''
as $$
begin
	return coalesce(
		(select id from public.payment_checkouts where id = p_wanted),
		(select id from public.payment_checkouts where stripe_session_id = p_session),
		(select id from public.payment_checkouts where stripe_payment_intent_id = p_intent));
end
$$;

/* How far an attempt is: a status never falls back. */
create function private.checkout_rank(p_status text) returns integer
language sql immutable
set search_path = ''
as $$
	select array_position(array['open', 'processing', 'failed', 'expired', 'succeeded'], p_status)
$$;

/* Raises an attempt's status; a later refusal's reason replaces an earlier one's. */
create function private.raise_checkout(p_checkout uuid, p_status text, p_intent text default null, p_error jsonb default null, p_at timestamptz default null)
returns void
language plpgsql volatile
set search_path = ''
as $$
begin
	update public.payment_checkouts set
		status = case when private.checkout_rank(p_status) > private.checkout_rank(status) then p_status else status end,
		stripe_payment_intent_id = coalesce(stripe_payment_intent_id, p_intent),
		failure_code = case when p_error is not null and p_at >= coalesce(failed_at, p_at)
			then coalesce(p_error ->> 'decline_code', p_error ->> 'code', 'declined') else failure_code end,
		failure_message = case when p_error is not null and p_at >= coalesce(failed_at, p_at) then left(p_error ->> 'message', 500) else failure_message end,
		failed_at = case when p_error is not null then greatest(failed_at, p_at) else failed_at end
	where id = p_checkout;
end
$$;

-- A payment ---------------------------------------------------------------------------------------------------------------------

/*
  Writes a card payment into the ledger, once, whatever event tells of it first: as we asked for it where the sum is what we
  asked for; else one row of the real sum, for a person to look at. Then lets it do what money does to a booking.
*/
create function private.ensure_paid(p_facts record, p_checkout uuid, p_booking uuid) returns void
language plpgsql volatile
set search_path = ''
as $$
declare
	v_ref constant text := p_facts.intent;
	v_checkout public.payment_checkouts;
	v_unknown public.payments;
	v_kind text;
begin
	if exists (select from public.payments where provider_ref = v_ref and booking_id is not null and kind in ('deposit', 'balance', 'tip')) then
		return;
	end if;
	if coalesce(p_facts.currency, 'usd') <> 'usd' then
		perform private.raise_attention('amount_mismatch', v_ref, p_booking, v_ref, p_facts.amount, jsonb_build_object('currency', p_facts.currency));
		return;
	end if;
	select * into v_unknown from public.payments where entry_key = v_ref || ':unknown';
	if p_booking is null then
		if v_unknown.id is null then
			perform private.write_entry(v_ref || ':unknown', null, 'balance', 'stripe', p_facts.amount, 'booking', v_ref, p_facts.at);
			perform private.raise_attention('unknown_booking', v_ref, null, v_ref, p_facts.amount);
		end if;
		return;
	end if;
	select * into v_checkout from public.payment_checkouts where id = p_checkout;
	v_kind := coalesce(v_checkout.purpose, 'balance');
	if v_checkout.total_cents = p_facts.amount then
		perform private.write_entry(v_ref || ':' || v_kind, p_booking, v_kind, 'stripe', v_checkout.amount_cents, 'booking', v_ref, p_facts.at, p_checkout);
		perform private.write_entry(v_ref || ':tip', p_booking, 'tip', 'stripe', v_checkout.tip_cents, 'tip', v_ref, p_facts.at, p_checkout,
			p_tip_kind => v_checkout.tip_kind);
		perform private.write_entry(v_ref || ':fee', p_booking, 'card_fee', 'stripe', v_checkout.fee_cents, 'card_fee', v_ref, p_facts.at, p_checkout);
	else
		perform private.write_entry(v_ref || ':' || v_kind, p_booking, v_kind, 'stripe', p_facts.amount, 'booking', v_ref, p_facts.at, p_checkout);
		perform private.raise_attention('amount_mismatch', v_ref, p_booking, v_ref, p_facts.amount,
			jsonb_build_object('expected_cents', v_checkout.total_cents, 'checkout_id', p_checkout));
	end if;
	if v_unknown.id is not null then
		perform private.write_entry(v_ref || ':matched', null, 'adjustment', 'stripe', -v_unknown.amount_cents, 'booking', v_ref, p_facts.at,
			p_note => 'Its booking was found.');
		perform private.settle_attention('unknown_booking', v_ref, 'matched');
	end if;
	perform private.money_arrived(p_booking, v_ref, true, p_facts.amount);
	perform private.book_dispute(d) from public.payment_disputes d where d.payment_intent = v_ref;
end
$$;

/*
  Gives back the card fee of a card that may not be charged one, or less of it: what the customer said the card is and what it
  is can differ.
*/
create function private.check_funding(p_intent text, p_funding text) returns void
language plpgsql volatile
set search_path = ''
as $$
declare
	v_paid record;
	v_too_much integer;
begin
	select p.booking_id, b.venue_state, sum(p.amount_cents) filter (where p.kind = 'card_fee') as fee,
		sum(p.amount_cents) filter (where p.kind <> 'card_fee') as rest
	into v_paid
	from public.payments p
	join public.bookings b on b.id = p.booking_id
	where p.provider_ref = p_intent and p.kind in ('deposit', 'balance', 'tip', 'card_fee')
	group by 1, 2;
	if v_paid.fee is null or p_funding is null or p_funding not in ('debit', 'prepaid', 'credit') then
		return;
	end if;
	v_too_much := v_paid.fee - private.share_cents(v_paid.rest, private.card_fee_rate(v_paid.venue_state, p_funding));
	if v_too_much > 0 then
		perform private.raise_attention('fee_on_debit', p_intent, v_paid.booking_id, p_intent, v_too_much, jsonb_build_object('funding', p_funding));
		perform private.refund_by_rule('fee:' || p_intent, v_paid.booking_id, p_intent, v_too_much, 'card_fee',
			format('The card fee does not apply to a %s card.', p_funding));
	end if;
end
$$;

-- A refund ----------------------------------------------------------------------------------------------------------------------

/*
  Writes the refund that a charge.refunded event tells of: the one that was asked for here where one fits (by our id or
  Stripe's in it, else by card payment and sum), else one made elsewhere. The sum is what the total rose by.
*/
create function private.apply_refund(p_event jsonb, p_facts record, p_checkout uuid, p_booking uuid) returns void
language plpgsql volatile
set search_path = ''
as $$
declare
	v_charge constant jsonb := p_event #> '{data,object}';
	v_key constant text := 'charge:' || p_facts.charge || ':' || (v_charge ->> 'amount_refunded');
	v_cents constant integer := (v_charge ->> 'amount_refunded')::integer
		- coalesce((p_event #>> '{data,previous_attributes,amount_refunded}')::integer, 0);
	v_told record;
	v_refund public.payment_refunds;
	v_outside text;
begin
	if v_cents <= 0 or exists (select from public.payment_refunds where event_key = v_key) then
		return;
	end if;
	select r ->> 'id' as id, private.uuid_or_null(r #>> '{metadata,refund_id}') as ours into v_told
	from jsonb_array_elements(case jsonb_typeof(v_charge #> '{refunds,data}') when 'array' then v_charge #> '{refunds,data}' else '[]' end) r
	where (r ->> 'amount')::integer = v_cents
		and not exists (select from public.payment_refunds s where s.stripe_refund_id = r ->> 'id' and s.event_key is not null)
	order by (r ->> 'created')::bigint desc, r ->> 'id' limit 1;
	select * into v_refund from public.payment_refunds r
	where r.event_key is null and r.amount_cents = v_cents
		and (r.id = v_told.ours or r.stripe_refund_id = v_told.id or r.payment_intent = p_facts.intent)
	order by r.id is not distinct from v_told.ours desc, r.stripe_refund_id is not distinct from v_told.id desc, r.status <> 'failed' desc,
		r.created_at, r.id
	limit 1;
	if v_refund.id is not null then
		update public.payment_refunds set status = 'succeeded', event_key = v_key, settled_at = coalesce(settled_at, p_facts.at), failure = null,
			stripe_refund_id = coalesce(stripe_refund_id, case when not exists (
				select from public.payment_refunds s where s.stripe_refund_id = v_told.id) then v_told.id end)
		where id = v_refund.id returning * into v_refund;
	else
		-- numbered among those of the same sum, so that every order of events names them alike
		v_outside := format('outside:%s:%s:', p_facts.charge, v_cents);
		v_outside := v_outside || (select count(*) + 1 from public.payment_refunds where starts_with(idempotency_key, v_outside));
		insert into public.payment_refunds (id, booking_id, method, payment_intent, checkout_id, amount_cents, reason, status, event_key,
			idempotency_key, settled_at)
		values (md5(v_outside)::uuid, p_booking, 'stripe', p_facts.intent, p_checkout, v_cents, 'Refunded outside of this panel.', 'succeeded', v_key,
			v_outside, p_facts.at)
		returning * into v_refund;
	end if;
	perform private.book_refund(v_refund, p_facts.at);
end
$$;

-- A dispute ---------------------------------------------------------------------------------------------------------------------

/*
  Puts a dispute to the booking whose payment it is about, as soon as that is known; a lost one takes its money out of the sums
  it was in. Until then it waits, and the payment's own event does this.
*/
create function private.book_dispute(p_dispute public.payment_disputes) returns void
language plpgsql volatile
set search_path = ''
as $$
declare
	v_booking uuid;
	v_part record;
begin
	select booking_id into v_booking from public.payments
	where provider_ref = p_dispute.payment_intent and booking_id is not null limit 1;
	if v_booking is null then
		return;
	end if;
	update public.payment_disputes set booking_id = v_booking where id = p_dispute.id and booking_id is null;
	update public.payment_attention set booking_id = v_booking
	where kind = 'dispute' and subject = p_dispute.stripe_dispute_id and booking_id is null;
	if p_dispute.status = 'lost' then
		for v_part in
			with parts as (
				select p.applies_to, sum(p.amount_cents)::integer as cents, sum(sum(p.amount_cents)) over () as whole
				from public.payments p
				where p.provider_ref = p_dispute.payment_intent and p.booking_id is not null and p.kind in ('deposit', 'balance', 'tip', 'card_fee')
				group by 1
			)
			select applies_to, cents from parts where whole = p_dispute.amount_cents
			union all
			select 'booking', p_dispute.amount_cents where not exists (select from parts where whole = p_dispute.amount_cents)
		loop
			perform private.write_entry('dispute:' || p_dispute.stripe_dispute_id || ':' || v_part.applies_to, v_booking, 'adjustment', 'stripe',
				-v_part.cents, v_part.applies_to, p_dispute.payment_intent, p_dispute.closed_at, p_note => 'A dispute was lost.');
		end loop;
	end if;
end
$$;

/* Keeps a dispute as an event tells of it; one that is closed stays closed. */
create function private.apply_dispute(p_event jsonb, p_facts record) returns void
language plpgsql volatile
set search_path = ''
as $$
declare
	v_object constant jsonb := p_event #> '{data,object}';
	v_status constant text := case when p_event ->> 'type' <> 'charge.dispute.closed' then 'open'
		when v_object ->> 'status' = 'lost' then 'lost' else 'won' end;
	v_dispute public.payment_disputes;
begin
	insert into public.payment_disputes as d (stripe_dispute_id, payment_intent, amount_cents, reason, status, evidence_due_at, opened_at, closed_at)
	values (v_object ->> 'id', p_facts.intent, p_facts.amount, left(coalesce(v_object ->> 'reason', ''), 100), v_status,
		to_timestamp((v_object #>> '{evidence_details,due_by}')::double precision),
		to_timestamp(coalesce((v_object ->> 'created')::double precision, (p_event ->> 'created')::double precision)),
		case when v_status <> 'open' then p_facts.at end)
	on conflict (stripe_dispute_id) do update set
		payment_intent = coalesce(d.payment_intent, excluded.payment_intent),
		evidence_due_at = coalesce(excluded.evidence_due_at, d.evidence_due_at),
		closed_at = coalesce(d.closed_at, excluded.closed_at),
		status = case d.status when 'open' then excluded.status else d.status end
	returning * into v_dispute;
	perform private.raise_attention('dispute', v_dispute.stripe_dispute_id, null, v_dispute.payment_intent, v_dispute.amount_cents,
		jsonb_build_object('reason', v_dispute.reason, 'evidence_due_at', v_dispute.evidence_due_at));
	if v_dispute.status <> 'open' then
		perform private.settle_attention('dispute', v_dispute.stripe_dispute_id, v_dispute.status);
	end if;
	perform private.book_dispute(v_dispute);
end
$$;

-- An event ----------------------------------------------------------------------------------------------------------------------

/* Does what an event says. False for a type that means nothing to us. */
create function private.apply_stripe_event(p_event jsonb) returns boolean
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
begin
	if not (v_paid or v_type in ('checkout.session.completed', 'checkout.session.expired', 'checkout.session.async_payment_failed',
		'payment_intent.processing', 'payment_intent.payment_failed', 'charge.dispute.created', 'charge.dispute.closed')) then
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
	end if;
	return true;
end
$$;

/*
  Acts on a stored event that is not done yet. {result}: processed, duplicate (it was done before), kept (of a type that means
  nothing to us), or failed with what went wrong: then it stays stored.
*/
create function private.process_stripe_event(p_id text) returns jsonb
language plpgsql volatile security definer -- called by the webhook and by a job
set search_path = ''
as $$
declare
	v_event private.stripe_events;
	v_known boolean;
	v_error text;
begin
	select * into v_event from private.stripe_events where id = p_id for update;
	if v_event.processed_at is not null then
		return '{"result": "duplicate"}';
	end if;
	begin
		v_known := private.apply_stripe_event(v_event.payload);
		update private.stripe_events set processed_at = now(), attempts = attempts + 1, error = null where id = p_id;
		perform private.settle_attention('event_failed', p_id, 'processed');
		return jsonb_build_object('result', case when v_known then 'processed' else 'kept' end);
	exception when others then
		get stacked diagnostics v_error = message_text;
	end;
	update private.stripe_events set attempts = attempts + 1, error = left(v_error, 1000) where id = p_id returning * into v_event;
	if v_event.attempts >= 3 then
		perform private.raise_attention('event_failed', p_id, null, null, null, jsonb_build_object('type', v_event.type, 'error', left(v_error, 500)));
	end if;
	return jsonb_build_object('result', 'failed', 'error', left(v_error, 500));
end
$$;

/*
  Takes an event whose signature is right: stores it, then acts on it. {result}: processed, duplicate, or kept (a type that
  means nothing to us, or one that failed and is tried again by a job). Never loses one.
*/
create function private.receive_stripe_event(p_event jsonb) returns jsonb
language plpgsql volatile security definer -- called by the server
set search_path = ''
as $$
declare
	v_id constant text := p_event ->> 'id';
	v_answer jsonb;
begin
	perform set_config('lock_timeout', '4s', true);
	perform set_config('app.actor', 'stripe:webhook', true);
	if v_id is null or p_event ->> 'type' is null or p_event -> 'created' is null or jsonb_typeof(p_event #> '{data,object}') is distinct from 'object' then
		return private.refuse_with(private.invalid_request('{"event": "That is no event of Stripe''s."}'));
	end if;
	insert into private.stripe_events (id, type, payload, created)
	values (v_id, p_event ->> 'type', p_event, to_timestamp((p_event ->> 'created')::double precision))
	on conflict (id) do nothing;
	v_answer := private.process_stripe_event(v_id);
	if v_answer ->> 'result' = 'failed' then
		perform private.enqueue('payments-event', jsonb_build_object('event_id', v_id), now() + interval '10 seconds', v_id);
		return '{"result": "kept"}';
	end if;
	return v_answer;
end
$$;

create function public.receive_stripe_event(p_event jsonb) returns jsonb
language sql volatile
set search_path = ''
set statement_timeout = '10s'
as $$
	select private.receive_stripe_event(p_event)
$$;
comment on function public.receive_stripe_event(jsonb) is
	'Server: takes an event that Stripe signed: {result: processed | duplicate | kept}. Any number of times, in any order, in parallel: the same ledger. Refuses INVALID_REQUEST.';
-- the server's alone, by its default privileges
