/*
  Stations: the regional kitchens, which are the tenants, and the ZIP codes that say where a venue is.
  Tables: stations, station_start_times, zip_codes. Adds the station to a role grant, and the station to the permission helpers.
*/

create table public.stations (
	id uuid primary key default private.uuid_v7(),
	slug text not null,
	name text not null,
	base_zip text not null,
	latitude double precision not null,
	longitude double precision not null,
	timezone text not null default 'America/Los_Angeles',
	service_radius_miles integer not null default 150,
	free_travel_miles integer not null default 30,
	min_notice_hours integer not null default 48,
	max_advance_days integer not null default 365,
	event_minutes integer not null default 120,
	buffer_minutes integer not null default 60,
	hold_minutes integer not null default 30,
	unpaid_hold_minutes integer not null default 1440,
	active boolean not null default true,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_by uuid,
	delete_reason text,
	constraint stations_slug_bounded check (slug ~ '^[a-z0-9](-?[a-z0-9]){1,39}$'),
	constraint stations_name_bounded check (length(btrim(name)) between 1 and 80),
	constraint stations_base_zip_five_digits check (base_zip ~ '^[0-9]{5}$'),
	constraint stations_on_earth check (latitude between -90 and 90 and longitude between -180 and 180),
	-- an unknown zone makes the conversion fail, so it can't be stored
	constraint stations_timezone_known check ((timestamptz 'epoch' at time zone timezone) is not null),
	constraint stations_service_radius_sensible check (service_radius_miles between 1 and 1000),
	constraint stations_free_travel_sensible check (free_travel_miles between 0 and service_radius_miles),
	constraint stations_notice_sensible check (min_notice_hours between 0 and 720),
	constraint stations_window_sensible check (max_advance_days between 1 and 1095),
	constraint stations_event_sensible check (event_minutes between 30 and 720),
	constraint stations_buffer_sensible check (buffer_minutes between 0 and 480),
	constraint stations_holds_sensible check (hold_minutes between 1 and 10080 and unpaid_hold_minutes between 1 and 43200),
	constraint stations_delete_has_reason check (deleted_at is null or length(delete_reason) between 10 and 500)
);
create unique index stations_slug_of_present on public.stations (slug) where deleted_at is null;
comment on table public.stations is 'Regional kitchens. Each has its chefs, its manager, its time zone and its rules for taking bookings.';
comment on column public.stations.service_radius_miles is 'How far from its base it serves, in road miles.';
comment on column public.stations.free_travel_miles is 'Road miles from its base that cost the customer nothing.';
comment on column public.stations.buffer_minutes is 'Set-up before and clean-up after an event, each.';
comment on column public.stations.hold_minutes is 'How long a pending booking holds its chef while the deposit is paid online.';
comment on column public.stations.unpaid_hold_minutes is 'The same while deposits are asked for by hand (flag stripe off).';

create table public.station_start_times (
	station_id uuid not null references public.stations (id) on delete cascade,
	start_time time not null,
	primary key (station_id, start_time)
);
comment on table public.station_start_times is 'Local times of day at which a station starts events.';

create table public.zip_codes (
	zip text primary key,
	city text not null,
	county text,
	state text not null,
	latitude double precision not null,
	longitude double precision not null,
	constraint zip_codes_zip_five_digits check (zip ~ '^[0-9]{5}$')
);
comment on table public.zip_codes is 'Where a ZIP code is: for the nearest station, the travel fee and the tax county. Loaded by seed/zip-codes.ts.';
comment on column public.zip_codes.state is 'Two letters.';

alter table public.user_roles add constraint user_roles_station_id_fkey
	foreign key (station_id) references public.stations (id) on delete restrict;

select private.track('public.stations');
select private.track('public.station_start_times');
-- zip_codes is reference data of a package: not audited

-- Where the caller may do what ------------------------------------------------------------------------------------------

/*
  The stations for which the caller holds the permission; all of them for a head-office grant. Asked once per statement.
  In plpgsql, as other helpers that every request asks: it keeps its plan, where an SQL function is planned at each call.
*/
create function private.stations_with(p_permission text) returns setof uuid
language plpgsql stable security definer rows 5 -- the caller may not read the grants
set search_path = ''
as $$
begin
	if private.has_permission_everywhere(p_permission) then
		return query select s.id from public.stations s;
	else
		return query
			select distinct g.station_id
			from public.user_roles g
			join public.role_permissions p on p.role = g.role
			where g.user_id = auth.uid() and p.permission = p_permission and g.station_id is not null;
	end if;
end
$$;

/* The users who have a grant for a station in which the caller holds the permission: the colleagues one may see. */
create function private.colleagues_with(p_permission text) returns setof uuid
language sql stable security definer -- the caller may not read the grants
set search_path = ''
as $$
	select distinct g.user_id
	from public.user_roles g
	where g.station_id in (select private.stations_with(p_permission))
$$;

grant execute on function private.stations_with(text), private.colleagues_with(text) to anon, authenticated;

-- Distance ----------------------------------------------------------------------------------------------------------------

