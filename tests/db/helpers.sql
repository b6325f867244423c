/*
  What the tests of the database share. Loaded once by tests/db/run.ts; each test file runs in a transaction that is rolled
  back, with public, extensions and tests on its search path.
    tests.as_user('chef.fremont@demo.test')   be signed in as that person, from here on
    tests.as_customer('ana@example.test')     the same for somebody without a role; made where there is none
    tests.as_anon() · tests.as_service() · tests.as_owner()
    tests.code('select …')                    the refusal code of a call: OUT_OF_AREA, or 42501 …; null where it went well
    tests.station('fremont') · tests.user_id('…') · tests.grant_role('…', 'chef', 'fremont')
*/

create schema tests;
create extension if not exists pgtap with schema extensions;

create function tests.user_id(p_email text) returns uuid
language sql stable security definer
set search_path = ''
as $$
	select id from auth.users where email = p_email
$$;

/* A sign-in without roles, made where there is none. */
create function tests.make_user(p_email text) returns uuid
language plpgsql
set search_path = ''
as $$
begin
	if tests.user_id(p_email) is null then
		insert into auth.users (id, aud, role, email, email_confirmed_at)
		values (gen_random_uuid(), 'authenticated', 'authenticated', p_email, now());
	end if;
	return tests.user_id(p_email);
end
$$;

create function tests.station(p_slug text) returns uuid
language sql stable security definer
set search_path = ''
as $$
	select id from public.stations where slug = p_slug and deleted_at is null
$$;

create function tests.grant_role(p_email text, p_role text, p_slug text default null) returns void
language sql
set search_path = ''
as $$
	insert into public.user_roles (user_id, role, station_id)
	values (tests.make_user(p_email), p_role, tests.station(p_slug))
$$;

create function tests.be(p_role text, p_claims jsonb) returns void
language plpgsql
set search_path = ''
as $$
begin
	perform set_config('role', 'none', true);
	perform set_config('request.jwt.claims', coalesce(p_claims::text, ''), true);
	perform set_config('response.status', '', true);
	if p_role is not null then
		perform set_config('role', p_role, true);
	end if;
end
$$;

create function tests.as_owner() returns void
language sql set search_path = '' as $$ select tests.be(null, null) $$;

create function tests.as_anon() returns void
language sql set search_path = '' as $$ select tests.be('anon', '{"role": "anon"}') $$;

create function tests.as_service() returns void
language sql set search_path = '' as $$ select tests.be('service_role', '{"role": "service_role"}') $$;

create function tests.as_user(p_email text) returns void
language plpgsql
set search_path = ''
as $$
begin
	if tests.user_id(p_email) is null then
		raise exception 'There is no user %', p_email;
	end if;
	perform tests.be('authenticated', jsonb_build_object('role', 'authenticated', 'sub', tests.user_id(p_email),
		'email', p_email, 'email_verified', true));
end
$$;

create function tests.as_customer(p_email text) returns void
language plpgsql
set search_path = ''
as $$
begin
	perform tests.as_owner();
	perform tests.make_user(p_email);
	perform tests.as_user(p_email);
end
$$;

/* Runs a statement; answers its refusal code (ours where there is one, else the SQLSTATE), null where it went well. */
create function tests.code(p_sql text) returns text
language plpgsql
set search_path = public, extensions, tests
as $$
declare
	v_answer text;
	v_detail text;
begin
	if p_sql ~* '^\s*(select|with)\M' then
		execute p_sql into v_answer;
	else
		execute p_sql;
	end if;
	return case when v_answer like '{%' then v_answer::jsonb ->> 'code' end;
exception when others then
	get stacked diagnostics v_detail = pg_exception_detail;
	return coalesce(case when sqlstate like 'PT%' then v_detail::jsonb ->> 'code' end, sqlstate);
end
$$;

/* How many rows a statement touches; null where it is not permitted at all. */
create function tests.touched(p_sql text) returns integer
language plpgsql
set search_path = public, extensions, tests
as $$
declare
	v_count integer;
begin
	execute p_sql;
	get diagnostics v_count = row_count;
	return v_count;
exception when insufficient_privilege then
	return null;
end
$$;

grant usage on schema tests to public;
grant execute on all functions in schema tests, extensions to anon, authenticated, service_role;
