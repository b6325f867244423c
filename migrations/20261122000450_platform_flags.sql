/*
  Platform: feature flags, switched in the panel, live on open pages, overridden by the environment where a rollback must
  not need the panel (the server writes FEATURE_<KEY> to private.settings as feature.<key>).
  Tables: feature_flags.
*/

create table public.feature_flags (
	key text primary key,
	enabled boolean not null default false,
	description text not null,
	capability text not null,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	version integer not null default 1,
	constraint feature_flags_key_bounded check (key ~ '^[a-z][a-z0-9_]{1,59}$')
);
comment on table public.feature_flags is 'Capabilities that can be switched off; off means a graceful way around, never an error.';
comment on column public.feature_flags.enabled is 'As switched in the panel; private.flag() also knows the environment''s override.';

/* Whether a capability is on: the environment's override, else the switch, else off. */
create function private.flag(p_key text) returns boolean
language plpgsql stable security definer -- the override is among the settings, which are nobody's to read
set search_path = ''
as $$
begin
	return (
		select coalesce(
			(select case lower(value) when 'true' then true when 'false' then false end
				from private.settings where key = 'feature.' || p_key),
			(select enabled from public.feature_flags where key = p_key),
			false
		)
	);
end
$$;
grant execute on function private.flag(text) to anon, authenticated;

/* After a switch: tells every open page, and the panel. */
create function private.announce_flag() returns trigger
language plpgsql security definer -- realtime.send needs rights on realtime.messages
set search_path = ''
as $$
declare
	v_payload jsonb := jsonb_build_object('key', new.key, 'enabled', private.flag(new.key));
begin
	perform realtime.send(v_payload, 'flag_changed', 'flags', false);
	perform realtime.send(v_payload || jsonb_build_object('version', new.version, 'updated_at', new.updated_at),
		'flag_changed', 'staff:flags', true);
	return null;
end
$$;
create trigger announce after update of enabled on public.feature_flags
	for each row when (old.enabled <> new.enabled) execute function private.announce_flag();

select private.track('public.feature_flags');

alter table public.feature_flags enable row level security;
grant select on public.feature_flags to anon, authenticated;
grant update (enabled) on public.feature_flags to authenticated;
-- no insert and no delete: a flag comes and goes with its capability's code

create policy "Everybody reads the flags" on public.feature_flags
	for select to anon, authenticated using (true);
create policy "Flags are switched by those who manage them" on public.feature_flags
	for update to authenticated using ((select private.has_permission_everywhere('flags.manage')))
	with check ((select private.has_permission_everywhere('flags.manage')));
