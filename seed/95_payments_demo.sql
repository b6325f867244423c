/*
  Payments: the demo bookings' money, so that the panel shows something: deposits by card and Zelle, balances with tips after
  the dinner, one refund, one dispute, money that nobody knows. Only where the demo's accounts are, which is the local stack.
*/

do $$
declare
	v_booking public.bookings;
	v_n integer := 0;
	v_subtotal integer;
	v_deposit_at timestamptz;
	v_method text;
	v_ref text;
	v_checkout uuid;
	v_refund public.payment_refunds;
	v_tip integer;
	v_fee integer;
begin
	if not exists (select from auth.users where email = 'super_admin@demo.test') or exists (select from public.payments where entry_key like 'demo:%') then
		return;
	end if;
	perform set_config('app.actor', 'demo', true);
	for v_booking in
		select * from public.bookings where idempotency_key like 'demo:%' and confirmed_at is not null or cancel_reason = 'We moved the party to spring.'
		order by event_at
	loop
		v_n := v_n + 1;
		v_subtotal := coalesce((v_booking.quote ->> 'subtotal_cents')::integer, v_booking.total_cents);
		v_deposit_at := least(now() - interval '1 hour', v_booking.event_at - interval '12 days');
		-- every third deposit came by hand
		v_method := case v_n % 6 when 0 then 'venmo' when 3 then 'zelle' else 'stripe' end;
		v_ref := case v_method when 'stripe' then 'pi_demo_deposit_' else 'manual:demo-deposit-' end || v_booking.reference;
		v_checkout := null;
		v_fee := case v_method when 'stripe' then private.share_cents(v_booking.deposit_cents, 0.03) else 0 end;
		if v_method = 'stripe' then
			insert into public.payment_checkouts (booking_id, purpose, amount_cents, fee_cents, fee_rate, status, stripe_payment_intent_id, idempotency_key, created_at)
			values (v_booking.id, 'deposit', v_booking.deposit_cents, v_fee, 0.03, 'succeeded', v_ref, v_ref, v_deposit_at) returning id into v_checkout;
		end if;
		perform private.write_entry('demo:' || v_ref, v_booking.id, 'deposit', v_method, v_booking.deposit_cents, 'booking', v_ref, v_deposit_at, v_checkout);
		perform private.write_entry('demo:' || v_ref || ':fee', v_booking.id, 'card_fee', v_method, v_fee, 'card_fee', v_ref, v_deposit_at, v_checkout);
		if v_booking.status = 'cancelled' then
			insert into public.payment_refunds (booking_id, method, payment_intent, checkout_id, amount_cents, reason, status, idempotency_key, created_at, settled_at)
			values (v_booking.id, v_method, case v_method when 'stripe' then v_ref end, v_checkout, v_booking.deposit_cents / 2,
				'Goodwill: they book again in spring.', 'succeeded', 'demo:' || v_ref, v_booking.cancelled_at, v_booking.cancelled_at)
			returning * into v_refund;
			perform private.book_refund(v_refund, v_booking.cancelled_at);
		elsif v_booking.status = 'completed' and v_n % 4 <> 0 then
			-- after the dinner: the balance with a tip; every fourth is still owed
			v_method := (array['stripe', 'cash', 'stripe', 'zelle', 'check'])[v_n % 5 + 1];
			v_ref := case v_method when 'stripe' then 'pi_demo_balance_' else 'manual:demo-balance-' end || v_booking.reference;
			v_tip := private.share_cents(v_subtotal, (array[0.20, 0.25, 0.30])[v_n % 3 + 1]);
			v_fee := case v_method when 'stripe' then private.share_cents(v_booking.total_cents - v_booking.deposit_cents + v_tip, 0.03) else 0 end;
			v_checkout := null;
			if v_method = 'stripe' then
				insert into public.payment_checkouts (booking_id, purpose, amount_cents, tip_cents, fee_cents, fee_rate, status, stripe_payment_intent_id,
					idempotency_key, created_at)
				values (v_booking.id, 'balance', v_booking.total_cents - v_booking.deposit_cents, v_tip, v_fee, 0.03, 'succeeded', v_ref, v_ref,
					v_booking.event_ends_at) returning id into v_checkout;
			end if;
			perform private.write_entry('demo:' || v_ref, v_booking.id, 'balance', v_method, v_booking.total_cents - v_booking.deposit_cents, 'booking',
				v_ref, v_booking.event_ends_at, v_checkout);
			perform private.write_entry('demo:' || v_ref || ':tip', v_booking.id, 'tip', v_method, v_tip, 'tip', v_ref, v_booking.event_ends_at, v_checkout);
			perform private.write_entry('demo:' || v_ref || ':fee', v_booking.id, 'card_fee', v_method, v_fee, 'card_fee', v_ref, v_booking.event_ends_at, v_checkout);
		end if;
	end loop;

	-- a dispute that is open, and money that no booking is known for
	insert into public.payment_disputes (stripe_dispute_id, payment_intent, booking_id, amount_cents, reason, opened_at, evidence_due_at)
	select 'dp_demo_1', p.provider_ref, p.booking_id, p.amount_cents, 'product_not_received', now() - interval '2 days', now() + interval '7 days'
	from public.payments p where p.entry_key like 'demo:pi_demo_balance_%' and p.kind = 'balance' order by p.occurred_at limit 1;
	perform private.raise_attention('dispute', d.stripe_dispute_id, d.booking_id, d.payment_intent, d.amount_cents,
		jsonb_build_object('reason', d.reason, 'evidence_due_at', d.evidence_due_at)) from public.payment_disputes d where d.stripe_dispute_id = 'dp_demo_1';
	perform private.write_entry('demo:pi_demo_unknown', null, 'balance', 'stripe', 12500, 'booking', 'pi_demo_unknown', now() - interval '5 hours');
	perform private.raise_attention('unknown_booking', 'pi_demo_unknown', null, 'pi_demo_unknown', 12500);
	insert into public.payment_reconciliations (period_from, period_to, checked, created_at)
	values (date_trunc('day', now()) - interval '1 day', date_trunc('day', now()), 14, now() - interval '6 hours');
end
$$;
