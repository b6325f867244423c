/*
  Booking: making one.
  private.create_booking = read the request → claim its key → limits → quote → rules of time → customer → reserve a chef →
  write the booking. Each step is a function of its own. A step that finds something wrong answers a problem {code, status,
  message, details, hint}; a refusal commits, so that the lead of the person who could not book is kept with it.
*/

-- Claiming, limiting, timing ---------------------------------------------------------------------------------------------------

/*
  Claims an idempotency key. booking: what an earlier (or, after waiting for it, a parallel) request of this key and body made.
  Neither booking nor problem: the key is this request's. The same key with another body is a problem, never another's booking.
*/
create function private.claim_request(p_key text, p_request jsonb, out booking uuid, out problem jsonb)
language plpgsql volatile
set search_path = ''
as $$
declare
	v_hash constant bytea := sha256(convert_to(p_request::text, 'UTF8'));
	v_claim private.booking_requests;
begin
	for attempt in 1..3 loop
		insert into private.booking_requests (idempotency_key, request_hash) values (p_key, v_hash) on conflict do nothing;
		if found then
			return;
		end if;
		select * into v_claim from private.booking_requests where idempotency_key = p_key;
		-- gone again: the request that held it was refused, so this one may try
		exit when found;
	end loop;
	if v_claim.request_hash = v_hash then
		booking := v_claim.booking_id;
	end if;
	if booking is null then
		problem := private.invalid_request('{"idempotency_key": "This key was used for another request. Reload the page and send again."}');
	end if;
end
$$;

/* Whether this contact, and the address that calls, may still write. The server's own key is not limited by address. */
create function private.within_limits(p_scope text, p_contact jsonb, p_per_address int, p_per_contact int) returns boolean
language plpgsql volatile
set search_path = ''
as $$
begin
	return private.rate_limit(p_scope || ':address', case when auth.role() is distinct from 'service_role' then private.client_address() end,
			p_per_address, interval '10 minutes')
		and private.rate_limit(p_scope || ':contact', p_contact ->> 'email', p_per_contact, interval '1 hour')
		and private.rate_limit(p_scope || ':contact', p_contact ->> 'phone', p_per_contact, interval '1 hour');
end
$$;

/* What is wrong with a start time by the station's rules, as a problem; null where nothing is. */
create function private.start_problem(p_station public.stations, p_starts_at timestamptz) returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
	return (
		select jsonb_build_object('code', p.code, 'status', 422, 'message', p.message, 'hint', p.hint,
			'details', jsonb_build_object('fields', jsonb_build_object('starts_at', p.message)))
		from (
			select 1 as place, 'TOO_SOON' as code, 'That is too soon for us to prepare.' as message,
				format('We need %s hours.', p_station.min_notice_hours) as hint
			where p_starts_at < now() + make_interval(hours => p_station.min_notice_hours)
			union all
			select 2, 'TOO_FAR_AHEAD', 'That day is further ahead than we take bookings.',
				format('Choose a day within %s days.', p_station.max_advance_days)
			where p_starts_at > now() + make_interval(days => p_station.max_advance_days)
			union all
			select 3, 'INVALID_START_TIME', 'We do not start at that time.', 'Choose one of the times shown for that day.'
			where not exists (
				select from private.slots_between(p_station, (p_starts_at at time zone p_station.timezone)::date,
					(p_starts_at at time zone p_station.timezone)::date) s
				where s.starts_at = p_starts_at)
		) p
		order by p.place
		limit 1
	);
end
$$;

-- Reserving ------------------------------------------------------------------------------------------------------------------

/*
  Cancels pending bookings whose hold has expired: those given, as many as nobody else is dealing with. The trigger on bookings
  frees their chefs; the customer is told, and kept as a lead. Answers how many.
*/
create function private.expire_holds_of(p_bookings uuid[]) returns integer
language plpgsql volatile security definer -- called by whoever needs the slot, and by the sweep
set search_path = ''
as $$
declare
	v_expired public.bookings;
	v_count integer := 0;
begin
	for v_expired in
		update public.bookings b set
			status = 'cancelled', hold_expires_at = null, cancelled_at = now(), cancel_reason = 'hold_expired'
		where b.id in (
			select h.id from public.bookings h
			where h.id = any (p_bookings) and h.status = 'pending' and h.hold_expires_at <= now() and h.deleted_at is null
			order by h.id for update skip locked)
		returning *
	loop
		v_count := v_count + 1;
		perform private.keep_lead_of_booking(v_expired, 'HOLD_EXPIRED');
		perform private.enqueue('booking-notify', jsonb_build_object('booking_id', v_expired.id, 'kind', 'hold_expired'),
			now(), v_expired.id || ':hold_expired');
	end loop;
	return v_count;
