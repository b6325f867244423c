/*
  Payments: what money does to its booking when it arrives, and money taken by hand. A deposit confirms a pending booking. One
  that lands after its hold ran out takes the same chef again or another one; where none is free it goes back by itself.
  What fits nowhere is raised to the staff and never lost. The caller holds the booking's row lock.
*/

-- The PDF receipt is made and mailed by tax; refunds are carried to the card provider by jobs/payments.ts.
select private.create_job_queue('payments-receipt', 12, 10, 120);
select private.create_job_queue('payments-refund', 12, 10, 60);
select private.create_job_queue('payments-event', 12, 10, 60);

/*
  Raises something to the staff, once for each subject; p_resolution: it is settled already and kept for the record. Answers
  its id.
*/
create function private.raise_attention(
	p_kind text, p_subject text, p_booking uuid, p_intent text, p_amount int, p_details jsonb default '{}', p_resolution text default null
) returns uuid
language plpgsql volatile
set search_path = ''
as $$
declare
	v_id uuid;
begin
	insert into public.payment_attention as a (kind, subject, booking_id, payment_intent, amount_cents, details, status, resolution, resolved_at)
	values (p_kind, p_subject, p_booking, p_intent, p_amount, p_details,
		case when p_resolution is null then 'open' else 'resolved' end, p_resolution, case when p_resolution is not null then now() end)
	on conflict (kind, subject) do nothing
	returning id into v_id;
	return coalesce(v_id, (select id from public.payment_attention where kind = p_kind and subject = p_subject));
end
$$;

/* Settles what was raised, by whoever or whatever did; what is settled stays. */
create function private.settle_attention(p_kind text, p_subject text, p_resolution text) returns void
language plpgsql volatile
set search_path = ''
as $$
begin
	update public.payment_attention set status = 'resolved', resolution = p_resolution, resolved_by = auth.uid(), resolved_at = now()
	where kind = p_kind and subject = p_subject and status = 'open';
end
$$;

/* Writes one row of the ledger unless it stands already; true where it is new. Rows of nothing are not written. */
create function private.write_entry(
	p_key text, p_booking uuid, p_kind text, p_method text, p_cents int, p_applies_to text, p_ref text, p_at timestamptz,
	p_checkout uuid default null, p_refund uuid default null, p_note text default '', p_tip_kind text default null
) returns boolean
language plpgsql volatile
set search_path = ''
as $$
begin
	if p_cents = 0 then
		return false;
	end if;
	insert into public.payments (entry_key, booking_id, kind, method, amount_cents, applies_to, provider_ref, occurred_at, checkout_id,
		refund_id, note, tip_kind, actor, recorded_by)
	values (p_key, p_booking, p_kind, p_method, p_cents, p_applies_to, p_ref, p_at, p_checkout, p_refund, p_note,
		case when p_kind = 'tip' then coalesce(p_tip_kind, 'optional') end, private.current_actor(), auth.uid())
	on conflict (entry_key) do nothing;
	return found;
end
$$;

/*
  Takes a chef for a cancelled booking again, its own one first, and confirms it. Answers the chef; null where none is free or
  the dinner's time is over.
*/
create function private.rebook(p_booking public.bookings) returns uuid
language plpgsql volatile
set search_path = ''
as $$
declare
	v_station public.stations;
	v_chef uuid;
begin
	if p_booking.event_at <= now() then
		return null;
	end if;
	select * into v_station from public.stations where id = p_booking.station_id;
	v_chef := private.reserve(p_booking.id, v_station, p_booking.event_at, p_booking.road_miles, null, p_prefer => p_booking.chef_id);
	if v_chef is not null then
		update public.bookings set status = 'confirmed', chef_id = v_chef, confirmed_at = now(), hold_expires_at = null,
			cancelled_at = null, cancel_reason = null
		where id = p_booking.id;
		perform private.notify_booking(p_booking.id, 'rebooked');
	end if;
	return v_chef;
end
$$;

/* Confirms a pending booking whose deposit is here. Its reservation is still its own, also where the hold just ran out. */
create function private.confirm_paid(p_booking public.bookings) returns void
language plpgsql volatile
set search_path = ''
as $$
begin
	update public.bookings set status = 'confirmed', confirmed_at = now(), hold_expires_at = null where id = p_booking.id;
	perform private.notify_booking(p_booking.id, 'confirmed');
