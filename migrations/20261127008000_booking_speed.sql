/*
  Booking: the same answers for less work. Distances are plpgsql (an sql function with a fixed search path is planned at every
  call), and the time that a booking would take is computed once, not for every chef.
*/

/* Road miles between two points: great circle × 1.2, to a hundredth. The one place to put a road-distance provider. */
create or replace function private.road_miles(p_lat1 double precision, p_lon1 double precision, p_lat2 double precision, p_lon2 double precision)
returns numeric
language plpgsql immutable parallel safe
set search_path = ''
as $$
begin
	return round((1.2 * 2 * 3958.7613 * asin(least(1, sqrt(
		sin(radians(p_lat2 - p_lat1) / 2) ^ 2
		+ cos(radians(p_lat1)) * cos(radians(p_lat2)) * sin(radians(p_lon2 - p_lon1) / 2) ^ 2
	))))::numeric, 2);
end
$$;

/* Minutes of driving one way: 30 miles an hour, and never under half an hour. */
create or replace function private.drive_minutes(p_road_miles numeric) returns integer
language plpgsql immutable parallel safe
set search_path = ''
as $$
begin
	return greatest(30, ceil(p_road_miles * 2))::integer;
end
$$;

/*
  The chefs who can serve one event now, in the order in which to ask them: fewest reservations in the ISO week of the event
  first, so that work is shared fairly, then by chance. p_except: a booking whose own reservation does not stand in the way.
*/
create or replace function private.free_chefs(
	p_station public.stations, p_starts_at timestamptz, p_road_miles numeric, p_except uuid default null
) returns table (chef_id uuid, booked integer)
language plpgsql volatile -- by chance
set search_path = ''
set plan_cache_mode = force_generic_plan -- planning anew for each event costs more than it saves
as $$
declare
	v_period constant tstzrange := private.reservation_period(p_station, p_starts_at, p_road_miles);
	v_starts constant timestamp := p_starts_at at time zone p_station.timezone;
	v_ends constant timestamp := (p_starts_at + make_interval(mins => p_station.event_minutes)) at time zone p_station.timezone;
	v_monday constant timestamptz := date_trunc('week', v_starts) at time zone p_station.timezone;
	v_next_monday constant timestamptz := (date_trunc('week', v_starts) + interval '7 days') at time zone p_station.timezone;
begin
	return query
	select c.id, w.booked
	from public.chefs c
	cross join lateral (
		select count(*)::integer as booked
		from public.chef_reservations r
		where r.station_id = p_station.id and r.chef_id = c.id and r.released_at is null
			and r.event_at >= v_monday and r.event_at < v_next_monday
	) w
	where c.station_id = p_station.id and c.active and c.deleted_at is null
		and private.chef_works(c.id, v_starts, v_ends)
		and not exists (
			select from public.chef_reservations r
			where r.chef_id = c.id and r.period && v_period
				and r.released_at is null and r.booking_id is distinct from p_except
				and (r.expires_at is null or r.expires_at > now())
		)
	order by w.booked, random();
end
$$;
