/*
  Booking: making one.
  private.create_booking = read the request → claim its key → limits → quote → rules of time → customer → reserve a chef →
  write the booking. Each step is a function of its own. A step that finds something wrong answers a problem {code, status,
  message, details, hint}; a refusal commits, so that the lead of the person who could not book is kept with it.
*/

-- Access tokens: what opens one booking for a guest without an account ------------------------------------------------------

insert into private.settings (key, value)
values ('booking.token_secret', encode(extensions.gen_random_bytes(32), 'hex'))
on conflict (key) do nothing;

/* The token of a booking: base64url of its id and a signature over it. The same each time. */
create function private.booking_token(p_booking uuid) returns text
language plpgsql stable security definer -- the secret is nobody's to read
set search_path = ''
as $$
begin
	return translate(encode(
		uuid_send(p_booking) || extensions.hmac(uuid_send(p_booking), decode(private.setting('booking.token_secret'), 'hex'), 'sha256'),
		'base64'), E'+/\n', '-_');
end
$$;

/* The booking that a token opens, null where it opens none. */
create function private.booking_for_token(p_token text) returns uuid
language plpgsql stable security definer -- the secret is nobody's to read
set search_path = ''
as $$
declare
	v_id uuid;
begin
	if p_token is null or p_token !~ '^[A-Za-z0-9_-]{64}$' then
		return null;
	end if;
	v_id := encode(substr(decode(translate(p_token, '-_', '+/'), 'base64'), 1, 16), 'hex')::uuid;
	-- Digests are compared, so that the time taken tells nothing about the signature.
	return case when sha256(convert_to(private.booking_token(v_id), 'UTF8')) = sha256(convert_to(p_token, 'UTF8')) then v_id end;
end
$$;

/* The public Realtime topic on which a guest's page hears of its booking: it names the token without telling it. */
create function private.guest_topic(p_booking uuid) returns text
language sql stable security definer -- see booking_token
set search_path = ''
as $$
	select 'guest:' || encode(sha256(convert_to(private.booking_token(p_booking), 'UTF8')), 'hex')
$$;

-- Reading requests -----------------------------------------------------------------------------------------------------------

