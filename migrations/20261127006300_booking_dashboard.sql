/*
  Booking: the dashboard in one answer, under the reader's own rights: everything in it goes through row-level security, so a
  manager's figures are of the own station and who may not read a thing gets none of it.
  Tables: none of its own.
*/

create index bookings_station_created on public.bookings (station_id, created_at) where deleted_at is null; -- what was booked lately

/* A booking as lists show it, with as much of its customer and chef as the reader may see. */
create function private.booking_card(p_booking public.bookings) returns jsonb
language sql stable
set search_path = ''
as $$
	select jsonb_build_object('id', p_booking.id, 'reference', p_booking.reference, 'station_id', p_booking.station_id,
		'status', p_booking.status, 'event_at', p_booking.event_at, 'event_ends_at', p_booking.event_ends_at, 'timezone', p_booking.timezone,
		'adults', p_booking.adults, 'children', p_booking.children, 'toddlers', p_booking.toddlers,
		'venue_city', p_booking.venue_city, 'venue_zip', p_booking.venue_zip,
		'contact_name', p_booking.contact_name, 'contact_phone', p_booking.contact_phone,
		'total_cents', p_booking.total_cents, 'deposit_cents', p_booking.deposit_cents, 'hold_expires_at', p_booking.hold_expires_at,
		'source', p_booking.source, 'created_at', p_booking.created_at, 'updated_at', p_booking.updated_at, 'version', p_booking.version,
		'customer', (select jsonb_build_object('id', c.id, 'name', c.name, 'email', c.email, 'phone', c.phone)
			from public.customers c where c.id = p_booking.customer_id),
		'chef', (select jsonb_build_object('id', c.id, 'staff', (select jsonb_build_object('name', s.name) from public.staff s where s.id = c.staff_id))
			from public.chefs c where c.id = p_booking.chef_id),
		'assignment', (select jsonb_build_object('status', a.status, 'decline_reason', a.decline_reason, 'answered_at', a.answered_at,
			'on_my_way_at', a.on_my_way_at, 'arrived_at', a.arrived_at, 'done_at', a.done_at)
			from public.booking_assignments a where a.booking_id = p_booking.id))
$$;
grant execute on function private.booking_card(public.bookings) to authenticated;

/* What an audit entry is about, as people call it; null where there is nothing to call it by. */
create function private.audit_subject(p_table text, p_row text) returns text
language sql stable
set search_path = ''
as $$
	select case
		when p_table in ('bookings', 'booking_assignments', 'booking_items')
			then (select b.reference from public.bookings b where b.id::text = split_part(p_row, ',', 1))
		when p_table = 'leads' then (select coalesce(l.name, l.email, l.phone) from public.leads l where l.id::text = p_row)
		when p_table = 'customers' then (select c.name from public.customers c where c.id::text = p_row)
		when p_table = 'chefs' then (
			select s.name from public.chefs c join public.staff s on s.id = c.staff_id where c.id::text = p_row)
	end
$$;
grant execute on function private.audit_subject(text, text) to authenticated;

/* How many and how much of late, each beside the same span before it. */
create function private.dashboard_figures(p_stations uuid[]) returns jsonb
language sql stable
set search_path = ''
as $$
	select jsonb_build_object(
		'booked', (
			select jsonb_build_object(
				'week', count(*) filter (where b.created_at > now() - interval '7 days'),
				'week_before', count(*) filter (where b.created_at between now() - interval '14 days' and now() - interval '7 days'),
				'month', count(*) filter (where b.created_at > now() - interval '30 days'),
				'month_before', count(*) filter (where b.created_at <= now() - interval '30 days'))
			from public.bookings b
			where b.station_id = any (p_stations) and b.deleted_at is null and b.status <> 'cancelled' and b.created_at > now() - interval '60 days'),
		'revenue_cents', (
			select jsonb_build_object(
				'week', coalesce(sum(b.total_cents) filter (where b.event_at > now() - interval '7 days'), 0),
				'week_before', coalesce(sum(b.total_cents) filter (where b.event_at between now() - interval '14 days' and now() - interval '7 days'), 0),
				'month', coalesce(sum(b.total_cents) filter (where b.event_at > now() - interval '30 days'), 0),
				'month_before', coalesce(sum(b.total_cents) filter (where b.event_at <= now() - interval '30 days'), 0))
			from public.bookings b
			where b.station_id = any (p_stations) and b.deleted_at is null and b.status in ('confirmed', 'completed')
				and b.event_at between now() - interval '60 days' and now()))
$$;
grant execute on function private.dashboard_figures(uuid[]) to authenticated;

/* Who cooks how much in the next seven days, the busiest first. */
create function private.chef_loads(p_stations uuid[]) returns jsonb
language sql stable
set search_path = ''
as $$
	select coalesce(jsonb_agg(to_jsonb(l) order by l.events desc, l.name), '[]')
	from (
		select c.id, s.name, count(b.id)::int as events, coalesce(sum(b.adults + b.children + b.toddlers), 0)::int as guests
		from public.chefs c
		join public.staff s on s.id = c.staff_id
		left join public.bookings b on b.chef_id = c.id and b.deleted_at is null and b.status in ('pending', 'confirmed')
			and b.event_at between now() and now() + interval '7 days'
		where c.station_id = any (p_stations) and c.active and c.deleted_at is null
		group by c.id, s.name
		order by count(b.id) desc, s.name limit 20
	) l
