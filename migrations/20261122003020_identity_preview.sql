/*
  Identity: what a role will see. The preview doesn't compute the answer from rules of its own: it becomes a person of that
  role for a moment, asks the very policies, and takes everything back.
  No tables.
*/

/*
  Makes a person who holds the role and lets the transaction act as them; with p_permissions, as if the role had just those.
  Only within a block that is rolled back: private.preview_as leaves a user behind otherwise.
*/
create function private.preview_as(p_role text, p_station_id uuid, p_permissions text[]) returns void
language plpgsql volatile security definer -- makes a user and a grant that nobody may make
set search_path = ''
as $$
declare
	v_user uuid := gen_random_uuid();
begin
	if not private.has_permission('users.read') then
		perform private.fail('NOT_ALLOWED', 403, 'Your role does not include seeing roles.', null, 'Ask a super admin.');
	end if;
	if not exists (select from public.roles where role = p_role) then
		perform private.fail('NOT_FOUND', 404, 'There is no such role.', null, null);
	end if;
	-- The system acts: it may grant anything. The older form of the setting is one that auth.uid() reads first.
	perform set_config('request.jwt.claims', '', true), set_config('request.jwt.claim.sub', '', true);
	insert into auth.users (id, aud, role, email) values (v_user, 'authenticated', 'authenticated', v_user || '@preview.invalid');
	if p_permissions is not null then
		delete from public.role_permissions
		where role = p_role and permission <> all (p_permissions)
			and not (role = 'super_admin' and permission in ('users.manage', 'roles.manage', 'users.read'));
		insert into public.role_permissions (role, permission)
		select p_role, permission from public.permissions where permission = any (p_permissions)
		on conflict do nothing;
	end if;
	insert into public.user_roles (user_id, role, station_id) values (v_user, p_role, p_station_id);
	perform set_config('request.jwt.claims', jsonb_build_object('role', 'authenticated', 'sub', v_user)::text, true),
		set_config('request.jwt.claim.sub', v_user::text, true);
end
$$;
grant execute on function private.preview_as(text, uuid, text[]) to authenticated;

/*
  What a person of the role (at the station, for a role that needs one) will see: {permissions: [{permission, station_id}],
  rows: {table: count}}, counted by the policies themselves, at most p_most of each. For who may see users.
  p_permissions asks "what if". Refuses NOT_ALLOWED, NOT_FOUND, INVALID_REQUEST (a role without its station).
*/
create function public.preview_role(
	p_role text, p_station_id uuid default null, p_permissions text[] default null, p_most integer default 1000
) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
	v_table name;
	v_count bigint;
	v_rows jsonb := '{}';
	v_permissions jsonb;
begin
	-- Everything in this block is undone by the exception at its end; only the variables stay.
	begin
		perform private.preview_as(p_role, p_station_id, p_permissions);
		v_permissions := public.my_permissions();
		for v_table in
			select c.relname from pg_catalog.pg_class c
			where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
				and c.relname not in ('roles', 'permissions', 'role_permissions') -- what the preview itself may have changed
			order by c.relname
		loop
			begin
				execute format('select count(*) from (select from public.%I limit %s) t', v_table, least(greatest(p_most, 1), 10000))
				into v_count;
			exception when insufficient_privilege then
				v_count := 0; -- no privilege at all, not even on no rows
			end;
			v_rows := v_rows || jsonb_build_object(v_table, v_count);
		end loop;
		raise exception using errcode = 'ZZ001';
	exception when sqlstate 'ZZ001' then
		null;
	end;
	return jsonb_build_object('permissions', v_permissions, 'rows', v_rows);
end
$$;
grant execute on function public.preview_role(text, uuid, text[], integer) to authenticated;