end
$$;

/*
  What new money does to its booking. p_ref names the payment; p_by_card: it can go back by itself. Decides by what was paid
  in all, never by the order in which parts came.
*/
create function private.money_arrived(p_booking uuid, p_ref text, p_by_card boolean, p_cents int) returns void
language plpgsql volatile
set search_path = ''
as $$
declare
	v_booking public.bookings;
	v_balance public.booking_balances;
	v_deposit_here boolean;
begin
	select * into v_booking from public.bookings where id = p_booking;
	v_balance := private.balance_of(p_booking);
	-- gross: whether it was enough may not depend on what was given back in the meantime
	v_deposit_here := v_booking.deposit_cents <= (
		select coalesce(sum(amount_cents), 0) from public.payments where booking_id = p_booking and kind in ('deposit', 'balance'));
	perform private.enqueue('payments-receipt', jsonb_build_object('booking_id', p_booking, 'provider_ref', p_ref), now(), p_ref);
	if v_booking.deleted_at is not null or (v_booking.status = 'cancelled' and v_booking.cancel_reason <> 'hold_expired') then
		perform private.raise_attention('cancelled_booking', p_ref, p_booking, case when p_by_card then p_ref end, p_cents,
			jsonb_build_object('status', v_booking.status, 'deleted', v_booking.deleted_at is not null));
	elsif v_booking.status in ('confirmed', 'completed') then
		if v_balance.paid_cents > v_booking.total_cents then
			perform private.raise_attention('overpaid', p_ref, p_booking, case when p_by_card then p_ref end,
				v_balance.paid_cents - v_booking.total_cents, jsonb_build_object('paid_cents', v_balance.paid_cents, 'total_cents', v_booking.total_cents));
		end if;
	elsif v_booking.status = 'pending' and v_deposit_here then
		perform private.confirm_paid(v_booking);
		if v_booking.hold_expires_at <= now() then
			perform private.raise_attention('late_payment', p_ref, p_booking, case when p_by_card then p_ref end, p_cents,
				jsonb_build_object('hold_expired_at', v_booking.hold_expires_at), 'confirmed');
		end if;
	elsif v_booking.status = 'cancelled' then
		if v_deposit_here and private.rebook(v_booking) is not null then
			perform private.raise_attention('late_payment', p_ref, p_booking, case when p_by_card then p_ref end, p_cents,
				jsonb_build_object('cancelled_at', v_booking.cancelled_at), 'rebooked');
		else
			perform private.raise_attention('late_payment', p_ref, p_booking, case when p_by_card then p_ref end, p_cents,
				jsonb_build_object('cancelled_at', v_booking.cancelled_at));
			if p_by_card and v_deposit_here then
				perform private.refund_by_rule('late:' || p_ref, p_booking, p_ref, p_cents, 'booking',
					'The deposit arrived after the hold had expired and no chef is free.');
				perform private.notify_booking(p_booking, 'refunded_late');
			end if;
		end if;
	end if;
end
$$;

-- By hand ---------------------------------------------------------------------------------------------------------------------

/* What is wrong with a payment that is recorded, by field. */
create function private.recorded_problems(p_request jsonb) returns jsonb
language sql stable
set search_path = ''
as $$
	select private.unknown_fields(p_request, array['kind', 'method', 'amount_cents', 'tip_kind', 'note', 'idempotency_key', 'occurred_at'])
		|| jsonb_strip_nulls(jsonb_build_object(
			'kind', case when coalesce(p_request ->> 'kind', '') not in ('deposit', 'balance', 'tip') then 'A deposit, a balance or a tip.' end,
			'method', case when coalesce(p_request ->> 'method', '') not in ('zelle', 'venmo', 'cash', 'check') then 'Zelle, Venmo, cash or check.' end,
			'tip_kind', case when coalesce(p_request ->> 'tip_kind', 'optional') not in ('optional', 'mandatory') then 'Optional or mandatory.' end,
			'amount_cents', case when coalesce(private.whole_number(p_request -> 'amount_cents'), 0) not between 1 and 10000000 then 'Enter the sum.' end,
			'note', private.text_problem(p_request -> 'note', 500),
			'idempotency_key', case when coalesce(length(p_request ->> 'idempotency_key'), 0) not between 8 and 100 then 'A key of 8 to 100 characters.' end,
			'occurred_at', case when nullif(p_request -> 'occurred_at', 'null') is not null and not coalesce(
				private.read_instant(p_request -> 'occurred_at') between now() - interval '400 days' and now() + interval '5 minutes', false)
				then 'When it came: a time in the past.' end))
