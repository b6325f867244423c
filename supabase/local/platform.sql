-- What a Supabase project has before its first migration: API roles, their settings, schemas, extensions and default
-- privileges. Runs at every start, on PGlite and on PostgreSQL; each statement can be repeated.

do $$
declare
	r record;
begin
	for r in
		select *
		from (
			values
				('anon', 'nologin noinherit'),
				('authenticated', 'nologin noinherit'),
				('service_role', 'nologin noinherit bypassrls'),
				('authenticator', 'nologin noinherit')
		) as wanted (name, attributes)
	loop
		-- Roles belong to the whole cluster: another stack may be making them at this moment.
		begin
			if not exists (select from pg_catalog.pg_roles where rolname = r.name) then
				execute format('create role %I %s', r.name, r.attributes);
			end if;
		exception
			when duplicate_object or unique_violation then null;
		end;
	end loop;
	if not pg_catalog.pg_has_role('authenticator', 'anon', 'member')
		or not pg_catalog.pg_has_role('authenticator', 'service_role', 'member')
	then
		grant anon, authenticated, service_role to authenticator;
	end if;
	-- Supabase's own limits: a stuck request of a visitor ends after three seconds.
	if not exists (
		select from pg_catalog.pg_roles where rolname = 'anon' and rolconfig @> array['statement_timeout=3s']
	) then
		alter role anon set statement_timeout = '3s';
		alter role authenticated set statement_timeout = '8s';
		alter role authenticator set lock_timeout = '8s';
	end if;
end;
$$;

create schema if not exists extensions;
create schema if not exists graphql_public;
grant usage on schema public, extensions, graphql_public to anon, authenticated, service_role;

create extension if not exists pgcrypto with schema extensions;
create extension if not exists btree_gist with schema extensions;
create extension if not exists pg_trgm with schema extensions;
create extension if not exists vector with schema extensions;

-- As on Supabase, where the first migration of this project revokes them again.
alter default privileges in schema public grant all on tables to anon, authenticated, service_role;
alter default privileges in schema public grant all on sequences to anon, authenticated, service_role;
alter default privileges in schema public grant all on functions to anon, authenticated, service_role;
