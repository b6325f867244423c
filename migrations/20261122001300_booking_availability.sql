/*
  Booking: which start times are free.
  A slot is a local start time of a station on a day. A chef can serve it where the event lies inside the chef's working
  hours (driving and setting up may lie outside) and the chef's whole time for it, drive included, overlaps no active
  reservation. Expired holds do not count.
  Functions on the way of a booking are plpgsql even where sql would do: plpgsql keeps their plans for the session, while an sql
  function with a fixed search path is planned again at every call.
*/

/* The time a booking takes of a chef: event, buffer before and after, and the drive both ways. */
create function private.reservation_period(p_station public.stations, p_starts_at timestamptz, p_road_miles numeric) returns tstzrange
language plpgsql immutable
set search_path = ''
as $$
begin
	return tstzrange(
		p_starts_at - make_interval(mins => p_station.buffer_minutes + private.drive_minutes(p_road_miles)),
		p_starts_at + make_interval(mins => p_station.event_minutes + p_station.buffer_minutes + private.drive_minutes(p_road_miles))
	);
end
$$;

/*
  The start times of a station from one local date to another, as instants. A wall time that a change to summer time skips
  is none; one that happens twice is meant the second time, as PostgreSQL reads it.
*/
create function private.slots_between(p_station public.stations, p_from date, p_to date)
returns table (event_date date, start_time time, starts_at timestamptz)
language plpgsql stable
set search_path = ''
as $$
begin
	return query
	select s.event_date, s.start_time, s.starts_at
	from (
		select d.day::date as event_date, t.start_time, (d.day::date + t.start_time) at time zone p_station.timezone as starts_at
		from generate_series(p_from::timestamp, p_to::timestamp, interval '1 day') d (day)
		join public.station_start_times t on t.station_id = p_station.id
	) s
	where s.starts_at at time zone p_station.timezone = s.event_date + s.start_time;
end
$$;

/* Whether a chef works from one local time to another of the same day: weekly hours and extra hours, less time off. */
create function private.chef_works(p_chef uuid, p_from timestamp, p_to timestamp) returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
	return (
		exists (
			select from public.chef_weekly_hours h
			where h.chef_id = p_chef and h.weekday = extract(dow from p_from)
				and p_from::date + h.starts_at <= p_from and p_to <= p_from::date + h.ends_at)
		or exists (
			select from public.chef_exceptions e
			where e.chef_id = p_chef and e.on_date = p_from::date and e.available
				and e.on_date + coalesce(e.starts_at, '00:00') <= p_from and p_to <= e.on_date + coalesce(e.ends_at, '24:00'))
	) and not exists (
		select from public.chef_exceptions e
		where e.chef_id = p_chef and e.on_date = p_from::date and not e.available
			and e.on_date + coalesce(e.starts_at, '00:00') < p_to and p_from < e.on_date + coalesce(e.ends_at, '24:00'));
end
$$;

/*
  The chefs who can serve one event now, in the order in which to ask them: fewest reservations in the ISO week of the event
  first, so that work is shared fairly, then by chance. p_except: a booking whose own reservation does not stand in the way.
*/
create function private.free_chefs(
	p_station public.stations, p_starts_at timestamptz, p_road_miles numeric, p_except uuid default null
) returns table (chef_id uuid, booked integer)
language plpgsql volatile -- by chance
set search_path = ''
set plan_cache_mode = force_generic_plan -- planning anew for each event costs more than it saves
as $$
begin
	return query
	select c.id, w.booked
	from public.chefs c
	cross join lateral (
		select count(*)::integer as booked
		from public.chef_reservations r
		cross join date_trunc('week', p_starts_at at time zone p_station.timezone) as monday
		where r.station_id = p_station.id and r.chef_id = c.id and r.released_at is null
			and r.event_at >= monday at time zone p_station.timezone
			and r.event_at < (monday + interval '7 days') at time zone p_station.timezone
	) w
	where c.station_id = p_station.id and c.active and c.deleted_at is null
		and private.chef_works(c.id, p_starts_at at time zone p_station.timezone,
			(p_starts_at + make_interval(mins => p_station.event_minutes)) at time zone p_station.timezone)
		and not exists (
			select from public.chef_reservations r
			where r.chef_id = c.id and r.period && private.reservation_period(p_station, p_starts_at, p_road_miles)
				and r.released_at is null and r.booking_id is distinct from p_except
				and (r.expires_at is null or r.expires_at > now())
		)
	order by w.booked, random();
end
$$;