/* Road miles between two points: great circle × 1.2, to a hundredth. The one place to put a road-distance provider. */
create function private.road_miles(p_lat1 double precision, p_lon1 double precision, p_lat2 double precision, p_lon2 double precision)
returns numeric
language sql immutable parallel safe
set search_path = ''
as $$
	select round((1.2 * 2 * 3958.7613 * asin(least(1, sqrt(
		sin(radians(p_lat2 - p_lat1) / 2) ^ 2
		+ cos(radians(p_lat1)) * cos(radians(p_lat2)) * sin(radians(p_lon2 - p_lon1) / 2) ^ 2
	))))::numeric, 2)
$$;

/* Minutes a chef drives one way: 30 mph, at least 30 minutes. */
create function private.drive_minutes(p_road_miles numeric) returns integer
language sql immutable parallel safe
set search_path = ''
as $$
	select greatest(30, ceil(p_road_miles * 2))::integer
$$;

/*
  Where a ZIP code is and which station serves it: the nearest of those whose radius reaches it, else (in_area false) the
  nearest of all. No row for an unknown ZIP; station columns null while there is no active station.
*/
create function private.locate_venue(p_zip text)
returns table (zip text, city text, county text, state text, station_id uuid, station_name text, timezone text,
	road_miles numeric, in_area boolean)
language plpgsql stable security definer rows 1 -- visitors may not read the tables
set search_path = ''
as $$
begin
	return query
	select z.zip, z.city, z.county, z.state, t.id, t.name, t.timezone, d.road_miles,
		coalesce(d.road_miles <= t.service_radius_miles, false) as in_area
	from public.zip_codes z
	left join public.stations t on t.active and t.deleted_at is null
	left join lateral (
		-- offset 0: computed once, not for every mention
		select private.road_miles(t.latitude, t.longitude, z.latitude, z.longitude) as road_miles offset 0
	) d on true
	where z.zip = private.zip5(p_zip)
	order by 9 desc, d.road_miles, t.id
	limit 1;
end
$$;

/* The station that serves a ZIP: {station_id, name, timezone, road_miles, in_area}. Refuses UNKNOWN_ZIP. */
create function private.station_for_zip(p_zip text) returns jsonb
language plpgsql stable security definer -- visitors may not read the tables
set search_path = ''
as $$
declare
	v_venue record;
begin
	select * into v_venue from private.locate_venue(p_zip);
	if not found or v_venue.station_id is null then
		return private.refuse('UNKNOWN_ZIP', 422, 'We do not know that ZIP code.',
			'{"fields": {"zip": "Check the five digits."}}', 'Check the five digits.');
	end if;
	return jsonb_build_object('station_id', v_venue.station_id, 'name', v_venue.station_name, 'timezone', v_venue.timezone,
		'road_miles', v_venue.road_miles, 'in_area', v_venue.in_area);
end
$$;

create function public.station_for_zip(p_zip text) returns jsonb
language sql stable
set search_path = ''
as $$
	select private.station_for_zip(p_zip)
$$;
comment on function public.station_for_zip(text) is 'The station that serves a ZIP: {station_id, name, timezone, road_miles, in_area}. Refuses UNKNOWN_ZIP.';
grant execute on function public.station_for_zip(text), private.station_for_zip(text) to anon, authenticated;

-- Row-level security ---------------------------------------------------------------------------------------------------

alter table public.stations enable row level security;
alter table public.station_start_times enable row level security;
alter table public.zip_codes enable row level security;

grant select, insert, update on public.stations to authenticated;
grant select, insert, delete on public.station_start_times to authenticated;
grant select on public.zip_codes to authenticated;
-- nothing to anon: visitors get what they need from site_catalog() and station_for_zip()
-- no delete of stations: they are closed (active) or marked deleted

create policy "Staff read the stations they may" on public.stations
	for select to authenticated using (id in (select private.stations_with('stations.read')));
create policy "Head office opens stations" on public.stations
	for insert to authenticated with check ((select private.has_permission_everywhere('stations.write')));
create policy "Stations are changed by those who may" on public.stations
	for update to authenticated using (id in (select private.stations_with('stations.write')))
	with check (id in (select private.stations_with('stations.write')));

create policy "Staff read the start times of stations they may" on public.station_start_times
	for select to authenticated using (station_id in (select private.stations_with('stations.read')));
create policy "Start times are added by those who change the station" on public.station_start_times
	for insert to authenticated with check (station_id in (select private.stations_with('stations.write')));
create policy "Start times are removed by those who change the station" on public.station_start_times
	for delete to authenticated using (station_id in (select private.stations_with('stations.write')));

create policy "Staff read ZIP codes" on public.zip_codes
	for select to authenticated using ((select private.has_permission('stations.read')));

-- Staff are read by themselves, by those who may see users, and by those who manage the chefs of a station they share.
create policy "Staff are read by themselves and by those who may see them" on public.staff
	for select to authenticated using (
		user_id = (select auth.uid())
		or (select private.has_permission('users.read'))
		or (deleted_at is null and user_id in (select private.colleagues_with('chefs.read')))
		or (deleted_at is null and (select private.has_permission_everywhere('chefs.read')))
	);
create policy "Staff are added by those who manage users" on public.staff
	for insert to authenticated with check ((select private.has_permission_everywhere('users.manage')));
create policy "Staff edit the own name and phone, those who manage users anybody's" on public.staff
	for update to authenticated
	using (user_id = (select auth.uid()) or (select private.has_permission_everywhere('users.manage')))
	with check (user_id = (select auth.uid()) or (select private.has_permission_everywhere('users.manage')));
