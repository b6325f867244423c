/*
  Pricing: the calculator with rules and promo codes. A quote says on what basis it was made: {at, event_day, free_miles}, which is
  all that has to be known, with the prices and rules of that time, to make it again. No tables.
*/

drop function private.build_quote(text, int, int, int, jsonb, timestamptz, text, timestamptz);
drop function private.price_quote(int, int, int, jsonb, numeric, numeric, timestamptz);
drop function private.quote_lines(int, int, int, jsonb, timestamptz);
drop function private.price_version(timestamptz);

/*
  Names the set of prices in force for an event of that day at a station: the same text as long as none of them changed. p_day
  null: prices without rules.
*/
create function private.price_version(p_at timestamptz default now(), p_day date default null, p_station uuid default null) returns text
language plpgsql stable security definer -- visitors may not read the price book
set search_path = ''
set plan_cache_mode = force_generic_plan -- see quote_lines
as $$
begin
	return 'p' || left(md5(
		(select string_agg(code || '=' || unit_cents, ',' order by code)
		from public.price_book
		where effective_from <= p_at and (effective_to is null or effective_to > p_at))
		|| case when p_day is null then '' else coalesce((
			select string_agg(';' || r.id, '' order by r.id)
			from public.price_rules r
			where r.effective_from <= p_at and (r.effective_to is null or r.effective_to > p_at)
				and (r.station_id is null or r.station_id = p_station) and private.rule_covers(r, p_day)), '') end), 12);
end
$$;

/*
  The lines of guests and items, in the order in which they are read; items as check_items gives them, or with the price_code of
  an earlier quote. No empty lines. Where a rule is about p_day the unit has the rule's price, the label says so, and base_cents
  is what it costs on other days.
*/
create function private.quote_lines(
	p_adults int, p_children int, p_toddlers int, p_items jsonb, p_at timestamptz default now(),
	p_day date default null, p_station uuid default null
)
returns table (code text, label text, quantity int, unit_cents int, total_cents int, base_cents int, rule text, price_code text)
language plpgsql stable security definer rows 10 -- visitors may not read the price book
set search_path = ''
set plan_cache_mode = force_generic_plan -- a plan for each call (a day or none) takes longer than the quote
as $$
begin
	return query
	select w.code, coalesce(b.label, w.code) || case when a.cents <> u.cents then ' · ' || r.label else '' end,
		w.quantity, a.cents, w.quantity * a.cents,
		case when a.cents <> u.cents then u.cents end, case when a.cents <> u.cents then r.label end,
		nullif(w.price_code, w.code)
	from (
		select g.place, g.code, g.code as price_code, g.quantity
		from (values (1, 'adult', p_adults), (2, 'child', p_children), (3, 'toddler', p_toddlers)) g (place, code, quantity)
		union all
		select 1000 + coalesce(m.sort_order, 0), i ->> 'code', coalesce(i ->> 'price_code', m.price_code), (i ->> 'quantity')::int
		from jsonb_array_elements(p_items) i
		left join public.menu_items m on m.code = i ->> 'code' and m.deleted_at is null
	) w
	left join public.price_book b on b.code = w.price_code
		and b.effective_from <= p_at and (b.effective_to is null or b.effective_to > p_at)
	-- price_at raises for what has no price
	cross join lateral (select coalesce(b.unit_cents, private.price_at(w.price_code, p_at)) as cents) u
	left join lateral (
		select p.label, p.rate, p.cents from public.price_rules p
		where p_day is not null and p.effective_from <= p_at and (p.effective_to is null or p.effective_to > p_at)
			and (p.station_id is null or p.station_id = p_station)
			and (p.codes = '{}' or w.price_code = any (p.codes)) and private.rule_covers(p, p_day)
		order by p.priority desc, p.effective_from desc, p.id desc limit 1
	) r on true
	cross join lateral (select case when r.label is null then u.cents else private.adjusted_price(u.cents, r.rate, r.cents) end as cents) a
	where w.quantity > 0
	order by w.place, w.code;
end
$$;

/*
  The priced party: {lines, subtotal_cents, travel_cents, discount_cents, total_cents, deposit_cents, price_version, basis}. Miles
  beyond the free ones count, begun ones whole. The lines add up to the total; the minimum is met by a line of its own, for
  which travel does not count. p_day: the day of the event where rules count.
*/
create function private.price_quote(
	p_adults int, p_children int, p_toddlers int, p_items jsonb, p_road_miles numeric, p_free_miles numeric default 30,
	p_at timestamptz default now(), p_day date default null, p_station uuid default null
) returns jsonb
language plpgsql stable security definer -- visitors may not read the price book
set search_path = ''
as $$
declare
	v_lines jsonb;
	v_food integer;
	v_minimum integer;
	v_mile integer;
	v_deposit integer;
	v_miles integer := ceil(greatest(p_road_miles - p_free_miles, 0));
	v_top_up integer;
	v_total integer;