/*
  Every slot of a station between two local dates that lies in its booking window, with how many chefs could serve a venue
  that many road miles away. Set-based: a month of 40 chefs is one hash join, not five thousand look-ups.
*/
create function private.slot_capacities(p_station public.stations, p_road_miles numeric, p_from date, p_to date)
returns table (event_date date, start_time time, starts_at timestamptz, capacity integer)
language plpgsql stable
set search_path = ''
-- The planner can't know how many slots the calendar function gives; it guesses five and loops where it should hash.
set enable_nestloop = off
set jit = off -- the loops that must be count as if they cost billions
as $$
begin
	return query
	with slots as materialized (
		select s.*, row_number() over (order by s.starts_at) as slot,
			s.event_date + s.start_time as local_from,
			(s.starts_at + make_interval(mins => p_station.event_minutes)) at time zone p_station.timezone as local_to,
			lower(t.period) as taken_from, upper(t.period) as taken_to
		from private.slots_between(p_station, p_from, p_to) s
		cross join lateral private.reservation_period(p_station, s.starts_at, p_road_miles) as t (period)
		where s.starts_at >= now() + make_interval(hours => p_station.min_notice_hours)
			and s.starts_at <= now() + make_interval(days => p_station.max_advance_days)
	),
	team as materialized (
		select id from public.chefs where station_id = p_station.id and active and deleted_at is null
	),
	exceptions as materialized (
		select e.chef_id, e.on_date, e.available, e.on_date + coalesce(e.starts_at, '00:00') as local_from,
			e.on_date + coalesce(e.ends_at, '24:00') as local_to
		from public.chef_exceptions e
		where e.chef_id in (select id from team) and e.on_date between p_from and p_to
	),
	-- A reservation reaches at most into the day before and after its own, and so does a slot's period: two days each way.
	busy as materialized (
		select r.chef_id, lower(r.period) as taken_from, upper(r.period) as taken_to,
			(r.event_at at time zone p_station.timezone)::date as event_date
		from public.chef_reservations r
		where r.chef_id in (select id from team) and r.station_id = p_station.id and r.released_at is null
			and (r.expires_at is null or r.expires_at > now())
			and r.event_at >= (p_from - 2)::timestamp at time zone p_station.timezone
			and r.event_at < (p_to + 3)::timestamp at time zone p_station.timezone
	),
	free as (
		(
			select s.slot, h.chef_id
			from slots s
			join public.chef_weekly_hours h on h.weekday = extract(dow from s.event_date)
				and s.event_date + h.starts_at <= s.local_from and s.local_to <= s.event_date + h.ends_at
			where h.chef_id in (select id from team)
			union
			select s.slot, e.chef_id
			from slots s
			join exceptions e on e.available and e.on_date = s.event_date and e.local_from <= s.local_from and s.local_to <= e.local_to
		)
		except
		(
			select s.slot, e.chef_id
			from slots s
			join exceptions e on not e.available and e.on_date = s.event_date and e.local_from < s.local_to and s.local_from < e.local_to
			union all
			select s.slot, b.chef_id
			from busy b
			cross join generate_series(-2, 2) days
			join slots s on s.event_date = b.event_date + days and s.taken_from < b.taken_to and b.taken_from < s.taken_to
		)
	)
	select s.event_date, s.start_time, s.starts_at, count(f.chef_id)::integer
	from slots s
	left join free f on f.slot = s.slot
	group by s.event_date, s.start_time, s.starts_at
	order by s.starts_at;
end
$$;

/*
  Up to five free slots nearest to a wish, as [{event_date, start_time, starts_at, capacity}]. Looks around the wish first and
  further away only where that is not enough.
*/
create function private.nearest_slots(p_station public.stations, p_road_miles numeric, p_wish timestamptz) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
	v_wish timestamptz := least(
		greatest(p_wish, now() + make_interval(hours => p_station.min_notice_hours)),
		now() + make_interval(days => p_station.max_advance_days));
	v_day date := (v_wish at time zone p_station.timezone)::date;
	v_days integer;
	v_found jsonb;
begin
	foreach v_days in array array[3, 14, 60] loop
		select jsonb_agg(to_jsonb(n) order by n.starts_at) into v_found
		from (
			select s.* from private.slot_capacities(p_station, p_road_miles, v_day - v_days, v_day + v_days) s
			where s.capacity > 0 and s.starts_at <> p_wish
			order by abs(extract(epoch from s.starts_at - p_wish)), s.starts_at
			limit 5
		) n;
		exit when jsonb_array_length(v_found) = 5;
	end loop;
	return coalesce(v_found, '[]'::jsonb);
end
$$;

/*
  Free start times for a ZIP, per day and time, full ones with capacity 0. At most 62 days at a time. Raises UNKNOWN_ZIP,
  OUT_OF_AREA, INVALID_REQUEST.
*/
create function private.available_slots(p_zip text, p_from date, p_to date)
returns table (event_date date, start_time time, starts_at timestamptz, capacity integer)
language plpgsql stable security definer -- visitors may not read chefs and reservations
set search_path = ''
as $$
declare
	v_venue record;
	v_problem jsonb;
	v_station public.stations;
begin
	select * into v_venue from private.locate_venue(p_zip);
	v_problem := private.venue_problem(found, v_venue.station_name, v_venue.station_id, v_venue.road_miles, v_venue.in_area);
	if v_problem is not null then
		perform private.fail(v_problem ->> 'code', (v_problem ->> 'status')::int, v_problem ->> 'message',
			v_problem ->> 'details', v_problem ->> 'hint');
	end if;
	if p_from is null or p_to is null or not isfinite(p_from) or not isfinite(p_to) or p_to < p_from or p_to - p_from > 62 then
		perform private.fail('INVALID_REQUEST', 422, 'Ask for at most 62 days at a time.',
			'{"fields": {"p_to": "A day from p_from to 62 days after it."}}');
	end if;
	select * into v_station from public.stations where id = v_venue.station_id;
	return query select s.* from private.slot_capacities(v_station, v_venue.road_miles, p_from, p_to) s;
end
$$;

create function public.available_slots(p_zip text, p_from date, p_to date)
returns table (event_date date, start_time time, starts_at timestamptz, capacity integer)
language sql stable
set search_path = ''
as $$
	select * from private.available_slots(p_zip, p_from, p_to)
$$;
comment on function public.available_slots(text, date, date) is
	'Start times for a ZIP between two local dates, with how many chefs could serve each (0 = full). Raises UNKNOWN_ZIP, OUT_OF_AREA, INVALID_REQUEST.';
grant execute on function private.available_slots(text, date, date), public.available_slots(text, date, date) to anon, authenticated;
