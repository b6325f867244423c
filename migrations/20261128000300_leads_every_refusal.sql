/*
  Leads: every way of not booking is one, and one person is one. A refused booking keeps its person whatever it was refused for, a
  lead of a number alone goes up in the one of the e-mail, and what is asked for is read more strictly: offsets that are none, numbers
  that are too large to add up, items of a wish, addresses that no mail server takes, names of nothing but invisible characters. A
  hold that ran out gets no other chef. No tables.
*/

-- Reading requests -----------------------------------------------------------------------------------------------------------

/* A text without the space around it: also what looks like space, or like nothing, in other scripts. */
create function private.trimmed(p_text text) returns text
language plpgsql immutable parallel safe
set search_path = ''
as $$
begin
	return btrim(p_text, E' \t\n\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff');
end
$$;

/* What is wrong with a text of a request, as a sentence; null where nothing is. p_missing null: it may be left out. */
create or replace function private.text_problem(p_value jsonb, p_max int, p_missing text default null, p_lines boolean default false) returns text
language plpgsql immutable
set search_path = ''
as $$
declare
	v_typed constant text := private.trimmed(p_value #>> '{}');
begin
	return case
		when v_typed is null then p_missing
		when jsonb_typeof(p_value) <> 'string' then 'This must be text.'
		when v_typed = '' then p_missing
		when length(v_typed) > p_max then format('Please keep this to %s characters; it has %s.',
			ltrim(to_char(p_max, '999G999')), ltrim(to_char(length(v_typed), '99G999G999')))
		when not p_lines and v_typed ~ '[[:cntrl:]]' then 'Please keep this to one line.'
	end;
end
$$;

/* A text of a request without the space around it; null where it is blank or absent. */
create or replace function private.text_at(p_request jsonb, p_path text) returns text
language plpgsql immutable
set search_path = ''
as $$
begin
	return nullif(private.trimmed(p_request #>> string_to_array(p_path, '.')), '');
end
$$;

/* A whole number of a request, null where it is none; so small that three of them can be added up. */
create or replace function private.whole_number(p_value jsonb) returns integer
language plpgsql immutable
set search_path = ''
as $$
begin
	return case when jsonb_typeof(p_value) = 'number' then
		case when p_value::numeric % 1 = 0 and abs(p_value::numeric) < 500000000 then p_value::numeric::integer end end;
end
$$;

/* An instant of a request (ISO 8601 with its offset), null where it is none. */
create or replace function private.read_instant(p_value jsonb) returns timestamptz
language plpgsql immutable
set search_path = ''
as $$
begin
	if jsonb_typeof(p_value) = 'string' and (p_value #>> '{}')
		~ '^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}(:?\d{2})?)$' then
		return (p_value #>> '{}')::timestamptz;
	end if;
	return null;
exception when datetime_field_overflow or invalid_datetime_format or invalid_time_zone_displacement_value then
	return null; -- 30 February, 25:00, +99:00
end
$$;

/* An e-mail address as it is stored: trimmed, lower case; null where it is not one. */
create or replace function private.normal_email(p_email text) returns text
language plpgsql immutable parallel safe
set search_path = ''
as $$
declare
	v_email constant text := lower(btrim(p_email));
begin
	return case when length(v_email) between 6 and 254
		and v_email !~ '^\.|\.\.|\.@' -- no mail server takes those
		and v_email ~ '^[^\s@<>(),;:"\[\]\\]{1,64}@[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\.[a-z]([a-z0-9-]*[a-z0-9])$'
		then v_email end;
end
$$;

/* Whether this is {code, quantity} and nothing else. */
create function private.is_wished_item(p_item jsonb) returns boolean
language plpgsql immutable
set search_path = ''
as $$
begin
	return case when jsonb_typeof(p_item) = 'object' then
		p_item - 'code' - 'quantity' = '{}'
		and coalesce(private.text_at(p_item, 'code') ~ '^[A-Za-z0-9_-]{1,40}$', false)
		and coalesce(private.whole_number(p_item -> 'quantity') between 0 and 100000, false)
	else false end;
end
$$;

/* What is wrong with the items of a wish, which may be left out: nobody checks them against a menu. */
create function private.wished_items_problem(p_items jsonb) returns text
language plpgsql immutable
set search_path = ''
as $$
begin
	return case
		when coalesce(p_items, 'null') = 'null' then null
		when jsonb_typeof(p_items) <> 'array' then 'A list of at most 50 items.'
		when jsonb_array_length(p_items) > 50 then 'A list of at most 50 items.'
		when exists (select from jsonb_array_elements(p_items) i (value) where not private.is_wished_item(i.value)) then 'Each item is a code and how many.'
	end;
end
$$;

/* What is wrong with a request of capture_lead, by dotted path. */
create or replace function private.lead_fields_problems(p_request jsonb) returns jsonb
language sql stable
set search_path = ''
as $$
	select private.unknown_fields(p_request, array['source', 'reason', 'contact', 'contact.name', 'contact.email', 'contact.phone',
			'contact.sms_consent', 'zip', 'event_at', 'adults', 'children', 'toddlers', 'items', 'notes', 'utm'])
		|| private.contact_problems(p_request, false)
		|| jsonb_strip_nulls(jsonb_build_object(
			'source', coalesce(private.text_problem(p_request -> 'source', 40, 'Say where this comes from.'),
				case when private.text_at(p_request, 'source') !~ '^[A-Za-z0-9_-]+$' then 'Letters and digits, please.' end),
			'reason', private.text_problem(p_request -> 'reason', 200),
			'zip', coalesce(private.text_problem(p_request -> 'zip', 10), case when private.text_at(p_request, 'zip') is not null
				and private.zip5(p_request ->> 'zip') is null then 'A ZIP code has five digits, like 94538.' end),
			'event_at', case when coalesce(p_request -> 'event_at', 'null') not in ('null', '""')
				and private.read_instant(p_request -> 'event_at') is null then 'Choose a date and a time.' end,
			'adults', private.guest_count_problem(p_request -> 'adults'),
			'children', private.guest_count_problem(p_request -> 'children'),
			'toddlers', private.guest_count_problem(p_request -> 'toddlers'),
			'items', private.wished_items_problem(p_request -> 'items'),
			'notes', private.text_problem(p_request -> 'notes', 2000, p_lines => true),
			'utm', private.utm_problem(p_request -> 'utm')))
$$;

-- Keeping --------------------------------------------------------------------------------------------------------------------

/* What a lead has told already, as the wish of private.keep_lead; only what there is. */
create function private.wish_of_lead(p_lead public.leads) returns jsonb
language sql stable
set search_path = ''
as $$
	select jsonb_strip_nulls(jsonb_build_object('zip', p_lead.zip, 'event_at', p_lead.event_at, 'adults', p_lead.adults,
		'children', p_lead.children, 'toddlers', p_lead.toddlers, 'items', nullif(p_lead.items, '[]'), 'utm', nullif(p_lead.utm, '{}')))
$$;

/*
  Keeps a person's wish as their one open lead and answers its id; null for a person who can't be reached. p_contact is
  {name, email, phone, sms_consent}, p_wish {zip, event_at, adults, children, toddlers, items, notes, utm}. What is newly told
  wins, what is not told stays, notes are added to; the way they first came in stays the source. A lead of their number alone goes up
  in the one of their e-mail.
*/
create or replace function private.keep_lead(
	p_contact jsonb, p_wish jsonb, p_source text, p_reason text, p_station uuid default null,
	p_quote jsonb default null, p_alternatives jsonb default null
) returns uuid
language plpgsql volatile
set search_path = ''
as $$
declare
	v_email text := p_contact ->> 'email';
	v_phone text := p_contact ->> 'phone';
	v_consent boolean := coalesce((p_contact ->> 'sms_consent')::boolean, false) and v_phone is not null;
	v_number public.leads;
	v_id uuid;
begin
	if v_email is null and v_phone is null then
		return null;
	end if;
	if v_phone is not null then
		-- Two that one person sends at once, one of them by the number alone, come one after the other.
		perform pg_advisory_xact_lock(hashtext('leads.phone'), hashtext(v_phone));
	end if;
	if v_email is null then
		-- A number alone: the person's open lead may know the e-mail as well.
		select l.email into v_email from public.leads l
		where l.phone = v_phone and l.status in ('new', 'contacted', 'qualified') and l.deleted_at is null
		order by l.updated_at desc limit 1;
	elsif v_phone is not null then
		select l.* into v_number from public.leads l
		where l.person_key = v_phone and l.status in ('new', 'contacted', 'qualified') and l.deleted_at is null
		for update;
	end if;
	if v_number.id is not null then
		begin
			update public.leads set email = v_email where id = v_number.id;
			v_number := null;
		exception when unique_violation then
			-- There is a lead of the e-mail: it takes what the one of the number knows.
			update public.leads set deleted_at = now(), delete_reason = 'Went up in the lead of the same person''s e-mail address.'
			where id = v_number.id;
			p_contact := jsonb_build_object('name', v_number.name) || jsonb_strip_nulls(p_contact);
			p_wish := private.wish_of_lead(v_number) || jsonb_strip_nulls(p_wish)
				|| jsonb_build_object('notes', concat_ws(E'\n', nullif(v_number.notes, ''), nullif(p_wish ->> 'notes', '')));
			p_station := coalesce(p_station, v_number.station_id);
			p_quote := coalesce(p_quote, v_number.quote);
			p_reason := coalesce(p_reason, v_number.reason);
			v_consent := v_consent or v_number.sms_consent;
		end;
	end if;
	insert into public.leads as l (
		station_id, name, email, phone, sms_consent, sms_consent_at, zip, event_at, adults, children, toddlers, items,
		quote, alternatives, reason, source, utm, notes, next_action_at
	) values (
		p_station, p_contact ->> 'name', v_email, v_phone, v_consent, case when v_consent then now() end,
		p_wish ->> 'zip', (p_wish ->> 'event_at')::timestamptz, (p_wish ->> 'adults')::int, (p_wish ->> 'children')::int,
		(p_wish ->> 'toddlers')::int, coalesce(p_wish -> 'items', '[]'), p_quote, coalesce(p_alternatives, '[]'), p_reason, p_source,
		coalesce(p_wish -> 'utm', '{}'), coalesce(p_wish ->> 'notes', ''),
		now() + case when p_quote is not null and p_reason is not null then interval '5 minutes' else interval '30 minutes' end
	)
	on conflict (person_key) where status in ('new', 'contacted', 'qualified') and deleted_at is null do update set
		station_id = coalesce(excluded.station_id, l.station_id),
		name = coalesce(excluded.name, l.name),
		phone = coalesce(excluded.phone, l.phone),
		sms_consent = l.sms_consent or excluded.sms_consent,
		sms_consent_at = coalesce(l.sms_consent_at, excluded.sms_consent_at),
		zip = coalesce(excluded.zip, l.zip),
		event_at = coalesce(excluded.event_at, l.event_at),
		adults = coalesce(excluded.adults, l.adults),
		children = coalesce(excluded.children, l.children),
		toddlers = coalesce(excluded.toddlers, l.toddlers),
		items = case when excluded.items = '[]' then l.items else excluded.items end,
		quote = coalesce(excluded.quote, l.quote),
		alternatives = case when excluded.alternatives = '[]' then l.alternatives else excluded.alternatives end,
		reason = coalesce(excluded.reason, l.reason),
		utm = l.utm || excluded.utm,
		notes = case when excluded.notes = '' or strpos(l.notes, excluded.notes) > 0 then l.notes
			else right(concat_ws(E'\n', nullif(l.notes, ''), excluded.notes), 8000) end
	returning l.id into v_id;
	update public.waitlist w set lead_id = v_id
	where w.lead_id = v_number.id and not exists (select from public.waitlist o where o.lead_id = v_id and o.starts_at = w.starts_at);
	return v_id;
end
$$;

-- Refusing -------------------------------------------------------------------------------------------------------------------

/*
  Refuses a request that was well-formed: gives its key back, keeps the person as a lead (with the quote, and on the waitlist of
  a slot that was taken), offers the nearest free slots, and answers the problem with details {alternatives, lead_id}. Whoever asks
  too often makes no more leads.
*/
create or replace function private.refuse_booking(p_request jsonb, p_problem jsonb, p_quote jsonb default null, p_station public.stations default null)
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
	if v_code <> 'RATE_LIMITED' then
		-- Nobody drives there: the nearest station has the lead.
		v_lead := private.keep_lead_of_request(p_request, v_code,
			coalesce(p_station.id, (select l.station_id from private.locate_venue(p_request ->> 'zip') l)), p_quote, v_alternatives);
	end if;
	return private.refuse_with(p_problem || jsonb_build_object('details',
		coalesce(nullif(p_problem -> 'details', 'null'), '{}') || jsonb_build_object('alternatives', v_alternatives, 'lead_id', v_lead)));
end
$$;

/*
  Refuses a request for its guests alone, where everything else was well-formed: keeps the person as a lead, all the more above
  500 guests.
*/
create function private.refuse_guests(p_request jsonb, p_problem jsonb) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
	v_contact constant jsonb := private.read_contact(p_request);
	v_lead uuid;
begin
	if private.within_limits('create_booking', v_contact, 30, 8) then
		v_lead := private.keep_lead_of_request(
			jsonb_build_object('contact', v_contact, 'zip', private.zip5(p_request ->> 'zip'),
				'starts_at', private.read_instant(p_request -> 'starts_at'),
				'adults', greatest(private.whole_number(p_request -> 'adults'), 0),
				'children', greatest(private.whole_number(p_request -> 'children'), 0),
				'toddlers', greatest(private.whole_number(p_request -> 'toddlers'), 0),
				'notes', private.text_at(p_request, 'notes')),
			p_problem ->> 'code', (select l.station_id from private.locate_venue(private.zip5(p_request ->> 'zip')) l), null, '[]');
	end if;
	return private.refuse_with(p_problem || jsonb_build_object('details',
		(p_problem -> 'details') || jsonb_build_object('alternatives', '[]'::jsonb, 'lead_id', v_lead)));
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
	if v_problem ->> 'code' = 'INVALID_GUESTS' then
		return private.refuse_guests(p_request, v_problem);
	elsif v_problem is not null then
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

-- Chefs ----------------------------------------------------------------------------------------------------------------------

/*
  Gives a booking another chef of its station, who must be free for it; the same chef is asked anew where they declined. The
  customer is not bothered.
*/
create or replace function private.assign_chef(p_booking uuid, p_chef uuid) returns jsonb
language plpgsql volatile security definer -- bookings are nobody's to write
set search_path = ''
as $$
declare
	v_open record;
	v_booking public.bookings;
	v_station public.stations;
begin
	perform set_config('lock_timeout', '2500ms', true);
	select * into v_open from private.open_booking(p_booking, null, 'bookings.assign_chef');
	v_booking := v_open.booking;
	if v_open.problem is null and v_open.caller <> 'staff' then
		v_open.problem := jsonb_build_object('code', 'NOT_ALLOWED', 'status', 403, 'message', 'You may not do that.', 'hint', 'Write your wish into the notes.');
	end if;
	if v_open.problem is not null then
		return private.refuse_with(v_open.problem);
	end if;
	if v_booking.status not in ('pending', 'confirmed') then
		return private.refuse_with(private.not_changeable(v_booking.status));
	elsif v_booking.status = 'pending' and v_booking.hold_expires_at <= now() then
		perform private.expire_holds_of(array[v_booking.id]);
		return private.refuse_with(private.hold_expired_problem());
	elsif v_booking.chef_id = p_chef then
		update public.booking_assignments set status = 'offered', decline_reason = null, answered_at = null, offered_at = now()
		where booking_id = v_booking.id and status = 'declined';
		return private.change_answer(v_booking.id) || jsonb_build_object('chef_id', p_chef);
	end if;
	select * into v_station from public.stations where id = v_booking.station_id;
	if p_chef is null
		or private.rereserve(v_booking, v_station, v_booking.event_at, v_booking.road_miles, p_only => p_chef) is null then
		return private.refuse_with(coalesce(private.chef_problem(v_station, v_booking, p_chef, v_booking.event_at), private.busy_problem()));
	end if;
	update public.bookings set chef_id = p_chef where id = v_booking.id;
	return private.change_answer(v_booking.id) || jsonb_build_object('chef_id', p_chef);
exception when lock_not_available or deadlock_detected then
	return private.refuse_with(private.busy_problem());
end
$$;
comment on function public.assign_chef(uuid, uuid) is
	'Staff: gives a booking another chef of its station, or asks the same one anew after they declined. Refuses NOT_FOUND, NOT_ALLOWED, BOOKING_NOT_CHANGEABLE, HOLD_EXPIRED, CHEF_UNAVAILABLE (details.held_by names the booking that has the chef, details.free who is free), TRY_AGAIN.';
