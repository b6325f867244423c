/*
  Payments: the cancellation policy in force. Moving a confirmed booking once is free, each later move by its customer adds a fee
  to what is due. A customer who cancels while everything is refundable gets card payments back without anybody doing anything:
  the money can only go where it came from. What was paid by hand, what is only partly refundable and what staff cancel is
  suggested and raised to the staff, because a person has to decide or to carry it out.
*/

-- A fee is owed, not paid back: it must not make a deposit look unpaid. charges_cents is what was added to the price.
create or replace view public.booking_balances with (security_invoker = true) as
select b.id as booking_id, b.station_id, b.total_cents, s.paid_cents, s.tip_cents, s.fee_cents, s.refunded_cents,
	case when b.status = 'cancelled' then 0 else greatest(b.total_cents - s.paid_cents, 0) end as balance_due_cents,
	case
		when s.refunded_cents > s.fee_refunded_cents and s.refunded_cents >= s.received_cents then 'refunded'
		when s.refunded_cents > s.fee_refunded_cents then 'partially_refunded'
		when s.paid_cents >= b.total_cents then 'paid'
		when s.paid_cents + s.charges_cents >= b.deposit_cents and s.paid_cents + s.charges_cents > 0 then 'deposit_paid'
		when s.paid_cents + s.charges_cents > 0 then 'partially_paid'
		else 'unpaid'
	end as payment_status,
	s.charges_cents
from public.bookings b
cross join lateral (
	select
		coalesce(sum(p.amount_cents) filter (where p.applies_to = 'booking' and p.kind <> 'refund'), 0)::integer as paid_cents,
		coalesce(sum(p.amount_cents) filter (where p.applies_to = 'tip' and p.kind <> 'refund'), 0)::integer as tip_cents,
		coalesce(sum(p.amount_cents) filter (where p.applies_to = 'card_fee' and p.kind <> 'refund'), 0)::integer as fee_cents,
		coalesce(-sum(p.amount_cents) filter (where p.kind = 'refund'), 0)::integer as refunded_cents,
		coalesce(-sum(p.amount_cents) filter (where p.kind = 'refund' and p.applies_to = 'card_fee'), 0)::integer as fee_refunded_cents,
		coalesce(sum(p.amount_cents) filter (where p.kind in ('deposit', 'balance', 'tip')), 0)::integer as received_cents,
		coalesce(-sum(p.amount_cents) filter (where p.method is null), 0)::integer as charges_cents
	from public.payments p where p.booking_id = b.id
) s
where current_user not in ('anon', 'authenticated')
	-- who reads bookings but no money would see sums of nothing
	or b.station_id in (select private.stations_with('payments.read')) or b.customer_id in (select private.own_customers());
comment on view public.booking_balances is
	'What each booking''s ledger comes to: paid_cents of its price, tips, card fees, what was given back (positive; does not raise what is due), what is due, the payment status, and charges_cents that were added later (they lower paid_cents).';

/* Moves a booking to another start time. Answers change_answer and fee_cents, what the move adds to the price. */
create or replace function private.reschedule_booking(p_booking uuid, p_starts_at timestamptz, p_access_token text) returns jsonb
language plpgsql volatile security definer -- bookings are nobody's to write
set search_path = ''
as $$
declare
	v_open record;
	v_booking public.bookings;
	v_station public.stations;
	v_problem jsonb;
	v_chef uuid;
	v_own boolean;
	v_fee integer;
