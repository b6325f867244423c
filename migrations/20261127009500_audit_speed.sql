/*
  Audit: the same entries for less work. What comes new or goes is read once, nobody's roles are looked up for nobody, and only a
  partition asks the catalog for its table's name. No tables.
*/

/* After any write of a tracked table: one audit entry with the changed columns. The trigger's arguments are its primary key. */
create or replace function private.write_audit() returns trigger
language plpgsql security definer -- nobody may insert into the log but this
set search_path = ''
as $$
declare
	v_user constant uuid := auth.uid();
	v_table constant text := case when pg_catalog.pg_partition_root(tg_relid) is null then tg_table_name else private.table_name(tg_relid) end;
	v_old jsonb;
	v_new jsonb;
	v_changes jsonb;
begin
	if tg_op <> 'INSERT' then
		v_old := private.redact(to_jsonb(old));
	end if;
	if tg_op <> 'DELETE' then
		v_new := private.redact(to_jsonb(new));
	end if;
	if tg_op = 'UPDATE' then
		select jsonb_object_agg(n.key, jsonb_build_object('old', v_old -> n.key, 'new', n.value))
		into v_changes
		from jsonb_each(v_new) n
		where n.value is distinct from v_old -> n.key and n.key not in ('updated_at', 'version');
		-- A secret that changed looks the same when redacted; that it changed is still worth an entry.
		if v_changes is null then
			if (to_jsonb(old) - 'updated_at' - 'version') = (to_jsonb(new) - 'updated_at' - 'version') then
				return null;
			end if;
			v_changes := '{}';
		end if;
	else
		select jsonb_object_agg(r.key, jsonb_build_object(
			'old', case when tg_op = 'DELETE' then r.value end, 'new', case when tg_op = 'INSERT' then r.value end))
		into v_changes
		from jsonb_each(coalesce(v_new, v_old)) r;
	end if;
	insert into public.audit_log (actor, actor_id, actor_roles, station_id, action, table_name, row_id, changes, request_id, address)
	values (
		private.current_actor(),
		v_user,
		case when v_user is null then '{}'
			else array(select distinct role from public.user_roles where user_id = v_user order by role) end,
		private.station_of(v_table, coalesce(v_new, v_old)),
		lower(tg_op),
		v_table,
		(select string_agg(coalesce(v_new, v_old) ->> tg_argv[i], ',' order by i) from generate_subscripts(tg_argv, 1) i),
		v_changes,
		left(private.request_header('x-request-id'), 100),
		private.client_address()
	);
	return null;
end
$$;
