/*
  Platform: what every capability stands on.
  Schemas private and extensions; default privileges taken away; helpers for ids, refusals, settings, rate limits,
  normalising, who is acting, and the triggers that keep updated_at, version and the audit. They are plpgsql because every
  write asks them: plpgsql keeps their plans, an sql function with a fixed search path is planned at every call.
  Tables: private.settings, private.rate_limits.
*/

-- Schemas and extensions -------------------------------------------------------------------------------------------

create schema if not exists private;
create schema if not exists extensions;
comment on schema private is 'Helpers, triggers, secrets and partitions. Never exposed by the API.';

create extension if not exists pgcrypto with schema extensions;
create extension if not exists btree_gist with schema extensions;
create extension if not exists pg_trgm with schema extensions;

-- Denied by default: whoever may do something is named by the migration that makes it --------------------------------

alter default privileges revoke execute on functions from public;
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public revoke execute on functions from public, anon, authenticated, service_role;

-- The server's key bypasses row-level security; it still needs the plain privileges, also of tables to come.
alter default privileges in schema public grant select, insert, update, delete on tables to service_role;
alter default privileges in schema public grant usage, select on sequences to service_role;
alter default privileges in schema public grant execute on functions to service_role;
alter default privileges in schema private grant execute on functions to service_role;

revoke create on schema public from public;
revoke all on schema private from public;
grant usage on schema public, extensions to anon, authenticated, service_role;
-- Policies run as the caller, so the caller needs to reach the helpers that it was granted one by one.
grant usage on schema private to anon, authenticated, service_role;

-- Settings and rate limits -------------------------------------------------------------------------------------------

create table private.settings (
	key text primary key,
	value text not null,
	updated_at timestamptz not null default now(),
	constraint settings_key_bounded check (key ~ '^[a-z0-9_.]{1,80}$')
);
comment on table private.settings is 'Values and secrets that only the database and the server read: feature.<key> overrides, rate_limits, token secrets.';
alter table private.settings enable row level security;

-- Unlogged: a counter lost in a crash only forgives a caller a minute.
create unlogged table private.rate_limits (
	scope text not null,
	key_hash text not null,
	window_started_at timestamptz not null,
	hits integer not null,
	primary key (scope, key_hash)
);
create index rate_limits_window_started_at on private.rate_limits (window_started_at); -- the sweep of old windows
comment on table private.rate_limits is 'How often a caller did what in the current window. Keys are hashed: no address or e-mail is kept.';
alter table private.rate_limits enable row level security;

-- Ids ----------------------------------------------------------------------------------------------------------------

/* A UUID version 7 (RFC 9562, method 3): ordered by the microsecond, the rest random. */
create function private.uuid_v7() returns uuid
language plpgsql volatile parallel safe
set search_path = ''
as $$
declare
	v_us constant bigint := extract(epoch from clock_timestamp()) * 1000000;
begin
	return encode(
		overlay(
			uuid_send(gen_random_uuid())
			placing int8send(((v_us / 1000) << 16) | 28672 | ((v_us % 1000) * 4096 / 1000))
			from 1 for 8
		), 'hex')::uuid;
end
$$;

-- Refusals -----------------------------------------------------------------------------------------------------------

/*
  A refusal that commits: answers the body and sets the HTTP status, so that what was stored before it (a lead) stays.
  The caller must return what this returns.
*/
create function private.refuse(
	p_code text, p_status int, p_message text, p_details jsonb default null, p_hint text default null
) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
begin
	perform set_config('response.status', p_status::text, true);
	return jsonb_build_object('code', p_code, 'message', p_message, 'details', p_details, 'hint', p_hint);
end
$$;

/*
  A refusal that rolls back: raised as SQLSTATE PT<status>, which PostgREST answers with that status. `code` of its body is
  the SQLSTATE; the domain code is in `details`, as JSON text {"code": …}. p_details is JSON text of an object, or null.
*/
create function private.fail(
	p_code text, p_status int, p_message text, p_details text default null, p_hint text default null
) returns void
language plpgsql volatile
set search_path = ''
as $$
begin
	raise exception using
		errcode = 'PT' || p_status,
		message = p_message,
		detail = (jsonb_build_object('code', p_code) || coalesce(p_details::jsonb, '{}'::jsonb))::text,
		hint = coalesce(p_hint, '');
end
$$;

/* Answers a problem that a pure function found ({code, status, message, details, hint}) as a refusal that commits. */
create function private.refuse_with(p_problem jsonb) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.refuse(
		p_problem ->> 'code', (p_problem ->> 'status')::int, p_problem ->> 'message',
		nullif(p_problem -> 'details', 'null'::jsonb), p_problem ->> 'hint'
	)
$$;

