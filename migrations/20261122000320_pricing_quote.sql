/*
  Pricing: the one calculator of quotes. The site, the chat, the panel and create_booking all ask it.
  private.build_quote = check guests → locate the venue → check items → lines → totals; each step is a function of its own.
  A step that finds something wrong answers a problem, {code, status, message, details, hint}; callers tell it by its `code`.
*/

/* The price of a code at a time, in cents. An unpriced code is our mistake, so it raises instead of costing nothing. */
create function private.price_at(p_code text, p_at timestamptz default now()) returns integer
language plpgsql stable security definer -- visitors may not read the price book
set search_path = ''
as $$
declare
	v_cents integer;
begin
	select unit_cents into v_cents from public.price_book
	where code = p_code and effective_from <= p_at and (effective_to is null or effective_to > p_at);
	if v_cents is null then
		raise exception 'The price book has no price for % at %', p_code, p_at;
	end if;
	return v_cents;
end
$$;

/* Names the set of prices in force: the same text as long as no price changed. */
create function private.price_version(p_at timestamptz default now()) returns text
language plpgsql stable security definer -- visitors may not read the price book
set search_path = ''
as $$
begin
	return (select 'p' || left(md5(string_agg(code || '=' || unit_cents, ',' order by code)), 12)
	from public.price_book
	where effective_from <= p_at and (effective_to is null or effective_to > p_at));
end
$$;

/* What is wrong with the number of guests, as a problem; null where nothing is. */
create function private.guests_problem(p_adults int, p_children int, p_toddlers int) returns jsonb
language plpgsql immutable
set search_path = ''
as $$
begin
	return (
		select case when f.fields <> '{}'::jsonb then jsonb_build_object(
			'code', 'INVALID_GUESTS', 'status', 422, 'message', 'That number of guests does not work.',
			'details', jsonb_build_object('fields', f.fields),
			'hint', '1 to 500 guests in all, at least one adult.') end
		from (
			select jsonb_strip_nulls(jsonb_build_object(
				'adults', case
					when coalesce(p_adults, 0) < 1 then 'At least one adult.'
					when p_adults::bigint + greatest(coalesce(p_children, 0), 0) + greatest(coalesce(p_toddlers, 0), 0) > 500
						then 'At most 500 guests in all.' end,
				'children', case when coalesce(p_children, 0) < 0 then 'Not fewer than none.' end,
				'toddlers', case when coalesce(p_toddlers, 0) < 0 then 'Not fewer than none.' end
			)) as fields
		) f
	);
end
$$;

/*
  Reads the wished items [{code, quantity}] against the menu. Answers {items: [{code, quantity}]}, the same code merged and
  none left out, or a problem INVALID_REQUEST that names each field. Bounds: of every item at most one a guest, of alcohol one
  an adult, and no more upgrades than proteins (two a guest and the third ones).
*/
create function private.check_items(p_items jsonb, p_adults int, p_guests int) returns jsonb
language plpgsql stable security definer -- reads the whole menu
set search_path = ''
as $$
declare
	v_fields jsonb := '{}';
	v_merged jsonb := '{}';
	v_entry record;
	v_item public.menu_items;
	v_quantity integer;
	v_upgrades integer := 0;
	v_proteins integer := 2 * p_guests;
begin
	p_items := coalesce(nullif(p_items, 'null'::jsonb), '[]'::jsonb);
	if jsonb_typeof(p_items) <> 'array' or jsonb_array_length(p_items) > 50 then
		return private.invalid_request('{"items": "A list of at most 50 items."}');
	end if;
	for v_entry in select value as item, 'items.' || (ordinality - 1) as path from jsonb_array_elements(p_items) with ordinality loop
		if jsonb_typeof(v_entry.item) <> 'object' then
			v_fields := v_fields || jsonb_build_object(v_entry.path, 'An item has a code and a quantity.');
			continue;
		end if;
		v_fields := v_fields || coalesce((
			select jsonb_object_agg(v_entry.path || '.' || left(key, 40), 'We do not know this field.')
			from jsonb_object_keys(v_entry.item) key where key not in ('code', 'quantity')), '{}');
		v_item := null;
		select * into v_item from public.menu_items m
		where m.code = v_entry.item ->> 'code' and m.kind in ('upgrade', 'addon') and m.active and m.deleted_at is null;
		if v_item.code is null then
			v_fields := v_fields || jsonb_build_object(v_entry.path || '.code', 'This is not on the menu.');
			continue;
		end if;
		if coalesce(jsonb_typeof(v_entry.item -> 'quantity'), '') <> 'number'
			or (v_entry.item ->> 'quantity')::numeric not between 0 and 500
			or (v_entry.item ->> 'quantity')::numeric % 1 <> 0 then
			v_fields := v_fields || jsonb_build_object(v_entry.path || '.quantity', 'A whole number from 0 to 500.');
			continue;
		end if;
		v_quantity := coalesce((v_merged ->> v_item.code)::integer, 0) + (v_entry.item ->> 'quantity')::numeric::integer;
		if v_item.age_restricted and v_quantity > p_adults then
			v_fields := v_fields || jsonb_build_object(v_entry.path || '.quantity', 'At most one an adult: it is for guests of 21 and over.');
		elsif v_quantity > p_guests then
			v_fields := v_fields || jsonb_build_object(v_entry.path || '.quantity', 'At most one a guest.');
		end if;
		v_merged := v_merged || jsonb_build_object(v_item.code, v_quantity);
		if v_item.kind = 'upgrade' then
			v_upgrades := v_upgrades + (v_entry.item ->> 'quantity')::numeric::integer;
		elsif v_item.code = 'protein_third' then
			v_proteins := 2 * p_guests + v_quantity;
		end if;
	end loop;
	if v_fields = '{}'::jsonb and v_upgrades > v_proteins then
		v_fields := '{"items": "There are more upgrades than proteins: two a guest, and the third ones."}';
	end if;
	if v_fields <> '{}'::jsonb then
		return private.invalid_request(v_fields);
	end if;
	return jsonb_build_object('items', coalesce((
		select jsonb_agg(jsonb_build_object('code', m.key, 'quantity', m.value) order by m.key)
		from jsonb_each(v_merged) m where m.value <> '0'::jsonb), '[]'));
