/*
  Booking: giving an event to a chef and moving it, with the reason where that can't be: by which booking a chef is taken, or
  that they are off then.
  Functions: assign_chef (names who holds the chef; offers a declined event again), move_booking (time and chef in one step).
*/

/*
  Why a chef can't serve a booking at a time, as a problem CHEF_UNAVAILABLE in words; null where they can. details: reason
  (elsewhere, inactive, taken, off), chef, held_by, and free with who could.
*/
create function private.chef_problem(p_station public.stations, p_booking public.bookings, p_chef uuid, p_starts_at timestamptz)
returns jsonb
language plpgsql volatile -- free_chefs is
set search_path = ''
as $$
declare
	v_chef record;
	v_held record;
	v_free uuid[] := array(
		select f.chef_id from private.free_chefs(p_station, p_starts_at, p_booking.road_miles, p_booking.id) f);
	v_why text;
begin
	if p_chef = any (v_free) then
		return null;
	end if;
	select c.id, s.name, c.active into v_chef
	from public.chefs c join public.staff s on s.id = c.staff_id
	where c.id = p_chef and c.station_id = p_station.id and c.deleted_at is null;
	select b.id, b.reference, b.event_at into v_held
	from public.chef_reservations r
	join public.bookings b on b.id = r.booking_id
	where r.chef_id = v_chef.id and r.released_at is null and (r.expires_at is null or r.expires_at > now())
		and r.booking_id <> p_booking.id
		and r.period && private.reservation_period(p_station, p_starts_at, p_booking.road_miles)
	order by r.event_at limit 1;
	v_why := case when v_chef.id is null then 'elsewhere' when not v_chef.active then 'inactive' when v_held.id is not null then 'taken' else 'off' end;
	return jsonb_build_object('code', 'CHEF_UNAVAILABLE', 'status', 409,
		'message', case v_why
			when 'elsewhere' then 'That chef does not cook for this station.'
			when 'inactive' then format('%s takes no new bookings.', v_chef.name)
			when 'taken' then format('%s is taken then by %s (%s).', v_chef.name, v_held.reference,
				to_char(v_held.event_at at time zone p_station.timezone, 'FMDy, FMMon FMDD, FMHH12:MI AM'))
			else format('%s does not work at that time.', v_chef.name) end,
		'details', jsonb_build_object('reason', v_why, 'free', v_free,
			'chef', case when v_chef.id is not null then jsonb_build_object('chef_id', v_chef.id, 'name', v_chef.name) end,
			'held_by', case when v_held.id is not null
				then jsonb_build_object('booking_id', v_held.id, 'reference', v_held.reference, 'event_at', v_held.event_at) end),
		'hint', 'Choose another chef or another time.');
end
$$;

/*
  Gives a booking another chef of its station, who must be free for it; the same chef is asked anew where they declined. The
  customer is not bothered.
*/
create or replace function private.assign_chef(p_booking uuid, p_chef uuid) returns jsonb
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
		update public.booking_assignments set status = 'offered', decline_reason = null, answered_at = null, offered_at = now()
		where booking_id = v_booking.id and status = 'declined';
		return private.change_answer(v_booking.id) || jsonb_build_object('chef_id', p_chef);
	end if;
	select * into v_station from public.stations where id = v_booking.station_id;
	if p_chef is null
		or private.rereserve(v_booking, v_station, v_booking.event_at, v_booking.road_miles, p_only => p_chef) is null then
		return private.refuse_with(coalesce(private.chef_problem(v_station, v_booking, p_chef, v_booking.event_at), private.busy_problem()));
	end if;
	update public.bookings set chef_id = p_chef where id = v_booking.id;
	return private.change_answer(v_booking.id) || jsonb_build_object('chef_id', p_chef);
exception when lock_not_available or deadlock_detected then
	return private.refuse_with(private.busy_problem());
end
$$;
comment on function public.assign_chef(uuid, uuid) is
	'Staff: gives a booking another chef of its station, or asks the same one anew after they declined. Refuses NOT_FOUND, NOT_ALLOWED, BOOKING_NOT_CHANGEABLE, CHEF_UNAVAILABLE (details.held_by names the booking that has the chef, details.free who is free), TRY_AGAIN.';

/*
  Moves a booking to a time and a chef, all or nothing: where that chef can't, nothing moves. Without a chef any free one
  takes it, the own one first. Who may: those who may reschedule, and assign where the chef changes.
*/
create function private.move_booking(p_booking uuid, p_starts_at timestamptz, p_chef uuid) returns jsonb
language plpgsql volatile security definer -- bookings are nobody's to write
set search_path = ''
as $$
declare
	v_open record;
	v_booking public.bookings;
	v_station public.stations;
	v_problem jsonb;
	v_answer jsonb;
	v_status text;
begin
	perform set_config('lock_timeout', '2500ms', true);
	select * into v_open from private.open_booking(p_booking, null, 'bookings.read');
	v_booking := v_open.booking;
	if v_open.problem is null and v_open.caller <> 'staff' then
		v_open.problem := jsonb_build_object('code', 'NOT_ALLOWED', 'status', 403, 'message', 'You may not do that.', 'hint', 'Move it from its own page.');
	end if;
	if v_open.problem is not null then
		return private.refuse_with(v_open.problem);
	end if;
	select * into v_station from public.stations where id = v_booking.station_id;
	if p_starts_at <> v_booking.event_at and p_chef is not null
		and private.change_problem(v_booking, 'staff', 'reschedule') is null and private.start_problem(v_station, p_starts_at) is null then
		v_problem := private.chef_problem(v_station, v_booking, p_chef, p_starts_at);
		if v_problem is not null then
			return private.refuse_with(v_problem);
		end if;
	end if;
	begin
		v_answer := private.reschedule_booking(p_booking, p_starts_at, null);
		if not v_answer ? 'code' and p_chef is not null then
			v_answer := private.assign_chef(p_booking, p_chef);
		end if;
		if v_answer ? 'code' then
			v_status := current_setting('response.status', true);
			raise exception using errcode = 'MHMOV', message = 'Not moved.'; -- undoes the first half
		end if;
	exception when sqlstate 'MHMOV' then
		perform set_config('response.status', v_status, true);
	end;
	return v_answer;
exception when lock_not_available or deadlock_detected then
	return private.refuse_with(private.busy_problem());
end
$$;

create function public.move_booking(p_booking uuid, p_starts_at timestamptz, p_chef uuid default null) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.move_booking(p_booking, p_starts_at, p_chef)
$$;
comment on function public.move_booking(uuid, timestamptz, uuid) is
	'Staff: moves a booking to a time and, if given, a chef, all or nothing. Refuses what reschedule_booking and assign_chef refuse; CHEF_UNAVAILABLE names by which booking the chef is taken.';
grant execute on function private.move_booking(uuid, timestamptz, uuid), public.move_booking(uuid, timestamptz, uuid) to authenticated;