end
$$;

/*
  The sweep: cancels up to p_limit expired holds, oldest first, and closes waitlist places of slots that are over. Answers how
  many holds; the job repeats while it is p_limit.
*/
create function private.expire_holds(p_limit int default 200) returns integer
language plpgsql volatile security definer -- called by a job
set search_path = ''
as $$
begin
	update public.waitlist set status = 'expired' where status in ('waiting', 'notified') and starts_at <= now();
	return private.expire_holds_of(array(
		select id from public.bookings
		where status = 'pending' and hold_expires_at <= now() and deleted_at is null
		order by hold_expires_at limit p_limit));
end
$$;

/*
  Reserves a chef for a booking and answers which; null where none is free. Tries the free chefs in turn: where a parallel
  transaction has just taken one, the insert waits for its outcome and then either succeeds or moves on to the next.
  "on conflict do nothing" because it inserts speculatively: two plain inserts into an exclusion constraint can deadlock.
  p_prefer is asked first; p_only restricts to one chef.
*/
create function private.reserve(
	p_booking uuid, p_station public.stations, p_starts_at timestamptz, p_road_miles numeric, p_expires_at timestamptz,
	p_prefer uuid default null, p_only uuid default null
) returns uuid
language plpgsql volatile
set search_path = ''
as $$
declare
	v_period constant tstzrange := private.reservation_period(p_station, p_starts_at, p_road_miles);
	v_chef uuid;
begin
	perform private.expire_holds_of(array(
		select r.booking_id from public.chef_reservations r
		where r.station_id = p_station.id and r.released_at is null and r.expires_at <= now() and r.period && v_period
			and r.event_at between p_starts_at - interval '2 days' and p_starts_at + interval '2 days'));
	for v_chef in
		select f.chef_id
		from private.free_chefs(p_station, p_starts_at, p_road_miles) with ordinality f (chef_id, booked, place)
		where p_only is null or f.chef_id = p_only
		order by f.chef_id is not distinct from p_prefer desc, f.place
	loop
		insert into public.chef_reservations (booking_id, chef_id, station_id, event_at, period, expires_at)
		values (p_booking, v_chef, p_station.id, p_starts_at, v_period, p_expires_at)
		on conflict do nothing;
		if found then
			return v_chef;
		end if;
	end loop;
	return null;
end
$$;

-- Writing --------------------------------------------------------------------------------------------------------------------

/* A reference that people can say: MH- and five of the 32 letters and digits that are not mistaken for each other. */
create function private.new_reference() returns text
language plpgsql volatile
set search_path = ''
as $$
begin
	return (
		select 'MH-' || string_agg(substr('23456789ABCDEFGHJKLMNPQRSTUVWXYZ', (get_byte(r.bytes, i) & 31) + 1, 1), '')
		from (select extensions.gen_random_bytes(5) as bytes) r, generate_series(0, 4) i
	);
end
$$;

/* How long a pending booking of a station keeps its chef: shorter where the deposit is paid online at once. */
create function private.hold_ends(p_station public.stations) returns timestamptz
language plpgsql stable
set search_path = ''
as $$
begin
	return now() + make_interval(mins => case when private.flag('stripe') then p_station.hold_minutes else p_station.unpaid_hold_minutes end);
end
$$;

/* Writes the items of a booking from the lines of its quote. */
create function private.write_items(p_booking uuid, p_quote jsonb) returns void
language plpgsql volatile
set search_path = ''
as $$
begin
	insert into public.booking_items (booking_id, code, label, quantity, unit_cents)
	select p_booking, l.code, l.label, l.quantity, l.unit_cents
	from jsonb_to_recordset(p_quote -> 'lines') l (code text, label text, quantity int, unit_cents int)
	where l.code not in ('adult', 'child', 'toddler', 'minimum_top_up', 'travel', 'discount');
end
$$;

/* Writes the booking whose chef is reserved. */
create function private.write_booking(
	p_id uuid, p_request jsonb, p_quote jsonb, p_station public.stations, p_customer uuid, p_chef uuid, p_hold_ends timestamptz
) returns void
language plpgsql volatile
set search_path = ''
as $$
declare
	v_starts_at constant timestamptz := p_request ->> 'starts_at';
	v_customer public.customers;