end
$$;

/* The problem INVALID_REQUEST with a sentence for each field, by dotted path. */
create function private.invalid_request(p_fields jsonb) returns jsonb
language sql immutable
set search_path = ''
as $$
	select jsonb_build_object('code', 'INVALID_REQUEST', 'status', 422, 'message', 'Some answers need another look.',
		'details', jsonb_build_object('fields', p_fields), 'hint', 'Correct the marked answers and send again.')
$$;

/* The lines of guests and items, in the order in which they are read; items as check_items gives them. No empty lines. */
create function private.quote_lines(p_adults int, p_children int, p_toddlers int, p_items jsonb, p_at timestamptz default now())
returns table (code text, label text, quantity int, unit_cents int, total_cents int)
language plpgsql stable security definer rows 10 -- visitors may not read the price book
set search_path = ''
as $$
begin
	return query
	select w.code, coalesce(b.label, w.code), w.quantity, u.cents, w.quantity * u.cents
	from (
		select g.place, g.code, g.code as price_code, g.quantity
		from (values (1, 'adult', p_adults), (2, 'child', p_children), (3, 'toddler', p_toddlers)) g (place, code, quantity)
		union all
		select 1000 + m.sort_order, m.code, m.price_code, (i ->> 'quantity')::int
		from jsonb_array_elements(p_items) i
		join public.menu_items m on m.code = i ->> 'code' and m.deleted_at is null
	) w
	left join public.price_book b on b.code = w.price_code
		and b.effective_from <= p_at and (b.effective_to is null or b.effective_to > p_at)
	-- price_at raises for what has no price
	cross join lateral (select coalesce(b.unit_cents, private.price_at(w.price_code, p_at)) as cents) u
	where w.quantity > 0
	order by w.place, w.code;
end
$$;

/*
  The priced party: {lines, subtotal_cents, travel_cents, discount_cents, total_cents, deposit_cents, price_version}. Miles
  beyond the free ones count, begun ones whole. The lines add up to the total; the minimum is met by a line of its own, for
  which travel does not count.
*/
create function private.price_quote(
	p_adults int, p_children int, p_toddlers int, p_items jsonb, p_road_miles numeric, p_free_miles numeric default 30,
	p_at timestamptz default now()
) returns jsonb
language plpgsql stable security definer -- visitors may not read the price book
set search_path = ''
as $$
declare
	v_lines jsonb;
	v_food integer;
	v_minimum integer := private.price_at('minimum_order', p_at);
	v_mile integer := private.price_at('travel', p_at);
	v_miles integer := ceil(greatest(p_road_miles - p_free_miles, 0));
	v_top_up integer;
	v_discount constant integer := 0; -- promo codes come with payments
	v_total integer;
