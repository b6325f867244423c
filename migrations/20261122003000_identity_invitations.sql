/*
  Identity: how staff join. Who manages users invites an e-mail with a role; whoever signs in with that e-mail, verified,
  accepts it, once, within seven days. The first super_admin comes by the setting first_super_admin_email.
  Tables: staff_invitations.
*/

create table public.staff_invitations (
	id uuid primary key default private.uuid_v7(),
	email text not null,
	name text,
	role text not null references public.roles (role) on delete cascade,
	station_id uuid references public.stations (id) on delete cascade,
	token_hash bytea,
	invited_by uuid default auth.uid(),
	expires_at timestamptz not null default now() + interval '7 days',
	sent_at timestamptz,
	accepted_at timestamptz,
	accepted_by uuid,
	revoked_at timestamptz,
	revoked_by uuid,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	version integer not null default 1,
	constraint staff_invitations_email_normal check (email = private.normal_email(email)),
	constraint staff_invitations_name_bounded check (length(btrim(name)) between 1 and 120),
	constraint staff_invitations_one_end check (accepted_at is null or revoked_at is null)
);
create unique index staff_invitations_one_open on public.staff_invitations
	(email, role, coalesce(station_id, '00000000-0000-0000-0000-000000000000'))
	where accepted_at is null and revoked_at is null; -- a sign-in asks by e-mail
create unique index staff_invitations_token_hash on public.staff_invitations (token_hash); -- the link of the mail
create index staff_invitations_accepted_by on public.staff_invitations (accepted_by, accepted_at); -- the guard of grants
create index staff_invitations_role on public.staff_invitations (role);
create index staff_invitations_station_id on public.staff_invitations (station_id);
create index staff_invitations_created_at on public.staff_invitations (created_at desc); -- the panel's list
comment on table public.staff_invitations is 'Invitations to work here: an e-mail, a role, a station. Accepted once, by who has that verified e-mail.';
comment on column public.staff_invitations.token_hash is 'SHA-256 of the link''s token, which only the mail has. The token opens a page; it grants nothing.';
comment on column public.staff_invitations.invited_by is 'Who invited, kept when the user is gone, so no foreign key; null for the system.';
comment on column public.staff_invitations.sent_at is 'When the mail server took the mail.';

-- Who may give a role ----------------------------------------------------------------------------------------------------

/* Whether a user manages users and holds, for all stations, everything that the role may do. */
create function private.may_grant(p_user uuid, p_role text) returns boolean
language sql stable security definer -- reads every grant
set search_path = ''
as $$
	with held as (
		select p.permission
		from public.user_roles g
		join public.role_permissions p on p.role = g.role
		where g.user_id = p_user and g.station_id is null
	)
	select exists (select from held where permission = 'users.manage')
		and not exists (
			select permission from public.role_permissions where role = p_role
			except
			select permission from held
		)
$$;

/*
  Guards every grant, as before, with one more way in: a person receives the role of an invitation that they accept in this
  very transaction. Only private.accept_invitations() writes accepted_at, so nobody can grant to themselves by it.
*/
create or replace function private.guard_user_role() returns trigger
language plpgsql security definer -- reads every grant
set search_path = ''
as $$
declare
	v_grant public.user_roles := case when tg_op = 'DELETE' then old else new end;
	v_needs_station boolean;
	v_invited boolean := tg_op = 'INSERT' and exists (
		select from public.staff_invitations i
		where i.accepted_by = v_grant.user_id and i.accepted_at = now()
			and i.role = v_grant.role and i.station_id is not distinct from v_grant.station_id
	);
begin
	if auth.uid() is not null and not v_invited then
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

select private.track('public.staff_invitations');

/* Tells the panel's open pages that users, roles or invitations changed. What changed is read under the reader's rights. */
create function private.announce_access() returns trigger
language plpgsql security definer -- realtime.send needs rights on realtime.messages
set search_path = ''
as $$
begin
	perform realtime.send('{}'::jsonb, 'access_changed', 'staff:access', true);
	return null;
end
$$;
create trigger announce_access after insert or update or delete on public.staff_invitations
	for each statement execute function private.announce_access();
create trigger announce_access after insert or update or delete on public.staff
	for each statement execute function private.announce_access();
create trigger announce_access after insert or update or delete on public.roles
	for each statement execute function private.announce_access();
create trigger announce_access after insert or update or delete on public.role_permissions
	for each statement execute function private.announce_access();
create trigger announce_access after insert or update or delete on public.user_roles
	for each statement execute function private.announce_access();

-- Row-level security -----------------------------------------------------------------------------------------------------

