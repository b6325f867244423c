/*
  Identity: staff, and who may do what where.
  A role is granted to a user, for one station or (head office) for all. What a role may do is data: row-level security asks
  these tables on every statement, never a role's name.
  Tables: staff, roles, permissions, role_permissions, user_roles.
*/

create table public.staff (
	id uuid primary key default private.uuid_v7(),
	user_id uuid unique references auth.users (id) on delete set null,
	name text not null,
	email text not null,
	phone text,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_by uuid,
	delete_reason text,
	constraint staff_name_bounded check (length(btrim(name)) between 1 and 120),
	constraint staff_email_normal check (email = private.normal_email(email)),
	constraint staff_phone_e164 check (phone ~ '^\+[1-9][0-9]{7,14}$'),
	constraint staff_delete_has_reason check (deleted_at is null or length(delete_reason) between 10 and 500)
);
create unique index staff_email_of_present on public.staff (email) where deleted_at is null;
comment on table public.staff is 'People who work here: chefs, managers, support, head office.';
comment on column public.staff.user_id is 'Their sign-in; null until an invitation is accepted.';

create table public.roles (
	role text primary key,
	label text not null,
	description text not null,
	needs_station boolean not null default false,
	created_at timestamptz not null default now(),
	constraint roles_role_bounded check (role ~ '^[a-z][a-z_]{1,39}$')
);
comment on table public.roles is 'Roles that users are granted.';
comment on column public.roles.needs_station is 'True: granted for one station each time. False: head office, always for all stations.';

create table public.permissions (
	permission text primary key,
	description text not null,
	constraint permissions_permission_dotted check (permission ~ '^[a-z_]+\.[a-z_]+$')
);
comment on table public.permissions is 'Everything that can be permitted, as <what>.<deed>.';

create table public.role_permissions (
	role text not null references public.roles (role) on delete cascade,
	permission text not null references public.permissions (permission) on delete cascade,
	primary key (role, permission)
);
create index role_permissions_permission on public.role_permissions (permission); -- the helpers ask by permission
comment on table public.role_permissions is 'What a role may do. In force with the next statement.';

-- station_id gets its foreign key with the stations table.
create table public.user_roles (
	id uuid primary key default private.uuid_v7(),
	user_id uuid not null references auth.users (id) on delete cascade,
	role text not null references public.roles (role) on delete restrict,
	station_id uuid,
	created_at timestamptz not null default now(),
	granted_by uuid default auth.uid()
);
create unique index user_roles_once on public.user_roles
	(user_id, role, coalesce(station_id, '00000000-0000-0000-0000-000000000000')); -- policies ask by user_id first
create index user_roles_role on public.user_roles (role);
create index user_roles_station_id on public.user_roles (station_id);
comment on table public.user_roles is 'Roles granted to users.';
comment on column public.user_roles.station_id is 'The station the grant is for; null = all stations.';
comment on column public.user_roles.granted_by is 'Who granted it; null for the system.';

-- The helpers that policies ask ----------------------------------------------------------------------------------------

/* True where the caller holds the permission for any station: for things that belong to no station. */
create function private.has_permission(p_permission text) returns boolean
language plpgsql stable security definer -- the caller may not read the grants; plpgsql keeps its plan
set search_path = ''
as $$
begin
	return exists (
		select from public.user_roles g
		join public.role_permissions p on p.role = g.role
		where g.user_id = auth.uid() and p.permission = p_permission
	);
end
$$;

/* True where the caller holds the permission for all stations (head office): also for rows that have no station. */
create function private.has_permission_everywhere(p_permission text) returns boolean
language plpgsql stable security definer -- the caller may not read the grants; plpgsql keeps its plan
set search_path = ''
as $$
begin
	return exists (
		select from public.user_roles g
		join public.role_permissions p on p.role = g.role
		where g.user_id = auth.uid() and p.permission = p_permission and g.station_id is null
	);
end
$$;

/* True where the caller has any role at all. */
create function private.is_staff() returns boolean
language sql stable security definer -- the caller may not read the grants
set search_path = ''
as $$
	select exists (select from public.user_roles where user_id = auth.uid())
$$;