-- Settings, request, actor --------------------------------------------------------------------------------------------

/* A setting's value, null where it is not set. Secrets are among them: only definer functions may call it. */
create function private.setting(p_key text) returns text
language plpgsql stable security definer -- private.settings is nobody's to read
set search_path = ''
as $$
begin
	return (select value from private.settings where key = p_key);
end
$$;

/* A header of the HTTP request being served, null outside of one. */
create function private.request_header(p_name text) returns text
language plpgsql stable
set search_path = ''
as $$
begin
	return nullif(current_setting('request.headers', true), '')::jsonb ->> lower(p_name);
end
$$;

/* The caller's network address, as the gateway forwards it; null where there is none or it is not an address. */
create function private.client_address() returns text
language plpgsql stable
set search_path = ''
as $$
declare
	v_address constant text := btrim(split_part(
		coalesce(private.request_header('x-forwarded-for'), private.request_header('x-real-ip')), ',', 1));
begin
	return case when v_address ~ '^[0-9a-fA-F:.]{2,45}$' then v_address end;
end
$$;

/*
  Who is acting: user:<uuid> for a signed-in person; else what a job or webhook named by set_config('app.actor', …);
  else anonymous, service_role or system.
*/
create function private.current_actor() returns text
language plpgsql stable
set search_path = ''
as $$
begin
	return coalesce(
		'user:' || auth.uid()::text,
		nullif(current_setting('app.actor', true), ''),
		case nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'
			when 'anon' then 'anonymous'
			when 'service_role' then 'service_role'
		end,
		'system'
	);
end
$$;

/*
  Counts one call of p_key within p_scope and says whether it is still within p_limit calls per p_window.
  The setting rate_limits = off (local load tests) lets everything pass. A null key can't be told apart, so it passes.
*/
create function private.rate_limit(p_scope text, p_key text, p_limit int, p_window interval) returns boolean
language plpgsql volatile security definer -- private.rate_limits is nobody's to write
set search_path = ''
as $$
declare
	v_hits integer;
begin
	if p_key is null or private.setting('rate_limits') = 'off' then
		return true;
	end if;
	insert into private.rate_limits as r (scope, key_hash, window_started_at, hits)
	values (p_scope, encode(sha256(convert_to(p_key, 'UTF8')), 'hex'), clock_timestamp(), 1)
	on conflict (scope, key_hash) do update set
		hits = case when r.window_started_at <= clock_timestamp() - p_window then 1 else r.hits + 1 end,
		window_started_at = case
			when r.window_started_at <= clock_timestamp() - p_window then clock_timestamp() else r.window_started_at end
	returning r.hits into v_hits;
	return v_hits <= p_limit;
end
$$;

-- Normalising --------------------------------------------------------------------------------------------------------

/* An e-mail address as it is stored: trimmed, lower case; null where it is not one. */
create function private.normal_email(p_email text) returns text
language plpgsql immutable parallel safe
set search_path = ''
as $$
declare
	v_email constant text := lower(btrim(p_email));
begin
	return case when length(v_email) between 6 and 254
		and v_email ~ '^[^\s@<>(),;:"\\]{1,64}@[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$'
		then v_email end;
end
$$;

/* A telephone number in E.164, ten digits taken as a US number; null where it is not one. */
create function private.e164(p_phone text) returns text
language plpgsql immutable parallel safe
set search_path = ''
as $$
declare
	v_digits constant text := regexp_replace(p_phone, '\D', '', 'g');
begin
	return case
		when p_phone !~ '^[\s0-9()+./-]{7,32}$' then null
		when btrim(p_phone) like '+%' and v_digits ~ '^[1-9][0-9]{7,14}$'
			and (v_digits !~ '^1' or v_digits ~ '^1[2-9][0-9]{2}[2-9][0-9]{6}$') then '+' || v_digits
		when btrim(p_phone) like '+%' then null
		when v_digits ~ '^1?[2-9][0-9]{2}[2-9][0-9]{6}$' then '+1' || right(v_digits, 10)
	end;
end
$$;

/* The five digits of a ZIP or ZIP+4; null where it is neither. */
create function private.zip5(p_zip text) returns text
language plpgsql immutable parallel safe
set search_path = ''
as $$
begin
	return case when btrim(p_zip) ~ '^[0-9]{5}(-?[0-9]{4})?$' then left(btrim(p_zip), 5) end;
end
$$;

-- Column defaults and checks run as whoever writes the row; a refusal may be raised on anybody's behalf.
grant execute on function private.uuid_v7(), private.normal_email(text), private.e164(text), private.zip5(text),
	private.fail(text, int, text, text, text) to anon, authenticated;

-- Shared triggers ----------------------------------------------------------------------------------------------------

