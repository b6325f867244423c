/*
  Payments: what is announced to open pages, by triggers, so that no path forgets it. Messages carry ids and statuses, never
  sums: a booking's channel is its chef's as well.
*/

insert into private.topic_permissions (scope, what, permission)
values ('station', 'payments', 'payments.read'), ('staff', 'payments', 'payments.read');

/* Sends to the lists of the station, or of head office where the money has none. */
create function private.send_to_payments(p_event text, p_station uuid, p_payload jsonb) returns void
language plpgsql volatile
set search_path = ''
as $$
begin
	perform realtime.send(p_payload, p_event, coalesce('station:' || p_station || ':payments', 'staff:payments'), true);
end
$$;

/* Sends what became of a payment to the booking's page, its guest's page and the station's list. */
create function private.send_payment_changed(p_booking uuid, p_station uuid, p_checkout uuid, p_status text, p_what jsonb) returns void
language plpgsql volatile
set search_path = ''
as $$
declare
	v_payload constant jsonb := jsonb_build_object('booking_id', p_booking, 'checkout_id', p_checkout, 'status', p_status);
begin
	if p_booking is not null then
		perform realtime.send(v_payload, 'payment_changed', 'booking:' || p_booking, true);
		perform realtime.send(jsonb_build_object('checkout_id', p_checkout, 'status', p_status), 'payment_changed', private.guest_topic(p_booking), false);
	end if;
	perform private.send_to_payments('payment_changed', p_station, v_payload || p_what);
end
$$;

/* After a row of the ledger. */
create function private.announce_payment() returns trigger
language plpgsql security definer -- realtime.send needs rights on realtime.messages
set search_path = ''
as $$
begin
	perform private.send_payment_changed(new.booking_id, new.station_id, new.checkout_id, new.kind,
		jsonb_build_object('payment_id', new.id, 'kind', new.kind, 'method', new.method));
	return null;
end
$$;
create trigger announce after insert on public.payments for each row execute function private.announce_payment();

/* After an attempt to pay came or changed its status. */
create function private.announce_checkout() returns trigger
language plpgsql security definer -- realtime.send needs rights on realtime.messages
set search_path = ''
as $$
begin
	perform private.send_payment_changed(new.booking_id, new.station_id, new.id, new.status, '{}');
	return null;
end
$$;
create trigger announce_made after insert on public.payment_checkouts for each row execute function private.announce_checkout();
create trigger announce after update on public.payment_checkouts
	for each row when ((old.status, old.failed_at) is distinct from (new.status, new.failed_at)) execute function private.announce_checkout();

/* After a refund was asked for or settled. */
create function private.announce_refund() returns trigger
language plpgsql security definer -- realtime.send needs rights on realtime.messages
set search_path = ''
as $$
begin
	perform private.send_payment_changed(new.booking_id, new.station_id, new.checkout_id, 'refund_' || new.status, jsonb_build_object('refund_id', new.id));
	return null;
end
$$;
create trigger announce after insert or update of status on public.payment_refunds for each row execute function private.announce_refund();

/* After something was raised to the staff, or settled; disputes and reconciliations come along. */
create function private.announce_attention() returns trigger
language plpgsql security definer -- realtime.send needs rights on realtime.messages
set search_path = ''
as $$
begin
	perform private.send_to_payments('attention_changed', new.station_id, jsonb_build_object('id', new.id, 'kind', new.kind,
		'booking_id', new.booking_id, 'status', new.status, 'version', new.version, 'updated_at', new.updated_at, 'op', tg_op));
	return null;
end
$$;
create trigger announce after insert or update on public.payment_attention for each row execute function private.announce_attention();

/* After a dispute came or changed. */
create function private.announce_dispute() returns trigger
language plpgsql security definer -- realtime.send needs rights on realtime.messages
set search_path = ''
as $$
begin
	perform private.send_to_payments('payment_changed', new.station_id, jsonb_build_object('booking_id', new.booking_id, 'checkout_id', null,
		'status', 'dispute_' || new.status, 'dispute_id', new.id));
	return null;
end
$$;
create trigger announce after insert or update of status, booking_id on public.payment_disputes
	for each row execute function private.announce_dispute();
