/*
  Identity: the history of signing in, and the lock after repeated failures. The servers of both apps ask sign_in_allowed
  before they check a password and tell record_sign_in what came of it. Neither says whether there is such an account.
  Five failures of an e-mail, or twenty of an address, within 15 minutes lock it until 15 minutes after the last of them.
  Tables: login_history.
*/

create table public.login_history (
	id uuid primary key default private.uuid_v7(),
	user_id uuid references auth.users (id) on delete cascade,
	email_hash bytea not null,
	occurred_at timestamptz not null default clock_timestamp(),
	address text,
	agent text,
	success boolean not null,
	reason text not null,
	constraint login_history_agent_bounded check (length(agent) <= 300),
	constraint login_history_reason_known check (reason in ('password', 'link', 'wrong_password', 'not_confirmed', 'locked')),
	constraint login_history_reason_fits check (success = (reason in ('password', 'link')))
);
create index login_history_user on public.login_history (user_id, occurred_at desc); -- the policy's column first
create index login_history_email on public.login_history (email_hash, occurred_at desc); -- the lock of an e-mail
create index login_history_address on public.login_history (address, occurred_at desc); -- the lock of an address
create index login_history_occurred_at on public.login_history (occurred_at desc); -- head office's newest first
comment on table public.login_history is 'Every try to sign in by password and every sign-in, kept 180 days. Append-only.';
comment on column public.login_history.user_id is 'Whose account was tried; null where the e-mail has none.';
comment on column public.login_history.email_hash is 'SHA-256 of the e-mail that was typed: people type passwords there too.';
comment on column public.login_history.reason is 'How it worked (password, link) or why not (wrong_password, not_confirmed; locked: not even tried).';

alter table public.login_history enable row level security;
grant select (id, user_id, occurred_at, address, agent, success, reason) on public.login_history to authenticated;
revoke update on public.login_history from service_role;
-- no insert, update or delete: record_sign_in writes; nothing of it is business data, so no audit either

create policy "Sign-ins are read by their person and by those who manage users" on public.login_history
	for select to authenticated
	using (user_id = (select auth.uid()) or (select private.has_permission_everywhere('users.manage')));

/* The hash that a typed e-mail is known by, also where it is none. */
create function private.email_hash(p_email text) returns bytea
language sql immutable
set search_path = ''
as $$
	select sha256(convert_to(coalesce(private.normal_email(p_email), left(lower(btrim(p_email)), 254), ''), 'UTF8'))
$$;

/*
  Until when wrong passwords lock an e-mail or an address; null where they don't. A success forgives the e-mail's failures,
  never the address's: who knows one password still may not try others. The setting rate_limits = off lifts the address's
  lock only, because test runs share one address.
*/
create function private.sign_in_locked_until(p_email text, p_address text) returns timestamptz
language sql stable security definer -- the history is nobody's to read before signing in
set search_path = ''
as $$
	with of_email as (
		select h.occurred_at from public.login_history h
		where h.email_hash = private.email_hash(p_email) and h.reason = 'wrong_password'
			and h.occurred_at > clock_timestamp() - interval '30 minutes'
			and h.occurred_at > coalesce((
				select max(s.occurred_at) from public.login_history s
				where s.email_hash = private.email_hash(p_email) and s.success), '-infinity')
		order by h.occurred_at desc limit 5
	),
	of_address as (
		select h.occurred_at from public.login_history h
		where h.address = p_address and h.reason = 'wrong_password' and coalesce(private.setting('rate_limits'), 'on') <> 'off'
			and h.occurred_at > clock_timestamp() - interval '30 minutes'
		order by h.occurred_at desc limit 20
	),
	locks as (
		select max(occurred_at) + interval '15 minutes' as until from of_email
		having count(*) = 5 and max(occurred_at) - min(occurred_at) < interval '15 minutes'
		union all
		select max(occurred_at) + interval '15 minutes' from of_address
		having count(*) = 20 and max(occurred_at) - min(occurred_at) < interval '15 minutes'
	)
	select max(until) from locks where until > clock_timestamp()
$$;

create function private.sign_in_allowed(p_email text) returns jsonb
language plpgsql stable security definer -- the history is nobody's to read before signing in
set search_path = ''
as $$
declare
	v_until timestamptz := private.sign_in_locked_until(p_email, private.client_address());
begin
	return jsonb_build_object('allowed', v_until is null, 'locked_until', v_until);
end
$$;

/* Whether a password may be tried now: {allowed, locked_until}. The same for e-mails with and without an account. */
create function public.sign_in_allowed(p_email text) returns jsonb
language sql stable
set search_path = ''
as $$
	select private.sign_in_allowed(p_email)
$$;

create function private.record_sign_in(p_email text, p_reason text, p_agent text) returns void
language plpgsql volatile security definer -- nobody may write the history but this
set search_path = ''
as $$
declare
	v_address text := private.client_address();
	v_success boolean := p_reason in ('password', 'link');
	v_email text := p_email;
	v_user uuid;
begin
	if v_success then
		-- Only who is signed in can say so, and only of themselves.
		select u.id, u.email into v_user, v_email from auth.users u where u.id = auth.uid();
		if v_user is null then
			perform private.fail('NOT_ALLOWED', 403, 'You are not signed in.', null, null);
		end if;
		-- One's own old entries go with the next sign-in, and some of those that belong to nobody.
		delete from public.login_history where user_id = v_user and occurred_at < now() - interval '180 days';
		delete from public.login_history where id in (
			select id from public.login_history where occurred_at < now() - interval '180 days' order by occurred_at limit 100);
	elsif coalesce(p_reason, '') not in ('wrong_password', 'not_confirmed') then
		perform private.fail('INVALID_REQUEST', 422, 'That is no way to sign in.', null, null);
	else
		-- What is told while a lock is on adds nothing: an address that is locked can't lock other people's e-mails.
		if private.sign_in_locked_until(p_email, v_address) is not null then
			p_reason := 'locked';
		end if;
		select u.id into v_user from auth.users u where u.email = private.normal_email(p_email);
	end if;
	-- A flood of tries is counted by its first hundred.
	if not private.rate_limit('record_sign_in', coalesce(v_user::text, v_address, 'nobody'), 100, interval '15 minutes') then
		return;
	end if;
	insert into public.login_history (user_id, email_hash, address, agent, success, reason)
	values (v_user, private.email_hash(v_email), v_address, left(p_agent, 300), v_success, p_reason);
end
$$;

/*
  Keeps what came of a try to sign in: password or link (by who is now signed in), wrong_password or not_confirmed.
  Refuses NOT_ALLOWED, INVALID_REQUEST.
*/
create function public.record_sign_in(p_email text, p_reason text, p_agent text default null) returns void
language sql volatile
set search_path = ''
as $$
	select private.record_sign_in(p_email, p_reason, p_agent)
$$;

grant execute on function private.sign_in_allowed(text), public.sign_in_allowed(text),
	private.record_sign_in(text, text, text), public.record_sign_in(text, text, text) to anon, authenticated;
