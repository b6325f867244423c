/*
  Booking: what happens to one afterwards. Every change locks the booking first, asks who the caller is to it (staff by
  permission and station, its customer by sign-in, a guest by access token), then refuses or does it, and tells by a job.
  Customers and guests change a confirmed booking until 48 hours before it; a pending one they may always cancel.
*/

/*
  Locks a booking for a change. caller: 'staff' (holds p_permission at its station), 'customer' (it is theirs) or 'guest' (the
  token opens it). Who may not even see it is told NOT_FOUND, who may see but not change it NOT_ALLOWED.
*/
create function private.open_booking(
	p_booking uuid, p_token text, p_permission text, out booking public.bookings, out caller text, out problem jsonb
)
language plpgsql volatile
set search_path = ''
as $$
begin
	select * into booking from public.bookings b where b.id = p_booking and b.deleted_at is null for update;
	caller := case
		when booking.id is null then null
		when auth.role() = 'service_role' then 'staff'
		when booking.station_id in (select private.stations_with(p_permission)) then 'staff'
		when booking.customer_id in (select private.own_customers()) then 'customer'
		when private.booking_for_token(p_token) = booking.id then 'guest'
	end;
	if caller is null then
		problem := case when booking.station_id in (select private.stations_with('bookings.read'))
			then jsonb_build_object('code', 'NOT_ALLOWED', 'status', 403, 'message', 'You may not do that.',
				'hint', 'Ask somebody who may, or sign in with another account.')
			else jsonb_build_object('code', 'NOT_FOUND', 'status', 404, 'message', 'There is no such booking.', 'hint', 'Check the link.') end;
	end if;
end
$$;

/* The problem BOOKING_NOT_CHANGEABLE with why. */
create function private.not_changeable(p_why text) returns jsonb
language sql immutable
set search_path = ''
as $$
	select jsonb_build_object('code', 'BOOKING_NOT_CHANGEABLE', 'status', 409, 'message', 'This booking can no longer be changed.',
		'details', jsonb_build_object('reason', p_why), 'hint', 'Call us, or write to us from the contact page.')
$$;

/* The problem of a hold that ran out before it was used. */
create function private.hold_expired_problem() returns jsonb
language sql immutable
set search_path = ''
as $$
	select jsonb_build_object('code', 'HOLD_EXPIRED', 'status', 409, 'message', 'The hold on this booking has expired.',
		'hint', 'Book again; the time may still be free.')
$$;

/* The problem TRY_AGAIN, after a lock was waited for too long. */
create function private.busy_problem() returns jsonb
language sql immutable
set search_path = ''
as $$
	select jsonb_build_object('code', 'TRY_AGAIN', 'status', 503, 'message', 'Many people are booking right now.',
		'hint', 'Try again in a moment.')
$$;

/*
  Why a booking can't be moved or cancelled by this caller, as a problem; null where it can. p_deed is 'reschedule' or 'cancel'.
  Nobody changes what is over; staff may change the rest at any time, others until 48 hours before.
*/
create function private.change_problem(p_booking public.bookings, p_caller text, p_deed text) returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
	return case
		when p_booking.status in ('cancelled', 'completed') then private.not_changeable(p_booking.status)
		when p_booking.status = 'pending' and p_booking.hold_expires_at <= now() then private.hold_expired_problem()
		when p_caller = 'staff' or (p_booking.status = 'pending' and p_deed = 'cancel') then null
		when p_booking.event_at < now() + interval '48 hours' then private.not_changeable('too_late')
	end;
end
$$;

/* The answer of every change: {booking_id, reference, status, event_at, chef_id, version}. Never the token: it is the guest's. */
create function private.change_answer(p_booking uuid) returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
	return (
		select jsonb_build_object('booking_id', b.id, 'reference', b.reference, 'status', b.status, 'event_at', b.event_at,
			'event_ends_at', b.event_ends_at, 'total_cents', b.total_cents, 'version', b.version)
		from public.bookings b where b.id = p_booking
	);
end
$$;

/* Tells the customer, by a job that checks whether it is still so. */
create function private.notify_booking(p_booking uuid, p_kind text) returns void
language sql volatile
set search_path = ''
as $$
	select private.enqueue('booking-notify', jsonb_build_object('booking_id', p_booking, 'kind', p_kind), now(), p_booking || ':' || p_kind)