begin
	select jsonb_agg(to_jsonb(l)), sum(l.total_cents) into v_lines, v_food
	from private.quote_lines(p_adults, p_children, p_toddlers, p_items, p_at) l;
	v_top_up := greatest(v_minimum - v_food, 0);
	if v_top_up > 0 then
		v_lines := v_lines || jsonb_build_object('code', 'minimum_top_up', 'label', 'Top-up to the minimum order',
			'quantity', 1, 'unit_cents', v_top_up, 'total_cents', v_top_up);
	end if;
	if v_miles > 0 then
		v_lines := v_lines || jsonb_build_object('code', 'travel',
			'label', format('Travel beyond %s miles', p_free_miles::integer),
			'quantity', v_miles, 'unit_cents', v_mile, 'total_cents', v_miles * v_mile);
	end if;
	v_total := v_food + v_top_up + v_miles * v_mile - v_discount;
	return jsonb_build_object(
		'lines', v_lines,
		'subtotal_cents', v_food + v_top_up,
		'travel_cents', v_miles * v_mile,
		'discount_cents', v_discount,
		'total_cents', v_total,
		'deposit_cents', least(private.price_at('deposit', p_at), v_total),
		'price_version', private.price_version(p_at));
end
$$;

/* What is wrong with a venue that locate_venue found (or not), as a problem; null where nothing is. */
create function private.venue_problem(p_found boolean, p_station_name text, p_station_id uuid, p_road_miles numeric, p_in_area boolean)
returns jsonb
language sql immutable
set search_path = ''
as $$
	select case
		when not p_found then jsonb_build_object('code', 'UNKNOWN_ZIP', 'status', 422,
			'message', 'We do not know that ZIP code.',
			'details', '{"fields": {"zip": "Check the five digits."}}'::jsonb, 'hint', 'Check the five digits.')
		when not coalesce(p_in_area, false) then jsonb_build_object('code', 'OUT_OF_AREA', 'status', 422,
			'message', 'That address is outside our service area.',
			'details', jsonb_build_object(
				'nearest', case when p_station_id is not null then jsonb_build_object(
					'station_id', p_station_id, 'name', p_station_name, 'road_miles', p_road_miles) end,
				'fields', jsonb_build_object('zip', 'This ZIP code is outside our service area.')),
			'hint', 'Leave your details and we tell you when we come to your area.')
	end
$$;

/*
  The whole quote of booking.md for a ZIP and a party, or a problem (it has `code` and `status`; answer it with
  private.refuse_with). Writes nothing and sets no status, so create_booking can keep a lead before it refuses.
  p_event_at and p_promo_code are for dynamic pricing and promo codes, which come with payments.
*/
create function private.build_quote(
	p_zip text, p_adults int, p_children int default 0, p_toddlers int default 0, p_items jsonb default '[]',
	p_event_at timestamptz default null, p_promo_code text default null, p_at timestamptz default now()
) returns jsonb
language plpgsql stable security definer -- visitors may not read stations, prices and ZIP codes
set search_path = ''
as $$
declare
	v_problem jsonb;
	v_venue record;
	v_items jsonb;
begin
	v_problem := private.guests_problem(p_adults, p_children, p_toddlers);
	if v_problem is not null then
		return v_problem;
	end if;
	select l.*, s.free_travel_miles into v_venue
	from private.locate_venue(p_zip) l left join public.stations s on s.id = l.station_id;
	v_problem := private.venue_problem(found, v_venue.station_name, v_venue.station_id, v_venue.road_miles, v_venue.in_area);
	if v_problem is not null then
		return v_problem;
	end if;
	v_items := private.check_items(p_items, p_adults, p_adults + coalesce(p_children, 0) + coalesce(p_toddlers, 0));
	if v_items ? 'code' then
		return v_items;
	end if;
	return jsonb_build_object(
		'station', jsonb_build_object('id', v_venue.station_id, 'name', v_venue.station_name),
		'road_miles', v_venue.road_miles
	) || private.price_quote(p_adults, coalesce(p_children, 0), coalesce(p_toddlers, 0), v_items -> 'items',
		v_venue.road_miles, v_venue.free_travel_miles, p_at);
end
$$;

/* The quote for everybody: build_quote, a problem answered as a refusal. */
create function public.quote_event(
	p_zip text, p_adults int, p_children int default 0, p_toddlers int default 0, p_items jsonb default '[]',
	p_event_at timestamptz default null, p_promo_code text default null
) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
	v_quote jsonb := private.build_quote(p_zip, p_adults, p_children, p_toddlers, p_items, p_event_at, p_promo_code);
begin
	if v_quote ? 'code' then
		return private.refuse_with(v_quote);
	end if;
	return v_quote;
end
$$;
comment on function public.quote_event(text, int, int, int, jsonb, timestamptz, text) is
	'An itemised quote, tax included: {station, road_miles, lines, subtotal_cents, travel_cents, discount_cents, total_cents, deposit_cents, price_version}. Refuses INVALID_GUESTS, UNKNOWN_ZIP, OUT_OF_AREA, INVALID_REQUEST.';

grant execute on function public.quote_event(text, int, int, int, jsonb, timestamptz, text) to anon, authenticated;
grant execute on function private.build_quote(text, int, int, int, jsonb, timestamptz, text, timestamptz),
	private.refuse_with(jsonb), private.refuse(text, int, text, jsonb, text) to anon, authenticated;
