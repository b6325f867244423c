/*
  Booking and leads: what is announced to open pages, by triggers, so that no path forgets it. Topics and who may join them:
  platform_realtime. A message carries ids and the few columns that a list shows; never what the audience may not read.
*/

/*
  After a booking was made or changed: the station's list, the booking's own page, the guest's page (which knows only the
  hash of its token) and the chefs who got or lost it.
*/
create function private.announce_booking() returns trigger
language plpgsql security definer -- realtime.send needs rights on realtime.messages
set search_path = ''
as $$
declare
	v_op constant text := case when tg_op = 'UPDATE' and new.deleted_at is not null then 'DELETE' else tg_op end;
	v_payload constant jsonb := jsonb_build_object('id', new.id, 'reference', new.reference, 'status', new.status,
		'event_at', new.event_at, 'station_id', new.station_id, 'version', new.version, 'updated_at', new.updated_at, 'op', v_op);
	v_assignment constant jsonb := jsonb_build_object('booking_id', new.id, 'reference', new.reference, 'status', new.status,
		'event_at', new.event_at, 'version', new.version);
begin
	perform realtime.send(v_payload, 'booking_changed', 'station:' || new.station_id || ':bookings', true);
	if tg_op = 'UPDATE' then
		perform realtime.send(v_payload, 'booking_changed', 'booking:' || new.id, true);
		if (new.status, new.event_at) is distinct from (old.status, old.event_at) then
			perform realtime.send(jsonb_build_object('status', new.status, 'event_at', new.event_at), 'booking_changed',
				private.guest_topic(new.id), false);
		end if;
		if old.chef_id is not null and old.chef_id is distinct from new.chef_id then
			perform realtime.send(v_assignment || '{"op": "DELETE"}', 'assignment_changed', 'chef:' || old.chef_id, true);
		end if;
	end if;
	if new.chef_id is not null then
		perform realtime.send(v_assignment || jsonb_build_object('op', v_op), 'assignment_changed', 'chef:' || new.chef_id, true);
	end if;
	return null;
end
$$;
create trigger announce after insert or update on public.bookings
	for each row execute function private.announce_booking();

/* After a chef's time was taken or given back: every open calendar of the station looks at that day again. */
create function private.announce_slots() returns trigger
language plpgsql security definer -- realtime.send needs rights on realtime.messages
set search_path = ''
as $$
begin
	perform realtime.send(
		jsonb_build_object('station_id', new.station_id,
			'date', (select (new.event_at at time zone s.timezone)::date from public.stations s where s.id = new.station_id)),
		'slots_changed', 'slots:' || new.station_id, false);
	return null;
end
$$;
create trigger announce_taken after insert on public.chef_reservations
	for each row execute function private.announce_slots();
create trigger announce_freed after update of released_at on public.chef_reservations
	for each row when (old.released_at is null and new.released_at is not null) execute function private.announce_slots();

/* After a chef took a day off or added one: the same. */
create function private.announce_exception() returns trigger
language plpgsql security definer -- realtime.send needs rights on realtime.messages
set search_path = ''
as $$
declare
	v_row constant public.chef_exceptions := case when tg_op = 'DELETE' then old else new end;
	v_station uuid;
begin
	select station_id into v_station from public.chefs where id = v_row.chef_id;
	perform realtime.send(jsonb_build_object('station_id', v_station, 'date', v_row.on_date), 'slots_changed', 'slots:' || v_station, false);
	return null;
end
$$;
create trigger announce after insert or delete on public.chef_exceptions
	for each row execute function private.announce_exception();

/* After a lead came or changed: the station's list. Leads without a station are seen on the next load of head office's list. */
create function private.announce_lead() returns trigger
language plpgsql security definer -- realtime.send needs rights on realtime.messages
set search_path = ''
as $$
begin
	perform realtime.send(
		jsonb_build_object('id', new.id, 'status', new.status, 'score', new.score, 'reason', new.reason, 'source', new.source,
			'station_id', new.station_id, 'version', new.version, 'updated_at', new.updated_at,
			'op', case when tg_op = 'UPDATE' and new.deleted_at is not null then 'DELETE' else tg_op end),
		'lead_changed', 'station:' || new.station_id || ':leads', true);
	return null;
end
$$;
create trigger announce after insert or update on public.leads
	for each row when (new.station_id is not null) execute function private.announce_lead();