/* The caller's permissions: [{permission, station_id}], station_id null for all stations. */
create function private.my_permissions() returns jsonb
language sql stable security definer -- a person may know the own permissions, not the tables
set search_path = ''
as $$
	select coalesce(jsonb_agg(jsonb_build_object('permission', m.permission, 'station_id', m.station_id)
		order by m.permission, m.station_id nulls first), '[]'::jsonb)
	from (
		select distinct p.permission, g.station_id
		from public.user_roles g
		join public.role_permissions p on p.role = g.role
		where g.user_id = auth.uid()
	) m
$$;

grant execute on function private.has_permission(text), private.has_permission_everywhere(text), private.is_staff()
	to anon, authenticated;
grant execute on function private.my_permissions() to authenticated;

/* What the signed-in person may do: [{permission, station_id}], station_id null for all stations. For navigation only. */
create function public.my_permissions() returns jsonb
language sql stable
set search_path = ''
as $$
	select private.my_permissions()
$$;
grant execute on function public.my_permissions() to authenticated;

-- Privilege can't be raised from inside --------------------------------------------------------------------------------

/*
  Guards every grant, whatever path it comes by: nobody changes the own roles; nobody gives or takes a role that can do more
  than they can; a role for a station has one and a head-office role has none; the last super_admin stays.
*/
create function private.guard_user_role() returns trigger
language plpgsql security definer -- reads every grant
set search_path = ''
as $$
declare
	v_grant public.user_roles := case when tg_op = 'DELETE' then old else new end;
	v_needs_station boolean;
begin
	if auth.uid() is not null then
		if v_grant.user_id = auth.uid() or (tg_op = 'UPDATE' and old.user_id = auth.uid()) then
			perform private.fail('NOT_ALLOWED', 403, 'You can''t change your own roles.', null, 'Ask another super admin.');
		end if;
		if exists (
			select from public.role_permissions p
			where p.role in (v_grant.role, case when tg_op = 'UPDATE' then old.role end)
				and not private.has_permission_everywhere(p.permission)
		) then
			perform private.fail('NOT_ALLOWED', 403, 'That role may do more than you may.', null, 'Ask a super admin.');
		end if;
	end if;
	if tg_op <> 'DELETE' then
		select needs_station into v_needs_station from public.roles where role = new.role;
		if v_needs_station and new.station_id is null then
			perform private.fail('INVALID_REQUEST', 422, 'That role is for one station.',
				'{"fields": {"station_id": "Choose the station."}}', null);
		elsif not v_needs_station and new.station_id is not null then
			perform private.fail('INVALID_REQUEST', 422, 'That role is for all stations.',
				'{"fields": {"station_id": "Leave the station empty for this role."}}', null);
		end if;
	end if;
	if tg_op <> 'INSERT' and old.role = 'super_admin' and (tg_op = 'DELETE' or new.role <> 'super_admin' or new.user_id <> old.user_id) then
		-- Two super admins who remove each other at once must not both succeed.
		perform pg_advisory_xact_lock(hashtext('identity.last_super_admin'));
		if not exists (select from public.user_roles where role = 'super_admin' and id <> old.id) then
			perform private.fail('NOT_ALLOWED', 403, 'The last super admin can''t be removed.', null,
				'Make somebody else a super admin first.');
		end if;
	end if;
	return v_grant;
end
$$;
create trigger guard before insert or update or delete on public.user_roles
	for each row execute function private.guard_user_role();

/* Guards what roles may do: nobody gives a role more than they have, and super_admin keeps the means to repair roles. */
create function private.guard_role_permission() returns trigger
language plpgsql security definer -- reads every grant
set search_path = ''
as $$
begin
	if tg_op <> 'INSERT' and old.role = 'super_admin' and old.permission in ('users.manage', 'roles.manage', 'users.read')
		and exists (select from public.roles where role = old.role) then
		perform private.fail('NOT_ALLOWED', 403, 'A super admin always manages users and roles.', null, null);
	end if;
	if auth.uid() is null then
		return case when tg_op = 'DELETE' then old else new end;
	end if;
	if not private.has_permission_everywhere(case when tg_op = 'DELETE' then old.permission else new.permission end) then
		perform private.fail('NOT_ALLOWED', 403, 'You can''t give or take what you may not do yourself.', null, 'Ask a super admin.');
	end if;
	return case when tg_op = 'DELETE' then old else new end;
