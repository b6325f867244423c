/*
  Payments: what staff do about money that does not fit, and what the comparison with the card provider found.
*/

/* Takes a chef for a cancelled booking again, for resolve_attention: a problem, or null where it is booked. */
create function private.rebook_problem(p_booking public.bookings) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
	v_station public.stations;
begin
	if p_booking.status is distinct from 'cancelled' or p_booking.deleted_at is not null then
		return private.not_changeable(coalesce(p_booking.status, 'none'));
	elsif exists (select from public.payment_refunds r where r.booking_id = p_booking.id and r.status = 'requested') then
		return private.not_changeable('refunded'); -- its money is on its way back
	elsif private.rebook(p_booking) is null then
		select * into v_station from public.stations where id = p_booking.station_id;
		return jsonb_build_object('code', 'SLOT_UNAVAILABLE', 'status', 409, 'message', 'No chef is free at that time.',
			'details', jsonb_build_object('alternatives', private.nearest_slots(v_station, p_booking.road_miles, p_booking.event_at)),
			'hint', 'Give the money back, or call the customer about another time.');
	end if;
	return null;
end
$$;

/* Gives back the money that something is about, for resolve_attention: a problem, or null where it is on its way. */
create function private.refund_problem(p_attention public.payment_attention, p_reason text) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
	v_left integer;
	v_cents integer;
	v_refund uuid;
begin
	if p_attention.payment_intent is null or p_attention.kind in ('dispute', 'refund_failed') then
		return private.invalid_request('{"action": "This can''t be refunded from here. Open the booking''s ledger and refund it there."}');
	elsif coalesce(length(p_reason), 0) not between 10 and 500 then
		return private.invalid_request('{"reason": "Say why, in 10 to 500 characters."}');
	end if;
	v_left := coalesce(
		(select f.refundable_cents from private.refundable(p_attention.booking_id) f where f.payment_intent = p_attention.payment_intent),
		(select sum(p.amount_cents) from public.payments p
			where p_attention.booking_id is null and p.provider_ref = p_attention.payment_intent and p.booking_id is null)
		- (select coalesce(sum(r.amount_cents), 0) from public.payment_refunds r
			where p_attention.booking_id is null and r.payment_intent = p_attention.payment_intent and r.status = 'requested'), 0);
	v_cents := case p_attention.kind when 'overpaid' then least(p_attention.amount_cents, v_left) else v_left end;
	if v_cents <= 0 then
		return jsonb_build_object('code', 'REFUND_TOO_HIGH', 'status', 409, 'message', 'Nothing of it is left to give back.',
			'hint', 'Look at the ledger: it may be refunded already.');
	end if;
	v_refund := private.refund_by_rule('attention:' || p_attention.id, p_attention.booking_id, p_attention.payment_intent, v_cents, 'booking', p_reason);
	update public.payment_refunds set automatic = false, requested_by = auth.uid() where id = v_refund;
	return null;
end
$$;

/* Resolves what was raised. What is resolved already is answered as it is. */
create function private.resolve_attention(p_attention uuid, p_action text, p_reason text) returns jsonb
language plpgsql volatile security definer -- nobody may write what needs attention
set search_path = ''
as $$
declare
	v_reason constant text := btrim(p_reason);
	v_attention public.payment_attention;
	v_booking public.bookings;
	v_problem jsonb;
