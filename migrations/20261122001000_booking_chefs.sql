/*
  Booking: chefs and when they work.
  A chef belongs to one station and keeps its time zone. Weekly hours say when the chef works in an ordinary week; exceptions
  take a day (or hours of it) off, or add some.
  Tables: chefs, chef_weekly_hours, chef_exceptions.
*/

create table public.chefs (
	id uuid primary key default private.uuid_v7(),
	staff_id uuid not null references public.staff (id) on delete restrict,
	user_id uuid references auth.users (id) on delete set null,
	station_id uuid not null references public.stations (id) on delete restrict,
	bio text not null default '',
	photo_path text,
	active boolean not null default true,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_by uuid,
	delete_reason text,
	constraint chefs_bio_bounded check (length(bio) <= 2000),
	constraint chefs_photo_path_bounded check (length(photo_path) <= 300),
	constraint chefs_delete_has_reason check (deleted_at is null or length(delete_reason) between 10 and 500)
);
create unique index chefs_staff_of_present on public.chefs (staff_id) where deleted_at is null; -- one profile a person
create unique index chefs_user_of_present on public.chefs (user_id) where deleted_at is null; -- own rows of the chef view
create index chefs_station_of_working on public.chefs (station_id) where active and deleted_at is null; -- who could serve a slot
comment on table public.chefs is 'Chefs, each of one station. The name, e-mail and phone are those of the staff row.';
comment on column public.chefs.user_id is 'The sign-in of the staff row, kept here so that policies need no join. Set by trigger.';

create table public.chef_weekly_hours (
	id uuid primary key default private.uuid_v7(),
	chef_id uuid not null references public.chefs (id) on delete cascade,
	weekday smallint not null,
	starts_at time not null,
	ends_at time not null,
	created_at timestamptz not null default now(),
	constraint chef_weekly_hours_weekday_of_week check (weekday between 0 and 6),
	constraint chef_weekly_hours_end_after_start check (ends_at > starts_at)
);
create unique index chef_weekly_hours_once on public.chef_weekly_hours (chef_id, weekday, starts_at); -- and the lookup by chef and day
comment on table public.chef_weekly_hours is 'When a chef works in an ordinary week, in the station''s local time. An event must lie inside them; driving may not.';
comment on column public.chef_weekly_hours.weekday is '0 = Sunday … 6 = Saturday.';
comment on column public.chef_weekly_hours.ends_at is 'Up to 24:00.';

create table public.chef_exceptions (
	id uuid primary key default private.uuid_v7(),
	chef_id uuid not null references public.chefs (id) on delete cascade,
	on_date date not null,
	available boolean not null default false,
	starts_at time,
	ends_at time,
	reason text,
	created_at timestamptz not null default now(),
	constraint chef_exceptions_hours_whole check ((starts_at is null) = (ends_at is null)),
	constraint chef_exceptions_end_after_start check (ends_at > starts_at),
	constraint chef_exceptions_reason_bounded check (length(reason) <= 300)
);
create index chef_exceptions_chef_day on public.chef_exceptions (chef_id, on_date); -- the lookup of availability
comment on table public.chef_exceptions is 'Days, or hours of a day, that differ from the week: available false takes them off, true adds them. Off wins over on.';
comment on column public.chef_exceptions.starts_at is 'Local time; null with ends_at for the whole day.';

/* Before insert or update of a chef: the sign-in follows the staff row. */
create function private.chef_follows_staff() returns trigger
language plpgsql security definer -- reads the staff row whatever the caller may read
set search_path = ''
as $$
begin
	new.user_id := (select s.user_id from public.staff s where s.id = new.staff_id);
	return new;
end
$$;
create trigger b_follow_staff before insert or update of staff_id, user_id on public.chefs
	for each row execute function private.chef_follows_staff();

/* After a staff row got or lost its sign-in: so does the chef. */
create function private.staff_carries_chef() returns trigger
language plpgsql security definer -- an invitation is accepted by somebody who may not write chefs
set search_path = ''
as $$
begin
	update public.chefs set user_id = new.user_id where staff_id = new.id;
	return null;
end
$$;
create trigger carry_chef after update of user_id on public.staff
	for each row when (old.user_id is distinct from new.user_id) execute function private.staff_carries_chef();

select private.track('public.chefs');
select private.track('public.chef_weekly_hours');
select private.track('public.chef_exceptions');

-- Row-level security -----------------------------------------------------------------------------------------------------