begin
	perform set_config('lock_timeout', '2500ms', true);
	select * into v_open from private.open_booking(p_booking, p_access_token, 'bookings.reschedule');
	if v_open.problem is not null then
		return private.refuse_with(v_open.problem);
	end if;
	v_booking := v_open.booking;
	v_problem := private.change_problem(v_booking, v_open.caller, 'reschedule');
	if v_problem ->> 'code' = 'HOLD_EXPIRED' then
		perform private.expire_holds_of(array[v_booking.id]);
	end if;
	if v_problem is null and (p_starts_at is null or not isfinite(p_starts_at)) then
		v_problem := private.invalid_request('{"starts_at": "Choose a date and a time."}');
	end if;
	if v_problem is not null then
		return private.refuse_with(v_problem);
	end if;
	if v_booking.event_at = p_starts_at then
		return private.change_answer(v_booking.id) || '{"fee_cents": 0}';
	end if;
	select * into v_station from public.stations where id = v_booking.station_id;
	v_problem := private.start_problem(v_station, p_starts_at);
	if v_problem is null then
		v_chef := private.rereserve(v_booking, v_station, p_starts_at, v_booking.road_miles, p_prefer => v_booking.chef_id);
		if v_chef is null then
			v_problem := jsonb_build_object('code', 'SLOT_UNAVAILABLE', 'status', 409, 'message', 'That time has just been taken.',
				'hint', 'Your booking stays as it was. Choose one of the nearest free times.');
		end if;
	end if;
	if v_problem is not null then
		return private.refuse_with(v_problem || jsonb_build_object('details', coalesce(nullif(v_problem -> 'details', 'null'), '{}')
			|| jsonb_build_object('alternatives', private.nearest_slots(v_station, v_booking.road_miles, p_starts_at))));
	end if;
	v_own := v_open.caller <> 'staff' and v_booking.status = 'confirmed';
	v_fee := case when v_own then private.reschedule_fee(v_booking) else 0 end;
	update public.bookings set
		event_at = p_starts_at,
		event_ends_at = p_starts_at + make_interval(mins => v_station.event_minutes),
		chef_id = v_chef,
		reschedule_count = reschedule_count + 1,
		own_reschedule_count = own_reschedule_count + v_own::integer
	where id = v_booking.id;
	perform private.write_entry(format('reschedule:%s:%s', v_booking.id, v_booking.reschedule_count + 1), v_booking.id, 'adjustment', null, -v_fee,
		'booking', null, now(), p_note => 'Fee for moving the dinner again.');
	perform private.notify_booking(v_booking.id, 'rescheduled');
	return private.change_answer(v_booking.id) || jsonb_build_object('fee_cents', v_fee);
exception when lock_not_available or deadlock_detected then
	return private.refuse_with(private.busy_problem());
end
$$;
comment on function public.reschedule_booking(uuid, timestamptz, text) is
	'Moves a booking, all or nothing: {booking_id, reference, status, event_at, version, fee_cents}; fee_cents is added to what is due (payment_page says it before: policy.next_reschedule_cents). Refuses NOT_FOUND, NOT_ALLOWED, BOOKING_NOT_CHANGEABLE, HOLD_EXPIRED, TOO_SOON, TOO_FAR_AHEAD, INVALID_START_TIME, SLOT_UNAVAILABLE, TRY_AGAIN.';

/*
  What a cancellation gives back by the policy: {suggested_cents, automatic_cents, full}. automatic_cents is on its way to the
  cards already; the rest is raised to the staff.
*/
create function private.refund_cancelled(p_booking uuid, p_by_staff boolean) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
	v_booking public.bookings;
	v_suggested jsonb;
	v_part record;
	v_automatic integer := 0;
	v_rest integer;
begin
	select * into v_booking from public.bookings where id = p_booking;
	v_suggested := private.suggest_refund(v_booking);
	if (v_suggested ->> 'full')::boolean and not p_by_staff then
		for v_part in select * from private.refundable(p_booking) f where f.method = 'stripe' and f.refundable_cents > 0 loop
			perform private.refund_by_rule('cancel:' || v_part.payment_intent, p_booking, v_part.payment_intent, v_part.refundable_cents, 'booking',
				'Cancelled by the customer while everything is refundable.');
			v_automatic := v_automatic + v_part.refundable_cents;
		end loop;
	end if;
	v_rest := (v_suggested ->> 'suggested_cents')::integer - v_automatic;
	if v_rest > 0 then
		perform private.raise_attention('refund_due', p_booking::text, p_booking, null, v_rest, jsonb_build_object('full', v_suggested -> 'full'));
	end if;
	return jsonb_build_object('suggested_cents', v_suggested -> 'suggested_cents', 'automatic_cents', v_automatic, 'full', v_suggested -> 'full');
end
$$;

/* Cancels a booking and frees its chef. The reason is kept: 3–500 characters. Answers change_answer and refund. */
create or replace function private.cancel_booking(p_booking uuid, p_reason text, p_access_token text) returns jsonb
language plpgsql volatile security definer -- bookings are nobody's to write
set search_path = ''
as $$
declare
	v_open record;
	v_booking public.bookings;
	v_problem jsonb;
	v_refund jsonb;
