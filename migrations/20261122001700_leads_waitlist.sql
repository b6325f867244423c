/*
  Leads: the waitlist. Whoever could not have a slot waits for it; when a chef's time is given back and the slot is free again,
  the first in line is told (a job), and so is the staff.
  Table: waitlist.
*/

create table public.waitlist (
	id uuid primary key default private.uuid_v7(),
	lead_id uuid not null references public.leads (id) on delete cascade,
	station_id uuid not null references public.stations (id) on delete restrict,
	starts_at timestamptz not null,
	road_miles numeric(7, 2) not null default 0,
	status text not null default 'waiting',
	notified_at timestamptz,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	constraint waitlist_once unique (lead_id, starts_at),
	constraint waitlist_status_known check (status in ('waiting', 'notified', 'booked', 'expired')),
	constraint waitlist_notified_is_dated check (status <> 'notified' or notified_at is not null)
);
create index waitlist_in_line on public.waitlist (station_id, starts_at, created_at) where status = 'waiting'; -- who is first
comment on table public.waitlist is 'Who waits for a slot that was taken, in the order in which they came.';
comment on column public.waitlist.road_miles is 'From the station to their venue: a slot may be free for a near venue and not for a far one.';

select private.track('public.waitlist');

/*
  At the end of a transaction that gave a chef's time back: for every slot that people wait for and that this time touched, if
  it is free now, the first in line is told. Deferred, because the same transaction may have taken the time again (another
  chef's booking moved in, a reschedule by an hour).
*/
create function private.offer_freed_time() returns trigger
language plpgsql security definer -- runs for whoever cancelled
set search_path = ''
as $$
declare
	v_station public.stations;
	v_first record;
begin
	select * into v_station from public.stations where id = new.station_id;
	for v_first in
		select distinct on (w.starts_at) w.id, w.lead_id, w.starts_at, w.road_miles
		from public.waitlist w
		where w.station_id = new.station_id and w.status = 'waiting' and w.starts_at > now()
			and w.starts_at between lower(new.period) - interval '1 day' and upper(new.period) + interval '1 day'
			and private.reservation_period(v_station, w.starts_at, w.road_miles) && new.period
		order by w.starts_at, w.created_at, w.id
	loop
		if exists (
			select from private.slot_capacities(v_station, v_first.road_miles,
				(v_first.starts_at at time zone v_station.timezone)::date, (v_first.starts_at at time zone v_station.timezone)::date) s
			where s.starts_at = v_first.starts_at and s.capacity > 0
		) then
			perform private.enqueue('waitlist-notify', jsonb_build_object('waitlist_id', v_first.id), now(), v_first.id::text);
			perform realtime.send(jsonb_build_object('waitlist_id', v_first.id, 'lead_id', v_first.lead_id, 'starts_at', v_first.starts_at),
				'slot_freed', 'station:' || new.station_id || ':leads', true);
		end if;
	end loop;
	return null;
end
$$;
create constraint trigger offer_freed_time after update of released_at on public.chef_reservations
	deferrable initially deferred
	for each row when (old.released_at is null and new.released_at is not null)
	execute function private.offer_freed_time();

alter table public.waitlist enable row level security;
grant select on public.waitlist to authenticated;
-- no write: create_booking puts people on it, the job takes them off

create policy "The waitlist is read by staff who read the station's leads" on public.waitlist
	for select to authenticated using (station_id in (select private.stations_with('leads.read')));