$$;
grant execute on function private.chef_loads(uuid[]) to authenticated;

/* What happened last, newest first; null for who may not read the audit. */
create function private.latest_activity(p_station uuid) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
	v_stations constant uuid[] := case when p_station is not null then array[p_station]
		when not private.has_permission_everywhere('audit.read') then array(select private.stations_with('audit.read')) end;
begin
	if not private.has_permission('audit.read') then
		return null;
	end if;
	return (
		with latest as materialized (
			select a.id, a.occurred_at, a.actor, a.actor_id, a.actor_roles, a.action, a.table_name, a.row_id, a.changes
			from public.audit_log a
			where v_stations is null or a.station_id = any (v_stations)
			order by a.occurred_at desc limit 12
		),
		people as materialized (
			select p.user_id, p.name from public.audit_people((select coalesce(array_agg(distinct l.actor_id), '{}') from latest l where l.actor_id is not null)) p
		)
		select coalesce(jsonb_agg(to_jsonb(l) || jsonb_build_object('name', p.name, 'subject', private.audit_subject(l.table_name, l.row_id))
			order by l.occurred_at desc), '[]')
		from latest l left join people p on p.user_id = l.actor_id
	);
end
$$;
grant execute on function private.latest_activity(uuid) to authenticated;

create function public.dashboard(p_station uuid default null, p_timezone text default 'America/Los_Angeles') returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
	v_stations constant uuid[] := array(
		select s from private.stations_with('bookings.read') s where p_station is null or s = p_station);
	v_today constant date := (now() at time zone p_timezone)::date;
	v_open constant text[] := array['new', 'contacted', 'qualified'];
begin
	return jsonb_build_object(
		'today', v_today,
		'ahead', (
			select coalesce(jsonb_agg(private.booking_card(n) order by n.event_at, n.id), '[]') from (
				select b.* from public.bookings b
				where b.station_id = any (v_stations) and b.deleted_at is null and b.status <> 'cancelled'
					and b.event_at >= v_today::timestamp at time zone p_timezone
					and b.event_at < (v_today + 8)::timestamp at time zone p_timezone
				order by b.event_at, b.id limit 500) n),
		'holds', (
			select coalesce(jsonb_agg(private.booking_card(n) order by n.hold_expires_at), '[]') from (
				select b.* from public.bookings b
				where b.station_id = any (v_stations) and b.deleted_at is null and b.status = 'pending' and b.hold_expires_at < now() + interval '1 day'
				order by b.hold_expires_at limit 10) n),
		'hold_count', (
			select count(*) from public.bookings b
			where b.station_id = any (v_stations) and b.deleted_at is null and b.status = 'pending' and b.hold_expires_at < now() + interval '1 day'),
		'declined', (
			select coalesce(jsonb_agg(private.booking_card(n) order by n.event_at), '[]') from (
				select b.* from public.booking_assignments a join public.bookings b on b.id = a.booking_id
				where a.station_id = any (v_stations) and a.status = 'declined' and b.status in ('pending', 'confirmed')
					and b.event_ends_at > now() and b.deleted_at is null
				order by b.event_at limit 20) n),
		'leads', (
			select coalesce(jsonb_agg(jsonb_build_object('id', l.id, 'station_id', l.station_id, 'booking_id', l.booking_id, 'name', l.name,
				'email', l.email, 'phone', l.phone, 'zip', l.zip, 'event_at', l.event_at, 'adults', l.adults, 'children', l.children,
				'toddlers', l.toddlers, 'reason', l.reason, 'source', l.source, 'status', l.status, 'score', l.score,
				'next_action_at', l.next_action_at, 'created_at', l.created_at, 'updated_at', l.updated_at, 'version', l.version)
				order by l.score desc, l.id desc), '[]')
			from (
				select * from public.leads l
				where l.status = any (v_open) and l.deleted_at is null and (p_station is null or l.station_id = p_station)
				order by l.score desc, l.id desc limit 6) l),
		'open_leads', (
			select count(*) from public.leads l
			where l.status = any (v_open) and l.deleted_at is null and (p_station is null or l.station_id = p_station)),
		'conversion', (
			select jsonb_build_object(
				'asked', count(*) filter (where l.created_at > now() - interval '30 days'),
				'booked', count(*) filter (where l.created_at > now() - interval '30 days' and l.status = 'converted'),
				'asked_before', count(*) filter (where l.created_at <= now() - interval '30 days'),
				'booked_before', count(*) filter (where l.created_at <= now() - interval '30 days' and l.status = 'converted'))
			from public.leads l
			where l.created_at > now() - interval '60 days' and l.deleted_at is null and (p_station is null or l.station_id = p_station)),
		'figures', private.dashboard_figures(v_stations),
		'chefs', private.chef_loads(v_stations),
		'failed_payments', case when private.has_permission('payments.read') then (
			select count(*) from public.payment_checkouts c
			where c.status = 'failed' and c.created_at > now() - interval '7 days' and (p_station is null or c.station_id = p_station)) end,
		'activity', private.latest_activity(p_station)
	);
end
$$;
comment on function public.dashboard(uuid, text) is
	'Staff: the dashboard of a station, or of all that the caller may read, in one answer: {today, ahead, holds, hold_count, declined, leads, open_leads, conversion, figures, chefs, failed_payments, activity}. Under the caller''s own rights.';
grant execute on function public.dashboard(uuid, text) to authenticated;