$$;

/*
  Gives back a booking's chef time and reserves another, all or nothing: where none is free the old one stays as it was.
  Answers the chef, or null.
*/
create function private.rereserve(
	p_booking public.bookings, p_station public.stations, p_starts_at timestamptz, p_road_miles numeric,
	p_prefer uuid default null, p_only uuid default null
) returns uuid
language plpgsql volatile
set search_path = ''
as $$
declare
	v_chef uuid;
begin
	update public.chef_reservations set released_at = clock_timestamp() where booking_id = p_booking.id and released_at is null;
	v_chef := private.reserve(p_booking.id, p_station, p_starts_at, p_road_miles, p_booking.hold_expires_at, p_prefer, p_only);
	if v_chef is null then
		raise exception using errcode = 'MHNCF', message = 'No chef is free.'; -- undoes the release
	end if;
	return v_chef;
exception when sqlstate 'MHNCF' then
	return null;
end
$$;

/* Moves a booking to another start time. Answers change_answer; the price stays as promised. */
create function private.reschedule_booking(p_booking uuid, p_starts_at timestamptz, p_access_token text) returns jsonb
language plpgsql volatile security definer -- bookings are nobody's to write
set search_path = ''
as $$
declare
	v_open record;
	v_booking public.bookings;
	v_station public.stations;
	v_problem jsonb;
	v_chef uuid;
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
		return private.change_answer(v_booking.id);
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
	update public.bookings set
		event_at = p_starts_at,
		event_ends_at = p_starts_at + make_interval(mins => v_station.event_minutes),
		chef_id = v_chef,
		reschedule_count = reschedule_count + 1
	where id = v_booking.id;
	perform private.notify_booking(v_booking.id, 'rescheduled');
	return private.change_answer(v_booking.id);
exception when lock_not_available or deadlock_detected then
	return private.refuse_with(private.busy_problem());
end
$$;

/* Cancels a booking and frees its chef. The reason is kept: 3–500 characters. */
create function private.cancel_booking(p_booking uuid, p_reason text, p_access_token text) returns jsonb
language plpgsql volatile security definer -- bookings are nobody's to write
set search_path = ''
as $$
declare
	v_open record;
	v_booking public.bookings;
	v_problem jsonb;
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
	perform private.notify_booking(v_booking.id, 'cancelled');
	return private.change_answer(v_booking.id);
exception when lock_not_available or deadlock_detected then
	return private.refuse_with(private.busy_problem());
end
$$;

/* Confirms a pending booking: its deposit arrived by hand. */
create function private.confirm_booking(p_booking uuid) returns jsonb
language plpgsql volatile security definer -- bookings are nobody's to write
set search_path = ''
as $$
declare
	v_open record;
	v_booking public.bookings;
begin
	perform set_config('lock_timeout', '2500ms', true);
	select * into v_open from private.open_booking(p_booking, null, 'bookings.manage');
	v_booking := v_open.booking;
	if v_open.problem is null and v_open.caller <> 'staff' then
		v_open.problem := jsonb_build_object('code', 'NOT_ALLOWED', 'status', 403, 'message', 'You may not do that.', 'hint', 'We confirm it when the deposit is here.');
	end if;
	if v_open.problem is not null then
		return private.refuse_with(v_open.problem);
	end if;
	if v_booking.status = 'confirmed' then
		return private.change_answer(v_booking.id);
	elsif v_booking.status <> 'pending' then
		return private.refuse_with(private.not_changeable(v_booking.status));
	elsif v_booking.hold_expires_at <= now() then
		perform private.expire_holds_of(array[v_booking.id]);
		return private.refuse_with(private.hold_expired_problem());
	end if;
	update public.bookings set status = 'confirmed', confirmed_at = now(), hold_expires_at = null where id = v_booking.id;
	perform private.notify_booking(v_booking.id, 'confirmed');
	return private.change_answer(v_booking.id);
exception when lock_not_available or deadlock_detected then
	return private.refuse_with(private.busy_problem());
end
$$;

