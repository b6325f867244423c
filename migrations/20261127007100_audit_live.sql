/*
  Audit: the log and the trash as they are, on open pages. What is told names no person and no value: a page reads the log again
  under its reader's own rights. A transaction tells each topic once, however many rows it writes, so that a bulk write is one
  message.
    station:{id}:audit, station:{id}:trash    who audits that station, who deletes there
    staff:audit, staff:trash                  the company's own entries: who holds the permission for all stations
  Tables: private.topic_permissions gains everywhere.
*/

alter table private.topic_permissions add column everywhere boolean not null default false;
comment on column private.topic_permissions.everywhere is 'Of a staff topic: the permission must be held for all stations, because what is told is head office''s.';
insert into private.topic_permissions (scope, what, permission, everywhere)
values ('station', 'audit', 'audit.read', false), ('staff', 'audit', 'audit.read', true),
	('station', 'trash', 'records.delete', false), ('staff', 'trash', 'records.delete', true),
	('staff', 'scaling', 'scaling.read', true);

/* Whether the caller may receive p_extension ('broadcast' or 'presence') of a private topic. False for unknown topics. */
create or replace function private.may_join(p_topic text, p_extension text) returns boolean
language plpgsql stable security definer -- looks at rows that the caller may not read
set search_path = ''
as $$
declare
	v_scope text := split_part(p_topic, ':', 1);
	v_id uuid;
	v_what text := split_part(p_topic, ':', 3);
	v_station uuid;
	v_permission text;
	v_everywhere boolean;
begin
	if auth.uid() is null or p_topic is null or p_extension not in ('broadcast', 'presence') then
		return false;
	end if;
	if v_scope = 'staff' then
		select t.permission, t.everywhere into v_permission, v_everywhere
		from private.topic_permissions t where t.scope = 'staff' and t.what = split_part(p_topic, ':', 2);
		return v_what = '' and private.is_staff() and (v_permission is null
			or case when v_everywhere then private.has_permission_everywhere(v_permission) else private.has_permission(v_permission) end);
	end if;
	if split_part(p_topic, ':', 4) <> '' or split_part(p_topic, ':', 2) !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
		return false;
	end if;
	v_id := split_part(p_topic, ':', 2)::uuid;

	if v_scope = 'user' then
		return v_what = '' and v_id = auth.uid();

	elsif v_scope = 'station' then
		select permission into v_permission from private.topic_permissions where scope = 'station' and what = v_what;
		return v_permission is not null and exists (select from private.stations_with(v_permission) s where s = v_id);

	elsif v_scope = 'booking' and v_what = '' then
		select station_id into v_station from public.bookings where id = v_id;
		return exists (select from private.stations_with('bookings.read') s where s = v_station)
			or (p_extension = 'broadcast' and (
				private.has_permission('bookings.assigned') and exists (
					select from public.bookings b join public.chefs c on c.id = b.chef_id
					where b.id = v_id and c.user_id = auth.uid())
				or exists (
					select from public.bookings b join public.customers c on c.id = b.customer_id
					where b.id = v_id and c.user_id = auth.uid())));

	elsif v_scope = 'chef' and v_what = '' then
		select station_id into v_station from public.chefs where id = v_id;
		return exists (select from private.stations_with('chefs.read') s where s = v_station)
			or (private.has_permission('chefs.own') and exists (
				select from public.chefs where id = v_id and user_id = auth.uid()));
	end if;
	return false;
end
$$;

/* Sends an empty message to a private topic, at most once in a transaction: more than that tells a page nothing new. */
create function private.announce_once(p_topic text, p_event text) returns void
language plpgsql volatile
set search_path = ''
as $$
declare
	v_told constant text := coalesce(current_setting('app.announced', true), '');
begin
	if position('|' || p_topic || '|' in v_told) > 0 then
		return;
	end if;
	perform realtime.send('{}'::jsonb, p_event, p_topic, true);
	-- With the transaction, and with a savepoint that is rolled back, this goes too.
	perform set_config('app.announced', v_told || '|' || p_topic || '|', true);
end
$$;

/* After an entry was written: those who audit the row's station, or head office. */
create function private.announce_audit() returns trigger
language plpgsql security definer -- realtime.send needs rights on realtime.messages
set search_path = ''
as $$
begin
	perform private.announce_once(coalesce('station:' || new.station_id || ':audit', 'staff:audit'), 'audit_changed');
	return null;
end
$$;
create trigger announce after insert on public.audit_log
	for each row execute function private.announce_audit();

/* After a row went to the trash, came back or was purged: those who may restore it. */
create function private.announce_trash_list() returns trigger
language plpgsql security definer -- realtime.send needs rights on realtime.messages
set search_path = ''
as $$
declare
	v_station constant uuid := private.station_of(tg_table_name, case when tg_op = 'DELETE' then to_jsonb(old) else to_jsonb(new) end);
begin
	perform private.announce_once(coalesce('station:' || v_station || ':trash', 'staff:trash'), 'trash_changed');
	return null;
end
$$;
do $$
declare
	v_table text;
begin
	for v_table in select name from private.trash_tables() loop
		execute format('create trigger announce_trash_list after update on public.%I
			for each row when (old.deleted_at is distinct from new.deleted_at) execute function private.announce_trash_list()', v_table);
		execute format('create trigger announce_purge after delete on public.%I
			for each row when (old.deleted_at is not null) execute function private.announce_trash_list()', v_table);
	end loop;
end
$$;

revoke execute on function private.announce_once(text, text), private.announce_audit(), private.announce_trash_list()
	from public, anon, authenticated;
