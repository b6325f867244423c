/*
  Booking: making one with a promo code, and only at a price that was seen. create_booking and read_booking_request as before, with
  `promo_code` looked at and an optional `price_version`: that of the quote which the person saw. No tables.
*/

/*
  Reads a request of create_booking. problem null: request is it, trimmed and normalised, with everything filled in. Else
  INVALID_REQUEST or INVALID_GUESTS with a sentence for each field; nothing is corrected in silence.
*/
create or replace function private.read_booking_request(p_request jsonb, out request jsonb, out problem jsonb)
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
			'venue', 'venue.line1', 'venue.line2', 'venue.city', 'venue.state', 'venue.zip', 'notes', 'promo_code', 'price_version', 'source', 'utm'])
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
			'price_version', private.text_problem(p_request -> 'price_version', 40),
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
		'price_version', private.text_at(p_request, 'price_version'),
		'source', coalesce(private.text_at(p_request, 'source'), 'website'),
		'utm', coalesce(nullif(p_request -> 'utm', 'null'), '{}'));
end
$$;

/*
  Why a well-formed request can't be booked at the price it was made for, as a problem; null where it can. A promo code that
  does not count is PROMO_NOT_VALID at its field. Another price_version than that of now is PRICE_CHANGED, unless the change is
  about something that this dinner does not have: then what was seen is still what it costs.
*/
create function private.price_problem(p_request jsonb, p_quote jsonb) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
	v_old jsonb;
begin
	if not coalesce((p_quote #>> '{promo,applied}')::boolean, true) then
		return jsonb_build_object('code', 'PROMO_NOT_VALID', 'status', 422, 'message', p_quote #>> '{promo,message}',
			'details', jsonb_build_object('fields', jsonb_build_object('promo_code', p_quote #>> '{promo,message}'), 'reason', p_quote #>> '{promo,reason}'),
			'hint', 'Correct the code, or book without it.');
	elsif p_request ->> 'price_version' is null or p_request ->> 'price_version' = p_quote ->> 'price_version' then
		return null;
	end if;
	v_old := private.quote_of_version(p_request, p_quote);
	if v_old -> 'total_cents' = p_quote -> 'total_cents' and v_old -> 'deposit_cents' = p_quote -> 'deposit_cents' then
		return null;
	end if;
	return jsonb_build_object('code', 'PRICE_CHANGED', 'status', 409, 'message', 'Our prices have changed since you saw yours.',
		'details', jsonb_build_object('old_total_cents', v_old -> 'total_cents', 'new_total_cents', p_quote -> 'total_cents',
			'price_version', p_quote -> 'price_version'),
		'hint', 'Look at the new total and book again.');
end
$$;

/* The quote that a request's price_version stood for: of its day, else without one; null where no prices of late had it. */
create function private.quote_of_version(p_request jsonb, p_quote jsonb) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
	v_starts_at constant timestamptz := p_request ->> 'starts_at';
	v_day constant date := p_quote #>> '{basis,event_day}';
	v_station constant uuid := p_quote #>> '{station,id}';
	v_dated constant timestamptz := private.price_version_held_at(p_request ->> 'price_version', v_day, v_station);
	v_at constant timestamptz := coalesce(v_dated, private.price_version_held_at(p_request ->> 'price_version', null, v_station));
begin
	return case when v_at is not null then private.build_quote(p_request ->> 'zip', (p_request ->> 'adults')::int,
		(p_request ->> 'children')::int, (p_request ->> 'toddlers')::int, p_request -> 'items',
		case when v_dated is not null then v_starts_at end, p_request ->> 'promo_code', v_at, p_request -> 'contact') end;
end
$$;

/* Refuses a request for its price: gives its key back, keeps the person as a lead, and answers the problem. */
create function private.refuse_price(p_request jsonb, p_problem jsonb, p_quote jsonb, p_station public.stations) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
	v_lead uuid;
begin
	delete from private.booking_requests where idempotency_key = p_request ->> 'idempotency_key' and booking_id is null;
	v_lead := private.keep_lead_of_request(p_request, p_problem ->> 'code', p_station.id, p_quote, '[]');
	return private.refuse_with(p_problem || jsonb_build_object('details', (p_problem -> 'details') || jsonb_build_object('lead_id', v_lead)));
end
$$;

/*
  Books. Answers {booking_id, reference, status, hold_expires_at, total_cents, deposit_cents, access_token}, or refuses. The
  same key and body answer the same booking, however often and however parallel.
*/
create or replace function private.create_booking(p_request jsonb) returns jsonb
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

	-- Prices and the code stand still from here to the commit. The code first: whoever holds a chef never waits for one.
	if v_request ->> 'promo_code' is not null then
		perform private.lock_promo(v_request ->> 'promo_code');
	end if;
	perform pg_advisory_xact_lock_shared(hashtext('pricing.prices'));
	v_quote := private.build_quote(v_request ->> 'zip', (v_request ->> 'adults')::int, (v_request ->> 'children')::int,
		(v_request ->> 'toddlers')::int, v_request -> 'items', (v_request ->> 'starts_at')::timestamptz, v_request ->> 'promo_code',
		now(), v_request -> 'contact');
	if v_quote ? 'code' then
		return private.refuse_booking(v_request, v_quote);
	end if;
	select * into v_station from public.stations where id = (v_quote #>> '{station,id}')::uuid;
	v_problem := private.start_problem(v_station, (v_request ->> 'starts_at')::timestamptz);
	if v_problem is not null then
		return private.refuse_booking(v_request, v_problem, v_quote, v_station);
	end if;
	v_problem := private.price_problem(v_request, v_quote);
	if v_problem is not null then
		return private.refuse_price(v_request, v_problem, v_quote, v_station);
	end if;

	v_hold_ends := private.hold_ends(v_station);
	v_chef := private.reserve(v_id, v_station, (v_request ->> 'starts_at')::timestamptz, (v_quote ->> 'road_miles')::numeric, v_hold_ends);
	if v_chef is null then
		return private.refuse_booking(v_request, jsonb_build_object('code', 'SLOT_UNAVAILABLE', 'status', 409,
			'message', 'That time has just been taken.', 'hint', 'Choose one of the nearest free times.'), v_quote, v_station);
	end if;
	v_customer := private.customer_for(v_request -> 'contact', v_station.id);
	perform private.write_booking(v_id, v_request, v_quote, v_station, v_customer, v_chef, v_hold_ends);
	if v_quote ? 'promo' then
		perform private.redeem_promo(v_id, v_quote, v_request -> 'contact');
	end if;
	perform private.convert_leads(v_id, v_customer, v_request -> 'contact');
	perform private.enqueue('booking-notify', jsonb_build_object('booking_id', v_id, 'kind', 'received'), now(), v_id || ':received');
	return private.booking_answer(v_id);
-- A visitor's statement may take 3 s: what waits for several locks in turn ends by that limit.
exception when lock_not_available or deadlock_detected or serialization_failure or query_canceled then
	return private.try_again(v_request, v_quote, v_station);
end
$$;

comment on function public.create_booking(jsonb) is
	'Books a slot: {booking_id, reference, status, hold_expires_at, total_cents, deposit_cents, access_token}. Refuses INVALID_REQUEST, INVALID_GUESTS, UNKNOWN_ZIP, OUT_OF_AREA, TOO_SOON, TOO_FAR_AHEAD, INVALID_START_TIME, PROMO_NOT_VALID, PRICE_CHANGED, SLOT_UNAVAILABLE, RATE_LIMITED, TRY_AGAIN.';