alter table public.staff_invitations enable row level security;
grant select (id, email, name, role, station_id, invited_by, expires_at, sent_at, accepted_at, accepted_by, revoked_at,
	revoked_by, created_at, updated_at, version) on public.staff_invitations to authenticated;
-- no insert, update or delete: invite_staff, revoke_invitation and accept_invitations write; token_hash is nobody's

create policy "Invitations are read by those who may see users" on public.staff_invitations
	for select to authenticated using ((select private.has_permission('users.read')));

-- Inviting ---------------------------------------------------------------------------------------------------------------

select private.create_job_queue('staff-invite', 12, 10, 60);

create function private.invite_staff(p_email text, p_role text, p_station_id uuid, p_name text) returns jsonb
language plpgsql volatile security definer -- nobody may write invitations but this
set search_path = ''
as $$
declare
	v_email text := private.normal_email(p_email);
	v_role public.roles;
	v_invitation public.staff_invitations;
	v_fields jsonb := '{}';
begin
	if not private.has_permission_everywhere('users.manage') then
		perform private.fail('NOT_ALLOWED', 403, 'Your role does not include inviting people.', null, 'Ask a super admin.');
	end if;
	select * into v_role from public.roles where role = p_role;
	if v_email is null then
		v_fields := v_fields || '{"email": "Enter an e-mail address."}';
	elsif exists (select from auth.users where id = auth.uid() and private.normal_email(email) = v_email) then
		v_fields := v_fields || '{"email": "You can''t invite yourself."}';
	elsif exists (
		select from public.user_roles g join auth.users u on u.id = g.user_id
		where private.normal_email(u.email) = v_email and g.role = p_role and g.station_id is not distinct from p_station_id
	) then
		v_fields := v_fields || '{"email": "They have that role already."}';
	end if;
	if v_role.role is null then
		v_fields := v_fields || '{"role": "Choose a role."}';
	elsif v_role.needs_station and not exists (select from public.stations where id = p_station_id and deleted_at is null) then
		v_fields := v_fields || '{"station_id": "Choose the station."}';
	elsif not v_role.needs_station and p_station_id is not null then
		v_fields := v_fields || '{"station_id": "Leave the station empty for this role."}';
	end if;
	if length(btrim(p_name)) > 120 then
		v_fields := v_fields || '{"name": "Use at most 120 characters."}';
	end if;
	if v_fields <> '{}' then
		perform private.fail('INVALID_REQUEST', 422, 'Some answers need another look.', jsonb_build_object('fields', v_fields)::text, null);
	end if;
	if not private.may_grant(auth.uid(), p_role) then
		perform private.fail('NOT_ALLOWED', 403, 'That role may do more than you may.', null, 'Ask a super admin.');
	end if;
	if not private.rate_limit('invite_staff', auth.uid()::text, 100, interval '1 hour') then
		perform private.fail('RATE_LIMITED', 429, 'That was a little too fast.', null, 'Wait a minute and try again; nothing is lost.');
	end if;

	-- Inviting again sends a new mail, and the link of the earlier one ends.
	update public.staff_invitations set revoked_at = clock_timestamp(), revoked_by = auth.uid()
	where email = v_email and role = p_role and station_id is not distinct from p_station_id
		and accepted_at is null and revoked_at is null;
	insert into public.staff_invitations (email, name, role, station_id)
	values (v_email, nullif(btrim(p_name), ''), p_role, p_station_id)
	returning * into v_invitation;
	perform private.enqueue('staff-invite', jsonb_build_object('invitation_id', v_invitation.id), now(), v_invitation.id::text);
	return jsonb_build_object('id', v_invitation.id, 'email', v_email, 'role', p_role, 'station_id', p_station_id,
		'expires_at', v_invitation.expires_at);
end
$$;

/* Invites an e-mail to work here; the mail goes out by the job staff-invite. Inviting again renews. For who manages users. */
create function public.invite_staff(p_email text, p_role text, p_station_id uuid default null, p_name text default null)
returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.invite_staff(p_email, p_role, p_station_id, p_name)
$$;

create function private.revoke_invitation(p_invitation uuid) returns jsonb
language plpgsql volatile security definer -- nobody may write invitations but this
set search_path = ''
as $$
declare
	v_invitation public.staff_invitations;