begin
	perform set_config('lock_timeout', '2500ms', true);
	select * into v_open from private.open_booking(p_booking, p_access_token, 'bookings.manage');
	if v_open.problem is not null then
		return private.refuse_with(v_open.problem);
	end if;
	v_booking := v_open.booking;
	v_problem := private.change_problem(v_booking, v_open.caller, 'cancel');
	if v_problem ->> 'code' = 'HOLD_EXPIRED' then
		v_problem := null; -- the person cancels what would be cancelled anyway
	end if;
	if v_problem is null and coalesce(length(btrim(p_reason)), 0) not between 3 and 500 then
		v_problem := private.invalid_request('{"reason": "Tell us why, in 3 to 500 characters."}');
	end if;
	if v_problem is not null then
		return private.refuse_with(v_problem);
	end if;
	update public.bookings set status = 'cancelled', hold_expires_at = null, cancelled_at = now(), cancel_reason = btrim(p_reason)
	where id = v_booking.id;
	v_refund := private.refund_cancelled(v_booking.id, v_open.caller = 'staff');
	perform private.notify_booking(v_booking.id, 'cancelled');
	return private.change_answer(v_booking.id) || jsonb_build_object('refund', v_refund);
exception when lock_not_available or deadlock_detected then
	return private.refuse_with(private.busy_problem());
end
$$;
comment on function public.cancel_booking(uuid, text, text) is
	'Cancels a booking with a reason and frees its chef; refund {suggested_cents, automatic_cents, full} says what the policy gives back and what is on its way already. Refuses NOT_FOUND, NOT_ALLOWED, BOOKING_NOT_CHANGEABLE, INVALID_REQUEST, TRY_AGAIN.';

/* Writes the ledger's row of a refund that is done, and settles what waited for it. */
create or replace function private.book_refund(p_refund public.payment_refunds, p_at timestamptz) returns void
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
	perform private.settle_attention('refund_due', b.id::text, 'refunded')
	from public.bookings b
	where b.id = p_refund.booking_id and b.status = 'cancelled'
		and exists (select from public.payment_attention a where a.kind = 'refund_due' and a.subject = b.id::text and a.status = 'open')
		and (private.suggest_refund(b) ->> 'suggested_cents')::integer = 0;
end
$$;

/* One booking as its guest sees it. Refuses NOT_FOUND. */
create or replace function private.get_booking(p_token text) returns jsonb
language plpgsql volatile security definer -- guests may not read bookings
set search_path = ''
as $$
declare
	v_booking public.bookings;
begin
	select * into v_booking from public.bookings where id = private.booking_for_token(p_token) and deleted_at is null;
	if not found then
		return private.refuse('NOT_FOUND', 404, 'There is no such booking.', null, 'Check the link.');
	end if;
	return (
		select jsonb_build_object(
			'booking_id', v_booking.id, 'reference', v_booking.reference, 'status', v_booking.status,
			'event_at', v_booking.event_at, 'event_ends_at', v_booking.event_ends_at, 'timezone', v_booking.timezone,
			'event_date', (v_booking.event_at at time zone v_booking.timezone)::date,
			'start_time', (v_booking.event_at at time zone v_booking.timezone)::time,
			'station', jsonb_build_object('id', s.id, 'name', s.name),
			'contact_name', coalesce(v_booking.contact_name, c.name),
			'adults', v_booking.adults, 'children', v_booking.children, 'toddlers', v_booking.toddlers,
			'items', (select coalesce(jsonb_agg(jsonb_build_object('code', i.code, 'label', i.label, 'quantity', i.quantity,
				'unit_cents', i.unit_cents) order by i.code), '[]') from public.booking_items i where i.booking_id = v_booking.id),
			'venue', jsonb_build_object('line1', v_booking.venue_line1, 'line2', v_booking.venue_line2, 'city', v_booking.venue_city,
				'state', v_booking.venue_state, 'zip', v_booking.venue_zip),
			'notes', v_booking.notes, 'quote', v_booking.quote,
			'total_cents', v_booking.total_cents, 'deposit_cents', v_booking.deposit_cents,
			'hold_expires_at', v_booking.hold_expires_at, 'cancel_reason', v_booking.cancel_reason,
			'can_cancel', private.change_problem(v_booking, 'guest', 'cancel') is null,
			'can_reschedule', private.change_problem(v_booking, 'guest', 'reschedule') is null,
			'reschedule_fee_cents', private.reschedule_fee(v_booking),
			'full_refund_until', private.policy_of(v_booking) -> 'full_refund_until',
			'guest_topic', private.guest_topic(v_booking.id))
		from public.stations s, public.customers c
		where s.id = v_booking.station_id and c.id = v_booking.customer_id
	);
end
$$;
