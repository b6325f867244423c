/*
  Booking: requests and tokens. How a request of create_booking (and, in part, of capture_lead and update_booking) is read:
  every field is trimmed and bounded, unknown ones are refused, and each problem has a sentence under its dotted path. And the
  token that opens one booking for a guest.
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
declare
	v_typed constant text := btrim(p_value #>> '{}');
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
declare
	v_contact constant jsonb := p_request -> 'contact';
begin
	return jsonb_strip_nulls(jsonb_build_object(
		'contact', case when coalesce(jsonb_typeof(v_contact), 'object') <> 'object' then 'Name, e-mail and phone, please.' end,
		'contact.name', private.text_problem(v_contact -> 'name', 120, case when p_required then 'Tell us your name, so that the chef knows whom to greet.' end),
		'contact.email', coalesce(
			private.text_problem(v_contact -> 'email', 254, case when p_required then 'Enter your e-mail address.' end),
			case when private.text_at(v_contact, 'email') is not null and private.normal_email(v_contact ->> 'email') is null
				then 'This does not look like an e-mail address. Check it for a missing @ or dot.' end),
		'contact.phone', coalesce(
			private.text_problem(v_contact -> 'phone', 40, case when p_required then 'Enter a phone number.' end),
			case when private.text_at(v_contact, 'phone') is not null and private.e164(btrim(v_contact ->> 'phone')) is null
				then 'Enter a phone number with its area code.' end),
		'contact.sms_consent', case when coalesce(jsonb_typeof(v_contact -> 'sms_consent'), 'null') not in ('boolean', 'null')
			then 'Yes or no, please.' end
	));
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
