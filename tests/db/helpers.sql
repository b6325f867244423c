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

-- Booking -------------------------------------------------------------------------------------------------------------------

/* A start time of a station, far enough ahead that the demo has no bookings there. */
create function tests.slot(p_days integer default 100, p_time time default '18:00', p_slug text default 'fremont') returns timestamptz
language sql stable security definer
set search_path = ''
as $$
	select ((now() at time zone s.timezone)::date + p_days + p_time) at time zone s.timezone
	from public.stations s where s.slug = p_slug and s.deleted_at is null
$$;

/* A valid request of create_booking; a test says only what matters to it. Null in p_over takes a field away. */
create function tests.wish(p_starts_at timestamptz, p_over jsonb default '{}') returns jsonb
language sql volatile
set search_path = ''
as $$
	select jsonb_strip_nulls(jsonb_build_object(
		'idempotency_key', gen_random_uuid(), 'zip', '94538', 'starts_at', p_starts_at, 'adults', 10, 'children', 0, 'toddlers', 0,
		'items', '[]'::jsonb,
		'contact', jsonb_build_object('name', 'Robin Rivera', 'email', 'robin@example.test', 'phone', '+15102345678', 'sms_consent', true),
		'venue', '{"line1": "1 Test Street", "line2": "", "city": "Fremont", "state": "CA", "zip": "94538"}'::jsonb,
		'notes', '', 'source', 'website') || p_over)
$$;

/* A contact of its own, for tests of many people. */
create function tests.contact(p_n integer) returns jsonb
language sql immutable
set search_path = ''
as $$
	select jsonb_build_object('name', 'Person ' || p_n, 'email', 'person' || p_n || '@example.test', 'phone', '+1510300' || lpad(p_n::text, 4, '0'), 'sms_consent', false)
$$;

/* Leaves a station exactly so many chefs, each at work every day. As the owner. */
create function tests.only_chefs(p_count integer, p_slug text default 'fremont') returns void
language plpgsql
set search_path = ''
as $$
begin
	update public.chefs c set active = k.place <= p_count
	from (
		select id, row_number() over (order by id) as place from public.chefs
		where station_id = tests.station(p_slug) and deleted_at is null
	) k
	where k.id = c.id;
	delete from public.chef_weekly_hours where chef_id in (select id from public.chefs where station_id = tests.station(p_slug));
	insert into public.chef_weekly_hours (chef_id, weekday, starts_at, ends_at)
	select c.id, d, '11:00', '24:00' from public.chefs c, generate_series(0, 6) d
	where c.station_id = tests.station(p_slug) and c.active;
end
$$;

/* Turns the triggers of bookings off or on, but for those that keep the keys of a partitioned table. As the owner. */
create function tests.booking_triggers(p_what text) returns void
language plpgsql
set search_path = ''
as $$
declare
	v_name name;
begin
	for v_name in
		select tgname from pg_catalog.pg_trigger where tgrelid = 'public.bookings'::regclass and not tgisinternal and tgname !~ '^00_keys'
	loop
		execute format('alter table public.bookings %s trigger %I', p_what, v_name);
	end loop;
end
$$;

grant usage on schema tests to public;
grant execute on all functions in schema tests to anon, authenticated, service_role;
