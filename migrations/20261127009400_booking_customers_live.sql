/*
  Booking: customers that no station knows yet are live to head office, and open calendars of the site hear when a station changes.
    staff:customers   who reads customers of all stations
    slots:{station}   public as before; a message without a date means every day
  Tables: a row of private.topic_permissions.
*/

insert into private.topic_permissions (scope, what, permission, everywhere) values ('staff', 'customers', 'customers.read', true);

/* The topics that hear of a customer of these stations, as they are and as they were. */
create function private.customer_topics(p_stations uuid[], p_before uuid[]) returns setof text
language plpgsql immutable
set search_path = ''
as $$
begin
	return query
		select 'station:' || s || ':customers' from (select unnest(p_stations) union select unnest(p_before)) u (s)
		union all
		-- who comes to a first station was head office's until now: its open pages move on
		select 'staff:customers' where p_stations = '{}' or p_before = '{}';
end
$$;
revoke execute on function private.customer_topics(uuid[], uuid[]) from public, anon, authenticated;

/* After a customer came or changed: the list of every station that knows them. Ids and version only: names are read by policy. */
create or replace function private.announce_customer() returns trigger
language plpgsql security definer -- realtime.send needs rights on realtime.messages
set search_path = ''
as $$
declare
	v_payload constant jsonb := jsonb_build_object('id', new.id, 'version', new.version, 'updated_at', new.updated_at,
		'op', case when tg_op = 'UPDATE' and new.deleted_at is not null then 'DELETE' else tg_op end);
begin
	perform realtime.send(v_payload, 'customer_changed', t, true)
	from private.customer_topics(new.station_ids, case when tg_op = 'UPDATE' then old.station_ids else new.station_ids end) t;
	return null;
end
$$;

/* After a note: open pages of its customer look again. */
create or replace function private.announce_customer_note() returns trigger
language plpgsql security definer -- realtime.send needs rights on realtime.messages
set search_path = ''
as $$
begin
	perform realtime.send(jsonb_build_object('id', c.id, 'version', c.version, 'updated_at', c.updated_at, 'op', 'NOTE'),
		'customer_changed', t, true)
	from public.customers c cross join private.customer_topics(c.station_ids, c.station_ids) t
	where c.id = new.customer_id;
	return null;
end
$$;

/* After a station's rules or start times changed: every open calendar of it looks at all its days again, once a transaction. */
create function private.announce_station_slots() returns trigger
language plpgsql security definer -- realtime.send needs rights on realtime.messages
set search_path = ''
as $$
declare
	v_row constant jsonb := to_jsonb(case when tg_op = 'DELETE' then old else new end);
	v_station constant text := coalesce(v_row ->> 'station_id', v_row ->> 'id');
	v_told constant text := coalesce(current_setting('app.announced', true), '');
	v_topic constant text := 'slots:' || v_station;
begin
	if position('|' || v_topic || '|' in v_told) = 0 then
		perform realtime.send(jsonb_build_object('station_id', v_station), 'slots_changed', v_topic, false);
		perform set_config('app.announced', v_told || '|' || v_topic || '|', true);
	end if;
	return null;
end
$$;
create trigger announce_slots after update on public.stations
	for each row execute function private.announce_station_slots();
create trigger announce_slots after insert or delete on public.station_start_times
	for each row execute function private.announce_station_slots();
revoke execute on function private.announce_station_slots() from public, anon, authenticated;