begin
	select max(unit_cents) filter (where code = 'minimum_order'), max(unit_cents) filter (where code = 'travel'),
		max(unit_cents) filter (where code = 'deposit')
	into v_minimum, v_mile, v_deposit
	from public.price_book
	where code in ('minimum_order', 'travel', 'deposit') and effective_from <= p_at and (effective_to is null or effective_to > p_at);
	if v_minimum is null or v_mile is null or v_deposit is null then
		raise exception 'The price book has no price for minimum_order, travel or deposit at %', p_at;
	end if;
	select jsonb_agg(jsonb_strip_nulls(to_jsonb(l))), sum(l.total_cents) into v_lines, v_food
	from private.quote_lines(p_adults, p_children, p_toddlers, p_items, p_at, p_day, p_station) l;
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
	v_total := v_food + v_top_up + v_miles * v_mile;
	return jsonb_build_object(
		'lines', v_lines,
		'subtotal_cents', v_food + v_top_up,
		'travel_cents', v_miles * v_mile,
		'discount_cents', 0,
		'total_cents', v_total,
		'deposit_cents', least(v_deposit, v_total),
		'price_version', private.price_version(p_at, p_day, p_station),
		'basis', jsonb_build_object('at', p_at, 'event_day', p_day, 'free_miles', p_free_miles));
end
$$;

/*
  The whole quote of booking.md for a ZIP and a party, or a problem (it has `code` and `status`; answer it with
  private.refuse_with). Writes nothing and sets no status, so create_booking can keep a lead before it refuses.
  With dynamic pricing on, the rules of the event's day on the station's clock count. A promo code never spoils a quote: `promo`
  says whether it was applied and why not. p_contact {email, phone}: also whether it is this person's to use.
*/
create function private.build_quote(
	p_zip text, p_adults int, p_children int default 0, p_toddlers int default 0, p_items jsonb default '[]',
	p_event_at timestamptz default null, p_promo_code text default null, p_at timestamptz default now(), p_contact jsonb default null
) returns jsonb
language plpgsql stable security definer -- visitors may not read stations, prices, promo codes and ZIP codes
set search_path = ''
as $$
declare
	v_problem jsonb;
	v_venue record;
	v_items jsonb;
	v_day date;
	v_quote jsonb;
	v_promo jsonb;
begin
	v_problem := private.guests_problem(p_adults, p_children, p_toddlers);
	if v_problem is not null then
		return v_problem;
	end if;
	select l.*, s.free_travel_miles, s.timezone into v_venue
	from private.locate_venue(p_zip) l left join public.stations s on s.id = l.station_id;
	v_problem := private.venue_problem(found, v_venue.station_name, v_venue.station_id, v_venue.road_miles, v_venue.in_area);
	if v_problem is not null then
		return v_problem;
	end if;
	v_items := private.check_items(p_items, p_adults, p_adults + coalesce(p_children, 0) + coalesce(p_toddlers, 0));
	if v_items ? 'code' then
		return v_items;
	end if;
	if isfinite(p_event_at) and private.flag('dynamic_pricing') then
		v_day := (p_event_at at time zone v_venue.timezone)::date;
	end if;
	v_quote := jsonb_build_object(
		'station', jsonb_build_object('id', v_venue.station_id, 'name', v_venue.station_name),
		'road_miles', v_venue.road_miles
	) || private.price_quote(p_adults, coalesce(p_children, 0), coalesce(p_toddlers, 0), v_items -> 'items',
		v_venue.road_miles, v_venue.free_travel_miles, p_at, v_day, v_venue.station_id);
	if nullif(btrim(p_promo_code), '') is not null then
		v_promo := private.check_promo(p_promo_code, v_venue.station_id, (v_quote ->> 'subtotal_cents')::int, p_at, p_contact);
		v_quote := private.with_discount(v_quote, v_promo ->> 'code', (v_promo ->> 'discount_cents')::int) || jsonb_build_object('promo', v_promo);
	end if;
	return v_quote;
end
$$;