begin
	select * into v_customer from public.customers where id = p_customer;
	loop
		insert into public.bookings (
			id, reference, station_id, customer_id, chef_id, event_at, event_ends_at, timezone, adults, children, toddlers,
			contact_name, contact_phone, venue_line1, venue_line2, venue_city, venue_state, venue_zip, road_miles, notes,
			quote, total_cents, deposit_cents, price_version, source, idempotency_key, hold_expires_at, utm
		) values (
			p_id, private.new_reference(), p_station.id, p_customer, p_chef,
			v_starts_at, v_starts_at + make_interval(mins => p_station.event_minutes), p_station.timezone,
			(p_request ->> 'adults')::int, (p_request ->> 'children')::int, (p_request ->> 'toddlers')::int,
			nullif(p_request #>> '{contact,name}', v_customer.name), nullif(p_request #>> '{contact,phone}', v_customer.phone),
			p_request #>> '{venue,line1}', p_request #>> '{venue,line2}', p_request #>> '{venue,city}',
			p_request #>> '{venue,state}', p_request #>> '{venue,zip}', (p_quote ->> 'road_miles')::numeric, p_request ->> 'notes',
			p_quote, (p_quote ->> 'total_cents')::int, (p_quote ->> 'deposit_cents')::int, p_quote ->> 'price_version',
			p_request ->> 'source', p_request ->> 'idempotency_key', p_hold_ends, p_request -> 'utm'
		)
		on conflict (reference) do nothing;
		exit when found; -- else the reference was taken: draw another
	end loop;
	perform private.write_items(p_id, p_quote);
	update private.booking_requests set booking_id = p_id where idempotency_key = p_request ->> 'idempotency_key';
end
$$;

/* The answer of create_booking for a booking. */
create function private.booking_answer(p_booking uuid) returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
	return (
		select jsonb_build_object('booking_id', b.id, 'reference', b.reference, 'status', b.status, 'hold_expires_at', b.hold_expires_at,
			'total_cents', b.total_cents, 'deposit_cents', b.deposit_cents, 'access_token', private.booking_token(b.id))
		from public.bookings b where b.id = p_booking
	);
end
$$;

/*
  Refuses a request that was well-formed: gives its key back, keeps the person as a lead (with the quote, and on the waitlist of
  a slot that was taken), offers the nearest free slots, and answers the problem with details {alternatives, lead_id}. What is
  no more than a slip (an unknown ZIP, a day in the past, a time we never start at) makes no lead.
*/
create function private.refuse_booking(p_request jsonb, p_problem jsonb, p_quote jsonb default null, p_station public.stations default null)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
	v_code constant text := p_problem ->> 'code';
	v_alternatives jsonb := '[]';
	v_lead uuid;
begin
	delete from private.booking_requests where idempotency_key = p_request ->> 'idempotency_key' and booking_id is null;
	if v_code in ('SLOT_UNAVAILABLE', 'TOO_SOON', 'TOO_FAR_AHEAD', 'INVALID_START_TIME') then
		v_alternatives := private.nearest_slots(p_station, (p_quote ->> 'road_miles')::numeric, (p_request ->> 'starts_at')::timestamptz);
	end if;
	if v_code in ('SLOT_UNAVAILABLE', 'OUT_OF_AREA', 'TOO_FAR_AHEAD', 'TRY_AGAIN')
		or (v_code = 'TOO_SOON' and (p_request ->> 'starts_at')::timestamptz > now()) then
		v_lead := private.keep_lead_of_request(p_request, v_code, p_station.id, p_quote, v_alternatives);
	end if;
	return private.refuse_with(p_problem || jsonb_build_object('details',
		coalesce(nullif(p_problem -> 'details', 'null'), '{}') || jsonb_build_object('alternatives', v_alternatives, 'lead_id', v_lead)));
end
$$;

/*
  Books. Answers {booking_id, reference, status, hold_expires_at, total_cents, deposit_cents, access_token}, or refuses. The
  same key and body answer the same booking, however often and however parallel.
*/
create function private.create_booking(p_request jsonb) returns jsonb
language plpgsql volatile security definer -- visitors may not read or write any of the tables
set search_path = ''
as $$
declare
	v_id constant uuid := private.uuid_v7();
	v_request jsonb;
	v_problem jsonb;
	v_earlier uuid;
	v_quote jsonb;
	v_station public.stations;
	v_customer uuid;
	v_hold_ends timestamptz;
	v_chef uuid;
begin
	perform set_config('lock_timeout', '2500ms', true);
	select r.request, r.problem into v_request, v_problem from private.read_booking_request(p_request) r;
	if v_problem is not null then
		return private.refuse_with(v_problem);
	end if;
	select c.booking, c.problem into v_earlier, v_problem from private.claim_request(v_request ->> 'idempotency_key', p_request) c;
	if v_problem is not null then
		return private.refuse_with(v_problem);
	elsif v_earlier is not null then
		return private.booking_answer(v_earlier);
	end if;
	if not private.within_limits('create_booking', v_request -> 'contact', 30, 8) then
		return private.refuse_booking(v_request, jsonb_build_object('code', 'RATE_LIMITED', 'status', 429,
			'message', 'That was a little too fast.', 'hint', 'Wait a minute and try again; nothing is lost.'));
	end if;

	v_quote := private.build_quote(v_request ->> 'zip', (v_request ->> 'adults')::int, (v_request ->> 'children')::int,
		(v_request ->> 'toddlers')::int, v_request -> 'items', (v_request ->> 'starts_at')::timestamptz, v_request ->> 'promo_code');
	if v_quote ? 'code' then
		return private.refuse_booking(v_request, v_quote);
	end if;
	select * into v_station from public.stations where id = (v_quote #>> '{station,id}')::uuid;
	v_problem := private.start_problem(v_station, (v_request ->> 'starts_at')::timestamptz);
	if v_problem is not null then
		return private.refuse_booking(v_request, v_problem, v_quote, v_station);
	end if;

	v_hold_ends := private.hold_ends(v_station);
	v_chef := private.reserve(v_id, v_station, (v_request ->> 'starts_at')::timestamptz, (v_quote ->> 'road_miles')::numeric, v_hold_ends);
	if v_chef is null then
		return private.refuse_booking(v_request, jsonb_build_object('code', 'SLOT_UNAVAILABLE', 'status', 409,
			'message', 'That time has just been taken.', 'hint', 'Choose one of the nearest free times.'), v_quote, v_station);
	end if;
	v_customer := private.customer_for(v_request -> 'contact', v_station.id);
	perform private.write_booking(v_id, v_request, v_quote, v_station, v_customer, v_chef, v_hold_ends);
	perform private.convert_leads(v_id, v_customer, v_request -> 'contact');
	perform private.enqueue('booking-notify', jsonb_build_object('booking_id', v_id, 'kind', 'received'), now(), v_id || ':received');
	return private.booking_answer(v_id);
-- A visitor's statement may take 3 s: what waits for several locks in turn ends by that limit.
exception when lock_not_available or deadlock_detected or serialization_failure or query_canceled then
	return private.try_again(v_request, v_quote, v_station);
end
$$;

/* Refuses TRY_AGAIN after a lock was waited for too long; keeps the lead unless that, too, would have to wait. */
create function private.try_again(p_request jsonb, p_quote jsonb, p_station public.stations) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
	v_problem constant jsonb := jsonb_build_object('code', 'TRY_AGAIN', 'status', 503,
		'message', 'Many people are booking right now.', 'hint', 'Try again in a moment; your answers are kept.');
begin
	perform set_config('lock_timeout', '500ms', true);
	return private.refuse_booking(p_request, v_problem, p_quote, p_station);
exception when lock_not_available or deadlock_detected then
	return private.refuse_with(v_problem);
end
$$;

create function public.create_booking(p_request jsonb) returns jsonb
language sql volatile
set search_path = ''
set statement_timeout = '8s' -- PostgREST raises the limit of visitors to it: several locks may be waited for in turn
as $$
	select private.create_booking(p_request)
$$;
comment on function public.create_booking(jsonb) is
	'Books a slot: {booking_id, reference, status, hold_expires_at, total_cents, deposit_cents, access_token}. Refuses INVALID_REQUEST, INVALID_GUESTS, UNKNOWN_ZIP, OUT_OF_AREA, TOO_SOON, TOO_FAR_AHEAD, INVALID_START_TIME, SLOT_UNAVAILABLE, RATE_LIMITED, TRY_AGAIN.';
grant execute on function private.create_booking(jsonb), public.create_booking(jsonb) to anon, authenticated;
grant execute on function private.expire_holds(int), private.booking_token(uuid) to service_role;