/* What is wrong with a text of a request, as a sentence; null where nothing is. p_missing null: it may be left out. */
create function private.text_problem(p_value jsonb, p_max int, p_missing text default null, p_lines boolean default false) returns text
language plpgsql immutable
set search_path = ''
as $$
begin
	return (
		select case
			when p_value is null or p_value = 'null'::jsonb then p_missing
			when jsonb_typeof(p_value) <> 'string' then 'This must be text.'
			when btrim(t.typed) = '' then p_missing
			when length(btrim(t.typed)) > p_max then format('Please keep this to %s characters; it has %s.',
				ltrim(to_char(p_max, '999G999')), ltrim(to_char(length(btrim(t.typed)), '99G999G999')))
			when not p_lines and t.typed ~ '[[:cntrl:]]' then 'Please keep this to one line.'
		end
		from (select p_value #>> '{}' as typed) t
	);
end
$$;

/* A text of a request without the space around it; null where it is blank or absent. */
create function private.text_at(p_request jsonb, p_path text) returns text
language plpgsql immutable
set search_path = ''
as $$
begin
	return nullif(btrim(p_request #>> string_to_array(p_path, '.')), '');
end
$$;

/* The dotted paths of fields that a request may not have, each with a sentence. p_known lists those it may have. */
create function private.unknown_fields(p_request jsonb, p_known text[]) returns jsonb
language plpgsql immutable
set search_path = ''
as $$
begin
	return (
		select coalesce(jsonb_object_agg(left(f.path, 80), 'We do not know this field.'), '{}')
		from (
			select k.key as path from jsonb_object_keys(p_request) k (key)
			union all
			select o.key || '.' || k.key
			from jsonb_each(p_request) o
			cross join lateral jsonb_object_keys(case when jsonb_typeof(o.value) = 'object' then o.value else '{}' end) k (key)
			where o.key || '.' = any (select left(n, strpos(n, '.')) from unnest(p_known) n)
			limit 200
		) f
		where f.path <> all (p_known)
	);
end
$$;

/* A whole number of a request, null where it is none. */
create function private.whole_number(p_value jsonb) returns integer
language plpgsql immutable
set search_path = ''
as $$
begin
	return case when jsonb_typeof(p_value) = 'number' then
		case when p_value::numeric % 1 = 0 and abs(p_value::numeric) < 1000000000 then p_value::numeric::integer end end;
end
$$;

/* An instant of a request (ISO 8601 with its offset), null where it is none. */
create function private.read_instant(p_value jsonb) returns timestamptz
language plpgsql immutable
set search_path = ''
as $$
begin
	if jsonb_typeof(p_value) = 'string' and (p_value #>> '{}')
		~ '^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}(:?\d{2})?)$' then
		return (p_value #>> '{}')::timestamptz;
	end if;
	return null;
exception when datetime_field_overflow or invalid_datetime_format then
	return null; -- 30 February, 25:00
end
$$;

/* What is wrong with the contact of a request, by dotted path. p_required: name, e-mail and phone may not be left out. */
create function private.contact_problems(p_request jsonb, p_required boolean) returns jsonb
language plpgsql immutable
set search_path = ''
as $$
begin
	return (
		select jsonb_strip_nulls(jsonb_build_object(
			'contact', case when coalesce(jsonb_typeof(c.contact), 'object') <> 'object' then 'Name, e-mail and phone, please.' end,
			'contact.name', private.text_problem(c.contact -> 'name', 120, case when p_required then 'Tell us your name, so that the chef knows whom to greet.' end),
			'contact.email', coalesce(
				private.text_problem(c.contact -> 'email', 254, case when p_required then 'Enter your e-mail address.' end),
				case when private.text_at(c.contact, 'email') is not null and private.normal_email(c.contact ->> 'email') is null
					then 'This does not look like an e-mail address. Check it for a missing @ or dot.' end),
			'contact.phone', coalesce(
				private.text_problem(c.contact -> 'phone', 40, case when p_required then 'Enter a phone number.' end),
				case when private.text_at(c.contact, 'phone') is not null and private.e164(btrim(c.contact ->> 'phone')) is null
					then 'Enter a phone number with its area code.' end),
			'contact.sms_consent', case when coalesce(jsonb_typeof(c.contact -> 'sms_consent'), 'null') not in ('boolean', 'null')
				then 'Yes or no, please.' end
		))
		from (select p_request -> 'contact' as contact) c
	);
end
$$;

/* The contact of a request as it is kept: {name, email, phone, sms_consent}. */
create function private.read_contact(p_request jsonb) returns jsonb
language plpgsql immutable
set search_path = ''
as $$
begin
	return jsonb_build_object(
		'name', private.text_at(p_request, 'contact.name'),
		'email', private.normal_email(p_request #>> '{contact,email}'),
		'phone', private.e164(btrim(p_request #>> '{contact,phone}')),
		'sms_consent', coalesce(nullif(p_request #> '{contact,sms_consent}', 'null'), 'false'));
end
$$;

/* What is wrong with utm: at most ten short texts. */
create function private.utm_problem(p_utm jsonb) returns text
language plpgsql immutable
set search_path = ''
as $$
begin
	return case
		when p_utm is null or p_utm = 'null'::jsonb then null
		when jsonb_typeof(p_utm) <> 'object' or length(p_utm::text) > 2000
			or exists (select from jsonb_each(case when jsonb_typeof(p_utm) = 'object' then p_utm else '{}' end) u
				where jsonb_typeof(u.value) <> 'string' or length(u.key) > 40) then 'Short texts by name, please.'
	end;
end
$$;

/* What is wrong with a venue of a request, by dotted path. */
create function private.venue_problems(p_request jsonb) returns jsonb
language plpgsql immutable
set search_path = ''
as $$
begin
	return jsonb_strip_nulls(jsonb_build_object(
		'venue', case when jsonb_typeof(p_request -> 'venue') <> 'object' then 'An address, please.' end,
		'venue.line1', private.text_problem(p_request #> '{venue,line1}', 200, 'Enter the street address of the venue.'),
		'venue.line2', private.text_problem(p_request #> '{venue,line2}', 200),
		'venue.city', private.text_problem(p_request #> '{venue,city}', 100),
		'venue.state', coalesce(private.text_problem(p_request #> '{venue,state}', 40),
			case when upper(private.text_at(p_request, 'venue.state')) !~ '^[A-Z]{2}$' then 'Two letters, like CA.' end),
		'venue.zip', coalesce(private.text_problem(p_request #> '{venue,zip}', 10),
			case when private.text_at(p_request, 'venue.zip') is not null and private.zip5(p_request #>> '{venue,zip}') is null
				then 'A ZIP code has five digits, like 94538.' end)
	));
end
$$;

/*
  Reads a request of create_booking. problem null: request is it, trimmed and normalised, with everything filled in. Else
  INVALID_REQUEST or INVALID_GUESTS with a sentence for each field; nothing is corrected in silence.
*/
create function private.read_booking_request(p_request jsonb, out request jsonb, out problem jsonb)
language plpgsql stable
set search_path = ''
as $$
declare
	v_fields jsonb;
	v_guests jsonb;
	v_adults integer;
	v_children integer;
	v_toddlers integer;
begin
	if coalesce(jsonb_typeof(p_request), '') <> 'object' then
		problem := private.invalid_request('{"request": "One object with the answers, please."}');
		return;
	end if;
	v_adults := private.whole_number(p_request -> 'adults');
	v_children := private.whole_number(coalesce(nullif(p_request -> 'children', 'null'), '0'));
	v_toddlers := private.whole_number(coalesce(nullif(p_request -> 'toddlers', 'null'), '0'));
	v_fields := private.unknown_fields(p_request, array['idempotency_key', 'zip', 'starts_at', 'adults', 'children', 'toddlers', 'items',
			'contact', 'contact.name', 'contact.email', 'contact.phone', 'contact.sms_consent',
			'venue', 'venue.line1', 'venue.line2', 'venue.city', 'venue.state', 'venue.zip', 'notes', 'promo_code', 'source', 'utm'])
		|| private.contact_problems(p_request, true)
		|| private.venue_problems(p_request)
		|| jsonb_strip_nulls(jsonb_build_object(
			'idempotency_key', private.text_problem(p_request -> 'idempotency_key', 100, 'A key of your choice for this one request.'),
			'zip', coalesce(private.text_problem(p_request -> 'zip', 10, 'Enter the ZIP code of the venue.'),
				case when private.zip5(p_request ->> 'zip') is null then 'A ZIP code has five digits, like 94538.' end),
			'starts_at', case when private.read_instant(p_request -> 'starts_at') is null then 'Choose a date and a time.' end,
			'adults', case when v_adults is null then 'Enter the adults as a whole number, like 10.' end,
			'children', case when v_children is null then 'Enter the children as a whole number.' end,
			'toddlers', case when v_toddlers is null then 'Enter the children under 6 as a whole number.' end,
			'notes', private.text_problem(p_request -> 'notes', 2000, p_lines => true),
			'promo_code', private.text_problem(p_request -> 'promo_code', 40),
			'source', coalesce(private.text_problem(p_request -> 'source', 40),
				case when private.text_at(p_request, 'source') !~ '^[A-Za-z0-9_-]+$' then 'Letters and digits, please.' end),
			'utm', private.utm_problem(p_request -> 'utm')));
	-- The price and the drive go by one ZIP; a second one could only be an attempt to pay for a nearer place.
	if private.zip5(p_request #>> '{venue,zip}') <> private.zip5(p_request ->> 'zip') then
		v_fields := v_fields || '{"venue.zip": "This is not the ZIP code the price was made for."}';
	end if;
	if (v_adults + v_children + v_toddlers) is not null then
		v_guests := private.guests_problem(v_adults, v_children, v_toddlers);
		problem := coalesce(v_guests, private.check_items(p_request -> 'items', v_adults, v_adults + v_children + v_toddlers));
		v_fields := coalesce(problem #> '{details,fields}', '{}') || v_fields;
	end if;
	if v_fields <> '{}' then
		problem := case when v_guests is not null and v_fields = v_guests #> '{details,fields}' then v_guests
			else private.invalid_request(v_fields) end;
		return;
	end if;
	problem := null;
	request := jsonb_build_object(
		'idempotency_key', private.text_at(p_request, 'idempotency_key'),
		'zip', private.zip5(p_request ->> 'zip'),
		'starts_at', private.read_instant(p_request -> 'starts_at'),
		'adults', v_adults, 'children', v_children, 'toddlers', v_toddlers,
		'items', coalesce(nullif(p_request -> 'items', 'null'), '[]'),
		'contact', private.read_contact(p_request),
		'venue', jsonb_build_object(
			'line1', private.text_at(p_request, 'venue.line1'), 'line2', private.text_at(p_request, 'venue.line2'),
			'city', private.text_at(p_request, 'venue.city'), 'state', upper(private.text_at(p_request, 'venue.state')),
			'zip', private.zip5(p_request ->> 'zip')),
		'notes', coalesce(private.text_at(p_request, 'notes'), ''),
		'promo_code', private.text_at(p_request, 'promo_code'),
		'source', coalesce(private.text_at(p_request, 'source'), 'website'),
		'utm', coalesce(nullif(p_request -> 'utm', 'null'), '{}'));
end
$$;

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
	perform set_config('lock_timeout', '3s', true);
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
exception when lock_not_available or deadlock_detected or serialization_failure then
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
set statement_timeout = '8s' -- more than the 3 s of a lock, which visitors' own limit would cut short
as $$
	select private.create_booking(p_request)
$$;
comment on function public.create_booking(jsonb) is
	'Books a slot: {booking_id, reference, status, hold_expires_at, total_cents, deposit_cents, access_token}. Refuses INVALID_REQUEST, INVALID_GUESTS, UNKNOWN_ZIP, OUT_OF_AREA, TOO_SOON, TOO_FAR_AHEAD, INVALID_START_TIME, SLOT_UNAVAILABLE, RATE_LIMITED, TRY_AGAIN.';
grant execute on function private.create_booking(jsonb), public.create_booking(jsonb) to anon, authenticated;
grant execute on function private.expire_holds(int), private.booking_token(uuid) to service_role;
