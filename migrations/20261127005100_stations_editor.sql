/*
  Stations: what their editor needs. The base follows from its ZIP code, and open pages hear of changes.
  Tables: none of its own.
*/

/* Before a station opens or moves: its coordinates are those of its base ZIP. Refuses UNKNOWN_ZIP. */
create function private.place_station() returns trigger
language plpgsql security definer -- whoever opens a station need not read the ZIP codes
set search_path = ''
as $$
begin
	if tg_op = 'INSERT' and new.latitude is not null and new.longitude is not null then
		return new;
	end if;
	select z.latitude, z.longitude into new.latitude, new.longitude from public.zip_codes z where z.zip = new.base_zip;
	if not found then
		perform private.fail('UNKNOWN_ZIP', 422, 'We do not know that ZIP code.',
			'{"fields": {"base_zip": "Check the five digits."}}', 'Check the five digits.');
	end if;
	return new;
end
$$;
create trigger b_place before insert on public.stations for each row execute function private.place_station();
create trigger b_place_moved before update on public.stations
	for each row when (old.base_zip is distinct from new.base_zip) execute function private.place_station();

insert into private.topic_permissions (scope, what, permission) values ('staff', 'stations', 'stations.read');

/* After a station or its start times changed: the pages of the panel look again. */
create function private.announce_station() returns trigger
language plpgsql security definer -- realtime.send needs rights on realtime.messages
set search_path = ''
as $$
declare
	v_row constant jsonb := to_jsonb(case when tg_op = 'DELETE' then old else new end);
begin
	perform realtime.send(jsonb_build_object('id', coalesce(v_row ->> 'station_id', v_row ->> 'id'), 'op', tg_op),
		'station_changed', 'staff:stations', true);
	return null;
end
$$;
create trigger announce after insert or update on public.stations
	for each row execute function private.announce_station();
create trigger announce after insert or delete on public.station_start_times
	for each row execute function private.announce_station();