begin
	if not private.has_permission_everywhere('users.manage') then
		perform private.fail('NOT_ALLOWED', 403, 'Your role does not include inviting people.', null, 'Ask a super admin.');
	end if;
	update public.staff_invitations set revoked_at = clock_timestamp(), revoked_by = auth.uid()
	where id = p_invitation and accepted_at is null and revoked_at is null
	returning * into v_invitation;
	if not found then
		perform private.fail('NOT_FOUND', 404, 'There is no open invitation like that.', null, 'It may have been accepted or taken back already.');
	end if;
	return jsonb_build_object('id', v_invitation.id, 'email', v_invitation.email, 'revoked_at', v_invitation.revoked_at);
end
$$;

/* Takes an open invitation back. For who manages users. */
create function public.revoke_invitation(p_invitation uuid) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.revoke_invitation(p_invitation)
$$;

-- Accepting --------------------------------------------------------------------------------------------------------------

/* The caller's staff entry: linked by e-mail where it waits for a sign-in, made where there is none. */
create function private.ensure_staff(p_user uuid, p_email text, p_name text) returns void
language plpgsql volatile security definer -- staff is not the invited person's to write
set search_path = ''
as $$
begin
	if exists (select from public.staff where user_id = p_user) then
		return;
	end if;
	update public.staff set user_id = p_user where user_id is null and deleted_at is null and email = p_email;
	if not found then
		insert into public.staff (user_id, name, email)
		values (p_user, left(coalesce(nullif(btrim(p_name), ''), split_part(p_email, '@', 1)), 120), p_email)
		on conflict do nothing;
	end if;
end
$$;

create function private.accept_invitations() returns jsonb
language plpgsql volatile security definer -- writes grants for a person who may not
set search_path = ''
as $$
declare
	v_email text;
	v_name text;
	v_invitation public.staff_invitations;
	v_accepted jsonb := '[]';
begin
	select private.normal_email(u.email), u.raw_user_meta_data ->> 'name' into v_email, v_name
	from auth.users u where u.id = auth.uid() and u.email_confirmed_at is not null;
	if v_email is null then
		return v_accepted;
	end if;
	if v_email = private.normal_email(private.setting('first_super_admin_email')) then
		-- Nobody is there who could invite: the server's setting does, once.
		perform pg_advisory_xact_lock(hashtext('identity.last_super_admin'));
		if not exists (select from public.user_roles where role = 'super_admin') then
			insert into public.staff_invitations (email, role, invited_by) values (v_email, 'super_admin', null)
			on conflict do nothing;
		end if;
	end if;
	for v_invitation in
		update public.staff_invitations i set accepted_at = now(), accepted_by = auth.uid()
		where i.email = v_email and i.accepted_at is null and i.revoked_at is null and i.expires_at > now()
			-- Who invited must still be somebody who may.
			and (i.invited_by is null or private.may_grant(i.invited_by, i.role))
		returning *
	loop
		perform private.ensure_staff(auth.uid(), v_email, coalesce(v_invitation.name, v_name));
		insert into public.user_roles (user_id, role, station_id, granted_by)
		values (auth.uid(), v_invitation.role, v_invitation.station_id, v_invitation.invited_by)
		on conflict do nothing;
		v_accepted := v_accepted || jsonb_build_object('role', v_invitation.role, 'station_id', v_invitation.station_id);
	end loop;
	return v_accepted;
end
$$;

/*
  Accepts every open invitation to the caller's e-mail, if that is verified: [{role, station_id}], empty where there is none.
  The panel calls it after each sign-in.
*/
create function public.accept_invitations() returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.accept_invitations()
$$;

create function private.invitation_for_token(p_token text) returns jsonb
language sql stable security definer -- the visitor has no rights yet; the token is 32 random bytes
set search_path = ''
as $$
	select jsonb_build_object(
		'email', i.email, 'name', i.name, 'role', r.label, 'station', s.name, 'expires_at', i.expires_at,
		'state', case
			when i.accepted_at is not null then 'accepted'
			when i.revoked_at is not null then 'revoked'
			when i.expires_at <= now() then 'expired'
			else 'open' end)
	from public.staff_invitations i
	join public.roles r on r.role = i.role
	left join public.stations s on s.id = i.station_id
	where i.token_hash = sha256(convert_to(p_token, 'UTF8'))
$$;

/* What an invitation's link opens: {email, name, role, station, expires_at, state}; null for an unknown token. */
create function public.invitation_for_token(p_token text) returns jsonb
language sql stable
set search_path = ''
as $$
	select private.invitation_for_token(p_token)
$$;

grant execute on function private.invite_staff(text, text, uuid, text), public.invite_staff(text, text, uuid, text),
	private.revoke_invitation(uuid), public.revoke_invitation(uuid),
	private.accept_invitations(), public.accept_invitations() to authenticated;
grant execute on function private.invitation_for_token(text), public.invitation_for_token(text) to anon, authenticated;
