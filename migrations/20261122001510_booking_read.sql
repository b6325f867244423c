/*
  Booking: what guests and chefs see of bookings, through functions, because neither may read the tables: a guest opens one by
  its token, a chef sees the assigned ones without money, e-mails or other customers.
*/


/* One booking as its guest sees it. Refuses NOT_FOUND. */
create function private.get_booking(p_token text) returns jsonb
language plpgsql volatile security definer -- guests may not read bookings
set search_path = ''
as $$
declare
	v_booking public.bookings;
begin
	select * into v_booking from public.bookings where id = private.booking_for_token(p_token) and deleted_at is null;
	if not found then
		return private.refuse('NOT_FOUND', 404, 'There is no such booking.', null, 'Check the link.');
	end if;
	return (
		select jsonb_build_object(
			'booking_id', v_booking.id, 'reference', v_booking.reference, 'status', v_booking.status,
			'event_at', v_booking.event_at, 'event_ends_at', v_booking.event_ends_at, 'timezone', v_booking.timezone,
			'event_date', (v_booking.event_at at time zone v_booking.timezone)::date,
			'start_time', (v_booking.event_at at time zone v_booking.timezone)::time,
			'station', jsonb_build_object('id', s.id, 'name', s.name),
			'contact_name', coalesce(v_booking.contact_name, c.name),
			'adults', v_booking.adults, 'children', v_booking.children, 'toddlers', v_booking.toddlers,
			'items', (select coalesce(jsonb_agg(jsonb_build_object('code', i.code, 'label', i.label, 'quantity', i.quantity,
				'unit_cents', i.unit_cents) order by i.code), '[]') from public.booking_items i where i.booking_id = v_booking.id),
			'venue', jsonb_build_object('line1', v_booking.venue_line1, 'line2', v_booking.venue_line2, 'city', v_booking.venue_city,
				'state', v_booking.venue_state, 'zip', v_booking.venue_zip),
			'notes', v_booking.notes, 'quote', v_booking.quote,
			'total_cents', v_booking.total_cents, 'deposit_cents', v_booking.deposit_cents,
			'hold_expires_at', v_booking.hold_expires_at, 'cancel_reason', v_booking.cancel_reason,
			'can_cancel', private.change_problem(v_booking, 'guest', 'cancel') is null,
			'can_reschedule', private.change_problem(v_booking, 'guest', 'reschedule') is null,
			'guest_topic', private.guest_topic(v_booking.id))
		from public.stations s, public.customers c
		where s.id = v_booking.station_id and c.id = v_booking.customer_id
	);
end
$$;

create function public.get_booking(p_token text) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.get_booking(p_token)
$$;
comment on function public.get_booking(text) is 'One booking as the holder of its access token sees it. Refuses NOT_FOUND.';
grant execute on function private.get_booking(text), public.get_booking(text) to anon, authenticated;

/*
  The bookings assigned to the signed-in chef from a month back on. Who and where is told from 7 days before the event to one
  day after it; money, e-mails and other bookings never.
*/
create function private.my_assignments() returns table (
	booking_id uuid, reference text, status text, event_at timestamptz, event_ends_at timestamptz, timezone text,
	adults integer, children integer, toddlers integer, items jsonb, notes text, venue_city text,
	customer_name text, customer_phone text, venue_line1 text, venue_line2 text, venue_state text, venue_zip text,
	version integer, updated_at timestamptz
)
language sql stable security definer -- chefs may not read bookings and customers
set search_path = ''
as $$
	select b.id, b.reference, b.status, b.event_at, b.event_ends_at, b.timezone, b.adults, b.children, b.toddlers,
		(select coalesce(jsonb_agg(jsonb_build_object('code', i.code, 'label', i.label, 'quantity', i.quantity) order by i.code), '[]')
			from public.booking_items i where i.booking_id = b.id),
		b.notes, b.venue_city,
		case when w.near then coalesce(b.contact_name, c.name) end,
		case when w.near then coalesce(b.contact_phone, c.phone) end,
		case when w.near then b.venue_line1 end,
		case when w.near then b.venue_line2 end,
		case when w.near then b.venue_state end,
		case when w.near then b.venue_zip end,
		b.version, b.updated_at
	from public.bookings b
	join public.customers c on c.id = b.customer_id
	cross join lateral (
		select now() between b.event_at - interval '7 days' and b.event_ends_at + interval '1 day' as near
	) w
	where b.chef_id in (select k.id from public.chefs k where k.user_id = auth.uid() and k.deleted_at is null)
		and (select private.has_permission('bookings.assigned'))
		and b.status in ('pending', 'confirmed', 'completed') and b.deleted_at is null
		and b.event_at > now() - interval '30 days'
	order by b.event_at, b.id
$$;

create function public.my_assignments() returns table (
	booking_id uuid, reference text, status text, event_at timestamptz, event_ends_at timestamptz, timezone text,
	adults integer, children integer, toddlers integer, items jsonb, notes text, venue_city text,
	customer_name text, customer_phone text, venue_line1 text, venue_line2 text, venue_state text, venue_zip text,
	version integer, updated_at timestamptz
)
language sql stable
set search_path = ''
as $$
	select * from private.my_assignments()
$$;
comment on function public.my_assignments() is
	'A chef''s own assignments. Name, phone and address only from 7 days before the event to 1 day after; never money or e-mails.';
grant execute on function private.my_assignments(), public.my_assignments() to authenticated;