end
$$;
create trigger guard before insert or update or delete on public.role_permissions
	for each row execute function private.guard_role_permission();

/* Tells the person's open pages that their permissions changed, so that the navigation follows at once. */
create function private.announce_permissions() returns trigger
language plpgsql security definer -- realtime.send needs rights on realtime.messages
set search_path = ''
as $$
declare
	v_user uuid;
begin
	for v_user in
		select distinct u.user_id from (
			select g.user_id from public.user_roles g
			where tg_table_name = 'role_permissions'
				and g.role = (case when tg_op = 'DELETE' then to_jsonb(old) else to_jsonb(new) end ->> 'role')
			union all
			select (to_jsonb(old) ->> 'user_id')::uuid where tg_table_name = 'user_roles' and tg_op <> 'INSERT'
			union all
			select (to_jsonb(new) ->> 'user_id')::uuid where tg_table_name = 'user_roles' and tg_op <> 'DELETE'
		) u
	loop
		perform realtime.send(jsonb_build_object('user_id', v_user), 'permissions_changed', 'user:' || v_user, true);
	end loop;
	return null;
end
$$;
create trigger announce after insert or update or delete on public.user_roles
	for each row execute function private.announce_permissions();
create trigger announce after insert or update or delete on public.role_permissions
	for each row execute function private.announce_permissions();

select private.track('public.staff');
select private.track('public.roles');
select private.track('public.role_permissions');
select private.track('public.user_roles');

-- Row-level security ---------------------------------------------------------------------------------------------------

alter table public.staff enable row level security;
alter table public.roles enable row level security;
alter table public.permissions enable row level security;
alter table public.role_permissions enable row level security;
alter table public.user_roles enable row level security;

grant select on public.staff, public.roles, public.permissions, public.role_permissions, public.user_roles to authenticated;
grant insert (user_id, name, email, phone) on public.staff to authenticated;
grant update (name, phone) on public.staff to authenticated; -- the e-mail is what an invitation is accepted by
grant insert, update, delete on public.roles to authenticated;
grant insert, delete on public.role_permissions to authenticated;
grant insert (user_id, role, station_id), delete on public.user_roles to authenticated;
-- no update of grants: one is taken and another given, so that the audit reads plainly
-- no delete of staff: people are marked deleted
-- no write to permissions: a permission comes with the migration that asks for it

create policy "Roles are read by those who may see users" on public.roles
	for select to authenticated using ((select private.has_permission('users.read')));
create policy "Roles are made by those who manage roles" on public.roles
	for insert to authenticated with check ((select private.has_permission_everywhere('roles.manage')));
create policy "Roles are changed by those who manage roles" on public.roles
	for update to authenticated using ((select private.has_permission_everywhere('roles.manage')))
	with check ((select private.has_permission_everywhere('roles.manage')));
create policy "Roles other than super_admin are removed by those who manage roles" on public.roles
	for delete to authenticated using (role <> 'super_admin' and (select private.has_permission_everywhere('roles.manage')));

create policy "Permissions are read by those who may see users" on public.permissions
	for select to authenticated using ((select private.has_permission('users.read')));

create policy "Role permissions are read by those who may see users" on public.role_permissions
	for select to authenticated using ((select private.has_permission('users.read')));
create policy "Role permissions are given by those who manage roles" on public.role_permissions
	for insert to authenticated with check ((select private.has_permission_everywhere('roles.manage')));
create policy "Role permissions are taken by those who manage roles" on public.role_permissions
	for delete to authenticated using ((select private.has_permission_everywhere('roles.manage')));

create policy "Grants are read by their holder and by those who may see users" on public.user_roles
	for select to authenticated using (user_id = (select auth.uid()) or (select private.has_permission('users.read')));
create policy "Grants are given to others by those who manage users" on public.user_roles
	for insert to authenticated
	with check (user_id <> (select auth.uid()) and (select private.has_permission_everywhere('users.manage')));
create policy "Grants are taken from others by those who manage users" on public.user_roles
	for delete to authenticated
	using (user_id <> (select auth.uid()) and (select private.has_permission_everywhere('users.manage')));