/* Before update: the row's time of change and its version, which editors compare, are the database's to set. */
create function private.touch() returns trigger
language plpgsql
set search_path = ''
as $$
begin
	new.updated_at := clock_timestamp();
	if tg_nargs > 0 then
		new.version := old.version + 1;
	end if;
	return new;
end
$$;

/*
  Attaches to a table what every business table has: updated_at and version (where the columns exist), and the audit.
  Returns nothing; may be called again.
*/
create function private.track(p_table regclass) returns void
language plpgsql
set search_path = ''
as $$
declare
	v_columns text[] := array(
		select attname::text from pg_catalog.pg_attribute where attrelid = p_table and attnum > 0 and not attisdropped);
	v_key text := (
		select string_agg(quote_literal(a.attname), ', ' order by k.place)
		from pg_catalog.pg_index i
		cross join lateral unnest(i.indkey::int2[]) with ordinality k (attnum, place)
		join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
		where i.indrelid = p_table and i.indisprimary);
begin
	if 'updated_at' = any (v_columns) then
		execute format('create or replace trigger a_touch before update on %s for each row execute function private.touch(%s)',
			p_table, case when 'version' = any (v_columns) then '''version''' else '' end);
	end if;
	execute format(
		'create or replace trigger z_audit after insert or update or delete on %s for each row execute function private.write_audit(%s)',
		p_table, v_key);
end
$$;

/* A row's columns without what must not be copied into a log: secrets by their name, and the text of messages. */
create function private.redact(p_row jsonb) returns jsonb
language plpgsql immutable
set search_path = ''
as $$
begin
	return (
		select coalesce(jsonb_object_agg(
			key,
			case when key ~ '(^|_)(token|secret|password|signature|hmac|otp)(_|$)|^(body|transcript|api_key)$' and value <> 'null'::jsonb
				then '"[redacted]"'::jsonb else value end
		), '{}'::jsonb)
		from jsonb_each(p_row)
	);
end
$$;

/* The station that a row belongs to: its own, or its booking's or chef's; null for what belongs to the company. */
create function private.station_of(p_table name, p_row jsonb) returns uuid
language plpgsql stable security definer -- looks up the parent whatever the caller may read
set search_path = ''
as $$
begin
	if p_table = 'stations' then
		return (p_row ->> 'id')::uuid;
	elsif p_row ? 'station_id' then
		return (p_row ->> 'station_id')::uuid;
	elsif p_row ? 'booking_id' then
		return (select station_id from public.bookings where id = (p_row ->> 'booking_id')::uuid);
	elsif p_row ? 'chef_id' then
		return (select station_id from public.chefs where id = (p_row ->> 'chef_id')::uuid);
	end if;
	return null;
end
$$;

/*
  After any write of a tracked table: one audit entry with the changed columns, old and new. The trigger's arguments are the
  columns of the primary key. The log itself comes with the audit capability; nothing is written before it.
*/
create function private.write_audit() returns trigger
language plpgsql security definer -- nobody may insert into the log but this
set search_path = ''
as $$
declare
	v_old jsonb := case when tg_op <> 'INSERT' then private.redact(to_jsonb(old)) else '{}'::jsonb end;
	v_new jsonb := case when tg_op <> 'DELETE' then private.redact(to_jsonb(new)) else '{}'::jsonb end;
	v_row jsonb := case when tg_op = 'DELETE' then v_old else v_new end;
	v_changes jsonb;
begin
	select jsonb_object_agg(key, jsonb_build_object('old', v_old -> key, 'new', v_new -> key))
	into v_changes
	from (select jsonb_object_keys(v_old || v_new) as key) k
	where (v_old -> key) is distinct from (v_new -> key)
		and not (tg_op = 'UPDATE' and key in ('updated_at', 'version'));
	-- A secret that changed looks the same when redacted; that it changed is still worth an entry.
	if tg_op = 'UPDATE' and v_changes is null then
		if (to_jsonb(old) - 'updated_at' - 'version') = (to_jsonb(new) - 'updated_at' - 'version') then
			return null;
		end if;
		v_changes := '{}';
	end if;
	insert into public.audit_log (actor, actor_id, actor_roles, station_id, action, table_name, row_id, changes, request_id, address)
	values (
		private.current_actor(),
		auth.uid(),
		array(select distinct role from public.user_roles where user_id = auth.uid() order by role),
		private.station_of(tg_table_name, v_row),
		lower(tg_op),
		tg_table_name,
		(select string_agg(v_row ->> tg_argv[i], ',' order by i) from generate_subscripts(tg_argv, 1) i),
		v_changes,
		left(private.request_header('x-request-id'), 100),
		private.client_address()
	);
	return null;
end
$$;