$$;

/* The answer after money was taken: the booking's status and what its ledger comes to. */
create function private.money_answer(p_booking uuid, p_payment uuid) returns jsonb
language sql stable
set search_path = ''
as $$
	select jsonb_build_object('payment_id', p_payment, 'booking_id', b.id, 'reference', b.reference, 'status', b.status,
		'paid_cents', m.paid_cents, 'tip_cents', m.tip_cents, 'balance_due_cents', m.balance_due_cents, 'payment_status', m.payment_status)
	from public.bookings b, private.balance_of(b.id) m where b.id = p_booking
$$;

/*
  Records money that came by hand. The same key is the same payment. A deposit confirms a pending booking; one whose hold ran
  out takes a chef again, or stays for the staff to settle.
*/
create function private.record_payment(p_booking uuid, p_request jsonb) returns jsonb
language plpgsql volatile security definer -- the ledger is nobody's to write
set search_path = ''
as $$
declare
	v_ref constant text := 'manual:' || coalesce(p_request ->> 'idempotency_key', '');
	v_cents constant integer := private.whole_number(p_request -> 'amount_cents');
	v_open record;
	v_fields jsonb;
	v_earlier public.payments;
	v_due integer;
begin
	perform set_config('lock_timeout', '2500ms', true);
	select * into v_open from private.open_booking(p_booking, null, 'payments.write');
	if v_open.problem is null and v_open.caller <> 'staff' then
		v_open.problem := jsonb_build_object('code', 'NOT_ALLOWED', 'status', 403, 'message', 'You may not do that.', 'hint', 'We record it when it is here.');
	end if;
	if v_open.problem is not null then
		return private.refuse_with(v_open.problem);
	elsif coalesce(jsonb_typeof(p_request), '') <> 'object' then
		return private.refuse_with(private.invalid_request('{"request": "One object, please."}'));
	end if;
	v_fields := private.recorded_problems(p_request);
	if v_fields <> '{}' then
		return private.refuse_with(private.invalid_request(v_fields));
	end if;
	select * into v_earlier from public.payments where entry_key = v_ref;
	if found then
		return case when v_earlier.booking_id = p_booking then private.money_answer(p_booking, v_earlier.id)
			else private.refuse_with(private.invalid_request('{"idempotency_key": "This key was used for another request. Reload the page and send again."}')) end;
	end if;
	v_due := (v_open.booking).total_cents - (private.balance_of(p_booking)).paid_cents;
	if p_request ->> 'kind' <> 'tip' and v_cents > greatest(v_due, 0) then
		return private.refuse_with(private.invalid_request(jsonb_build_object('amount_cents',
			format('That is more than is due (%s). Record the rest as a tip.', to_char(greatest(v_due, 0) / 100.0, 'FM$999,999,990.00')))));
	end if;
	perform private.write_entry(v_ref, p_booking, p_request ->> 'kind', p_request ->> 'method', v_cents,
		case p_request ->> 'kind' when 'tip' then 'tip' else 'booking' end, v_ref,
		coalesce(private.read_instant(p_request -> 'occurred_at'), now()), p_note => coalesce(private.text_at(p_request, 'note'), ''),
		p_tip_kind => p_request ->> 'tip_kind');
	perform private.money_arrived(p_booking, v_ref, false, v_cents);
	return private.money_answer(p_booking, (select id from public.payments where entry_key = v_ref));
exception when lock_not_available or deadlock_detected then
	return private.refuse_with(private.busy_problem());
end
$$;

create function public.record_payment(p_booking uuid, p_request jsonb) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.record_payment(p_booking, p_request)
$$;
comment on function public.record_payment(uuid, jsonb) is
	'Staff: records a payment by Zelle, Venmo, cash or check: {payment_id, status, paid_cents, balance_due_cents, payment_status}. Refuses NOT_FOUND, NOT_ALLOWED, INVALID_REQUEST, TRY_AGAIN.';
grant execute on function private.record_payment(uuid, jsonb), public.record_payment(uuid, jsonb) to authenticated;