begin
	perform set_config('lock_timeout', '2500ms', true);
	select * into v_attention from public.payment_attention where id = p_attention;
	if v_attention.id is null or not private.permitted_at('payments.read', v_attention.station_id) then
		return private.refuse('NOT_FOUND', 404, 'There is nothing like that to resolve.', null, 'Load the list again.');
	elsif not private.permitted_at(case p_action when 'refund' then 'payments.refund' else 'payments.write' end, v_attention.station_id) then
		return private.refuse('NOT_ALLOWED', 403, 'You may not do that.', null, 'Ask somebody who may, or sign in with another account.');
	elsif p_action not in ('rebook', 'refund', 'dismiss') or p_action is null then
		return private.refuse_with(private.invalid_request('{"action": "Rebook, refund or dismiss."}'));
	elsif coalesce(length(v_reason), 0) not between 3 and 500 then
		return private.refuse_with(private.invalid_request('{"reason": "Say why, in 3 to 500 characters."}'));
	end if;
	-- in the order of the events: the booking, then what is about it
	select * into v_booking from public.bookings where id = v_attention.booking_id for update;
	select * into v_attention from public.payment_attention where id = p_attention for update;
	if v_attention.status = 'open' then
		v_problem := case p_action when 'rebook' then private.rebook_problem(v_booking) when 'refund' then private.refund_problem(v_attention, v_reason) end;
		if v_problem is not null then
			return private.refuse_with(v_problem);
		end if;
		perform private.settle_attention(v_attention.kind, v_attention.subject,
			case p_action when 'rebook' then 'rebooked: ' when 'refund' then 'refunded: ' else '' end || v_reason);
	end if;
	return (
		select jsonb_build_object('attention_id', a.id, 'kind', a.kind, 'status', a.status, 'resolution', a.resolution, 'booking_id', a.booking_id,
			'booking_status', (select b.status from public.bookings b where b.id = a.booking_id), 'version', a.version)
		from public.payment_attention a where a.id = p_attention
	);
exception when lock_not_available or deadlock_detected then
	return private.refuse_with(private.busy_problem());
end
$$;

/*
  Keeps what comparing a period with the card provider found, and raises each difference to the staff once. A difference is an
  object; its subject (what it is about), booking_id, payment_intent and amount_cents are used where it has them.
*/
create function private.record_reconciliation(p_from timestamptz, p_to timestamptz, p_checked int, p_differences jsonb) returns uuid
language plpgsql volatile security definer -- called by a job
set search_path = ''
as $$
declare
	v_id uuid;
	v_one jsonb;
begin
	insert into public.payment_reconciliations (period_from, period_to, checked, differences)
	values (p_from, p_to, p_checked, coalesce(p_differences, '[]')) returning id into v_id;
	for v_one in select value from jsonb_array_elements(coalesce(p_differences, '[]')) loop
		perform private.raise_attention('reconciliation', coalesce(left(v_one ->> 'subject', 200), md5(v_one::text)),
			(select id from public.bookings where id = private.uuid_or_null(v_one ->> 'booking_id')), v_one ->> 'payment_intent',
			private.whole_number(v_one -> 'amount_cents'), v_one || jsonb_build_object('reconciliation_id', v_id));
	end loop;
	perform realtime.send(jsonb_build_object('id', v_id, 'differences', jsonb_array_length(coalesce(p_differences, '[]'))),
		'reconciliation_changed', 'staff:payments', true);
	return v_id;
end
$$;

create function public.resolve_attention(p_attention uuid, p_action text, p_reason text) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.resolve_attention(p_attention, p_action, p_reason)
$$;
comment on function public.resolve_attention(uuid, text, text) is
	'Staff: resolves money that did not fit by rebook, refund or dismiss, with a reason: {attention_id, status, resolution, booking_status, version}. Refuses NOT_FOUND, NOT_ALLOWED, INVALID_REQUEST, BOOKING_NOT_CHANGEABLE, SLOT_UNAVAILABLE (details.alternatives), REFUND_TOO_HIGH, TRY_AGAIN.';
create function public.record_reconciliation(p_from timestamptz, p_to timestamptz, p_checked int, p_differences jsonb) returns uuid
language sql volatile
set search_path = ''
as $$
	select private.record_reconciliation(p_from, p_to, p_checked, p_differences)
$$;
comment on function public.record_reconciliation(timestamptz, timestamptz, int, jsonb) is 'Server: keeps what comparing with the card provider found.';
grant execute on function private.resolve_attention(uuid, text, text), public.resolve_attention(uuid, text, text) to authenticated;