/* The caller's own chef profile, for those who hold chefs.own. */
create function private.own_chefs() returns setof uuid
language sql stable security definer rows 1 -- asked by policies of tables that a chef can't read through
set search_path = ''
as $$
	select c.id from public.chefs c
	where c.user_id = auth.uid() and c.deleted_at is null and private.has_permission('chefs.own')
$$;

/* The chefs of the stations in which the caller holds the permission. */
create function private.chefs_with(p_permission text) returns setof uuid
language sql stable security definer -- see own_chefs
set search_path = ''
as $$
	select c.id from public.chefs c
	where c.station_id in (select private.stations_with(p_permission)) and c.deleted_at is null
$$;
grant execute on function private.own_chefs(), private.chefs_with(text) to authenticated;

alter table public.chefs enable row level security;
alter table public.chef_weekly_hours enable row level security;
alter table public.chef_exceptions enable row level security;

grant select on public.chefs, public.chef_weekly_hours, public.chef_exceptions to authenticated;
grant insert (staff_id, station_id, bio, photo_path, active) on public.chefs to authenticated;
-- a chef may write the own bio and photo; station, activity and removal are for those with chefs.write (guard below)
grant update (bio, photo_path, active, station_id, deleted_at, delete_reason) on public.chefs to authenticated;
grant insert (chef_id, weekday, starts_at, ends_at), delete on public.chef_weekly_hours to authenticated;
grant insert (chef_id, on_date, available, starts_at, ends_at, reason), delete on public.chef_exceptions to authenticated;
-- no update of hours and exceptions: one is taken away and another put in
-- no delete of chefs: they are marked deleted

create policy "Chefs are read by themselves and by those who may see their station" on public.chefs
	for select to authenticated using (
		deleted_at is null
		and (user_id = (select auth.uid()) and (select private.has_permission('chefs.own'))
			or station_id in (select private.stations_with('chefs.read')))
	);
create policy "Chefs are added by those who write chefs of the station" on public.chefs
	for insert to authenticated with check (station_id in (select private.stations_with('chefs.write')));
create policy "Chefs are changed by themselves and by those who write chefs of the station" on public.chefs
	for update to authenticated
	using (deleted_at is null and (id in (select private.own_chefs()) or station_id in (select private.stations_with('chefs.write'))))
	with check (id in (select private.own_chefs()) or station_id in (select private.stations_with('chefs.write')));

create policy "Hours are read by the chef and by those who may see the station" on public.chef_weekly_hours
	for select to authenticated
	using (chef_id in (select private.own_chefs()) or chef_id in (select private.chefs_with('chefs.read')));
create policy "Hours are added by the chef and by those who write chefs" on public.chef_weekly_hours
	for insert to authenticated
	with check (chef_id in (select private.own_chefs()) or chef_id in (select private.chefs_with('chefs.write')));
create policy "Hours are taken away by the chef and by those who write chefs" on public.chef_weekly_hours
	for delete to authenticated
	using (chef_id in (select private.own_chefs()) or chef_id in (select private.chefs_with('chefs.write')));

create policy "Exceptions are read by the chef and by those who may see the station" on public.chef_exceptions
	for select to authenticated
	using (chef_id in (select private.own_chefs()) or chef_id in (select private.chefs_with('chefs.read')));
create policy "Exceptions are added by the chef and by those who write chefs" on public.chef_exceptions
	for insert to authenticated
	with check (chef_id in (select private.own_chefs()) or chef_id in (select private.chefs_with('chefs.write')));
create policy "Exceptions are taken away by the chef and by those who write chefs" on public.chef_exceptions
	for delete to authenticated
	using (chef_id in (select private.own_chefs()) or chef_id in (select private.chefs_with('chefs.write')));

/* Before update of a chef: what is more than bio and photo needs chefs.write, and a removal names who did it. */
create function private.guard_chef() returns trigger
language plpgsql
set search_path = ''
as $$
begin
	if auth.uid() is not null
		and (new.active, new.station_id, new.deleted_at) is distinct from (old.active, old.station_id, old.deleted_at) then
		if not (old.station_id in (select private.stations_with('chefs.write'))
			and new.station_id in (select private.stations_with('chefs.write'))) then
			perform private.fail('NOT_ALLOWED', 403, 'Only those who manage the chefs of the station may change that.');
		end if;
		if new.deleted_at is distinct from old.deleted_at then
			if not (select private.has_permission('records.delete')) then
				perform private.fail('NOT_ALLOWED', 403, 'You may not remove or restore chefs.');
			end if;
			new.deleted_by := auth.uid();
		end if;
	end if;
	return new;
end
$$;
create trigger c_guard before update on public.chefs for each row execute function private.guard_chef();
grant execute on function private.fail(text, int, text, text, text) to authenticated;