/* Gives a booking another chef of its station, who must be free for it. The customer is not bothered. */
create function private.assign_chef(p_booking uuid, p_chef uuid) returns jsonb
language plpgsql volatile security definer -- bookings are nobody's to write
set search_path = ''
as $$
declare
	v_open record;
	v_booking public.bookings;
	v_station public.stations;
begin
	perform set_config('lock_timeout', '2500ms', true);
	select * into v_open from private.open_booking(p_booking, null, 'bookings.assign_chef');
	v_booking := v_open.booking;
	if v_open.problem is null and v_open.caller <> 'staff' then
		v_open.problem := jsonb_build_object('code', 'NOT_ALLOWED', 'status', 403, 'message', 'You may not do that.', 'hint', 'Write your wish into the notes.');
	end if;
	if v_open.problem is not null then
		return private.refuse_with(v_open.problem);
	end if;
	if v_booking.status not in ('pending', 'confirmed') then
		return private.refuse_with(private.not_changeable(v_booking.status));
	elsif v_booking.chef_id = p_chef then
		return private.change_answer(v_booking.id) || jsonb_build_object('chef_id', p_chef);
	end if;
	select * into v_station from public.stations where id = v_booking.station_id;
	if p_chef is null
		or private.rereserve(v_booking, v_station, v_booking.event_at, v_booking.road_miles, p_only => p_chef) is null then
		return private.refuse('CHEF_UNAVAILABLE', 409, 'That chef is taken at that time.',
			jsonb_build_object('free', array(
				select f.chef_id from private.free_chefs(v_station, v_booking.event_at, v_booking.road_miles, v_booking.id) f)),
			'Choose another chef or another time.');
	end if;
	update public.bookings set chef_id = p_chef where id = v_booking.id;
	return private.change_answer(v_booking.id) || jsonb_build_object('chef_id', p_chef);
exception when lock_not_available or deadlock_detected then
	return private.refuse_with(private.busy_problem());
end
$$;

create function public.reschedule_booking(p_booking uuid, p_starts_at timestamptz, p_access_token text default null) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.reschedule_booking(p_booking, p_starts_at, p_access_token)
$$;
comment on function public.reschedule_booking(uuid, timestamptz, text) is
	'Moves a booking, all or nothing: {booking_id, reference, status, event_at, version}. Refuses NOT_FOUND, NOT_ALLOWED, BOOKING_NOT_CHANGEABLE, HOLD_EXPIRED, TOO_SOON, TOO_FAR_AHEAD, INVALID_START_TIME, SLOT_UNAVAILABLE, TRY_AGAIN.';

create function public.cancel_booking(p_booking uuid, p_reason text, p_access_token text default null) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.cancel_booking(p_booking, p_reason, p_access_token)
$$;
comment on function public.cancel_booking(uuid, text, text) is
	'Cancels a booking with a reason and frees its chef. Refuses NOT_FOUND, NOT_ALLOWED, BOOKING_NOT_CHANGEABLE, INVALID_REQUEST, TRY_AGAIN.';

create function public.confirm_booking(p_booking uuid) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.confirm_booking(p_booking)
$$;
comment on function public.confirm_booking(uuid) is
	'Staff: confirms a pending booking whose deposit arrived by hand. Refuses NOT_FOUND, NOT_ALLOWED, BOOKING_NOT_CHANGEABLE, HOLD_EXPIRED, TRY_AGAIN.';

create function public.assign_chef(p_booking uuid, p_chef uuid) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.assign_chef(p_booking, p_chef)
$$;
comment on function public.assign_chef(uuid, uuid) is
	'Staff: gives a booking another chef of its station. Refuses NOT_FOUND, NOT_ALLOWED, BOOKING_NOT_CHANGEABLE, CHEF_UNAVAILABLE (details.free lists who is free), TRY_AGAIN.';

grant execute on function private.reschedule_booking(uuid, timestamptz, text), public.reschedule_booking(uuid, timestamptz, text),
	private.cancel_booking(uuid, text, text), public.cancel_booking(uuid, text, text) to anon, authenticated;
grant execute on function private.confirm_booking(uuid), public.confirm_booking(uuid),
	private.assign_chef(uuid, uuid), public.assign_chef(uuid, uuid) to authenticated;