/* The quote for everybody: build_quote, a problem answered as a refusal. */
create or replace function public.quote_event(
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
	'An itemised quote, tax included: {station, road_miles, lines, subtotal_cents, travel_cents, discount_cents, total_cents, deposit_cents, price_version, basis, promo: {code, applied, reason, message, discount_cents} where a code was given}. Refuses INVALID_GUESTS, UNKNOWN_ZIP, OUT_OF_AREA, INVALID_REQUEST.';

grant execute on function private.build_quote(text, int, int, int, jsonb, timestamptz, text, timestamptz, jsonb) to anon, authenticated;

-- Looking back ----------------------------------------------------------------------------------------------------------------------

/*
  The latest moment of the last 30 days at which that version of the prices held; null where there is none. Asked only when
  somebody saw other prices than those of now.
*/
create function private.price_version_held_at(p_version text, p_day date, p_station uuid) returns timestamptz
language sql stable security definer -- see price_version
set search_path = ''
as $$
	select c.at
	from (
		-- prices change when one starts or ends: what held just before is another version
		select distinct t.at - interval '1 microsecond' as at
		from (
			select effective_from as at from public.price_book union select effective_to from public.price_book
			union select effective_from from public.price_rules union select effective_to from public.price_rules
			union select now() + interval '1 microsecond'
		) t
		where t.at between now() - interval '30 days' and now() + interval '1 microsecond'
		order by at desc limit 100
	) c
	where private.price_version(c.at, p_day, p_station) = p_version
	order by c.at desc limit 1
$$;

/*
  A booking's quote made again: the prices, rules and free miles of when it was priced, its guests, items and road miles, and the
  terms of its promo code as they were promised. Equal to the snapshot to the cent, or something rewrote the past.
*/
create function private.recompute_quote(p_booking uuid) returns jsonb
language plpgsql stable security definer -- reads prices, rules and redemptions
set search_path = ''
as $$
declare
	v_booking public.bookings;
	v_redemption public.promo_redemptions;
	v_quote jsonb;
begin
	select * into v_booking from public.bookings where id = p_booking;
	v_quote := private.price_quote(v_booking.adults, v_booking.children, v_booking.toddlers,
		(select coalesce(jsonb_agg(jsonb_build_object('code', l ->> 'code', 'quantity', l -> 'quantity', 'price_code', coalesce(l ->> 'price_code', l ->> 'code'))), '[]')
			from jsonb_array_elements(v_booking.quote -> 'lines') l
			where l ->> 'code' not in ('adult', 'child', 'toddler', 'minimum_top_up', 'travel', 'discount')),
		v_booking.road_miles,
		coalesce((v_booking.quote #>> '{basis,free_miles}')::numeric, (select free_travel_miles from public.stations where id = v_booking.station_id)),
		coalesce((v_booking.quote #>> '{basis,at}')::timestamptz, v_booking.created_at),
		(v_booking.quote #>> '{basis,event_day}')::date, v_booking.station_id);
	select * into v_redemption from public.promo_redemptions where booking_id = p_booking;
	if found then
		v_quote := private.with_discount(v_quote, v_redemption.code, private.discount_of(v_redemption.rate, v_redemption.cents,
			v_redemption.min_order_cents, (v_quote ->> 'subtotal_cents')::int));
	end if;
	return v_quote;
end
$$;

/* Staff: a booking's quote as kept and as computed again: {same, kept_total_cents, total_cents, quote}. Refuses NOT_FOUND. */
create function private.explain_quote(p_booking uuid) returns jsonb
language plpgsql volatile security definer -- see recompute_quote
set search_path = ''
as $$
declare
	v_booking public.bookings;
	v_quote jsonb;
begin
	select * into v_booking from public.bookings
	where id = p_booking and deleted_at is null
		and (auth.role() is not distinct from 'service_role' or station_id in (select private.stations_with('bookings.read')));
	if not found then
		return private.refuse('NOT_FOUND', 404, 'There is no such booking.', null, 'Check the link.');
	end if;
	v_quote := private.recompute_quote(p_booking);
	return jsonb_build_object(
		'same', v_quote -> 'lines' = v_booking.quote -> 'lines' and (v_quote ->> 'total_cents')::int = v_booking.total_cents,
		'kept_total_cents', v_booking.total_cents, 'total_cents', v_quote -> 'total_cents', 'quote', v_quote);
end
$$;

create function public.explain_quote(p_booking uuid) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.explain_quote(p_booking)
$$;
comment on function public.explain_quote(uuid) is
	'Staff: a booking''s quote computed again from the prices of its time: {same, kept_total_cents, total_cents, quote}. Refuses NOT_FOUND.';
grant execute on function private.explain_quote(uuid), public.explain_quote(uuid) to authenticated;
