/*
  Pricing: how people set prices and rules, and see beforehand what comes of it. Refusals by field; what is more than a quarter
  asks to be confirmed. No tables.
*/

/* A day of a request (YYYY-MM-DD), null where it is none. */
create function private.read_day(p_value jsonb) returns date
language plpgsql immutable
set search_path = ''
as $$
begin
	return case when p_value #>> '{}' ~ '^\d{4}-\d{2}-\d{2}$' then (p_value #>> '{}')::date end;
exception when datetime_field_overflow or invalid_datetime_format then
	return null; -- 30 February
end
$$;

/* What is wrong with a request's reason: 3 to 500 characters, kept in the history. */
create function private.reason_problem(p_request jsonb) returns text
language sql immutable
set search_path = ''
as $$
	select coalesce(private.text_problem(p_request -> 'reason', 500, 'Say why, in 3 to 500 characters.'),
		case when length(private.text_at(p_request, 'reason')) < 3 then 'Say why, in 3 to 500 characters.' end)
$$;

/* What is wrong with a request of set_price, by field. */
create function private.price_fields(p_request jsonb) returns jsonb
language sql stable
set search_path = ''
as $$
	select private.unknown_fields(p_request, array['code', 'unit_cents', 'effective_from', 'reason', 'confirmed', 'restores'])
		|| jsonb_strip_nulls(jsonb_build_object(
			'code', case when not exists (select from public.price_book where code = p_request ->> 'code') then 'There is no such price.' end,
			'unit_cents', case when coalesce(private.whole_number(p_request -> 'unit_cents'), -1) not between 0 and 10000000
				then 'An amount from $0.00 to $100,000.00.' end,
			'effective_from', case
				when coalesce(p_request -> 'effective_from', 'null') = 'null' then null
				when private.read_instant(p_request -> 'effective_from') is null then 'Choose a date and a time.'
				when private.read_instant(p_request -> 'effective_from') < now() then 'Choose a time to come, or leave it empty for now.' end,
			'reason', private.reason_problem(p_request),
			'confirmed', case when coalesce(jsonb_typeof(p_request -> 'confirmed'), 'null') not in ('boolean', 'null') then 'Yes or no, please.' end))
$$;

/* The refusal of who may not set prices; null for who may. */
create function private.may_price() returns jsonb
language plpgsql volatile
set search_path = ''
as $$
begin
	return case when not private.permitted_at('pricing.write', null) then private.refuse('NOT_ALLOWED', 403, 'You may not do that.', null,
		'Ask somebody who may, or sign in with another account.') end;
end
$$;

/*
  Sets a price from now or later: {code, unit_cents, effective_from?, reason, confirmed?, restores?}. restores names the entry of the
  history whose price it is again. Answers {price_id, price_code, old_cents, unit_cents, effective_from, effective_to}.
*/
create function private.set_price(p_request jsonb) returns jsonb
language plpgsql volatile security definer -- one way for all: locks, limits and history
set search_path = ''
as $$
declare
	v_refusal jsonb := private.may_price();
	v_fields jsonb;
	v_before public.price_book;
	v_new public.price_book;
	v_cents integer;
begin
	if v_refusal is not null then
		return v_refusal;
	elsif coalesce(jsonb_typeof(p_request), '') <> 'object' then
		return private.refuse_with(private.invalid_request('{"request": "One object with the price, please."}'));
	end if;
	perform set_config('lock_timeout', '2500ms', true);
	v_fields := private.price_fields(p_request);
	if v_fields <> '{}' then
		return private.refuse_with(private.invalid_request(v_fields));
	end if;
	perform private.lock_prices();
	v_cents := private.whole_number(p_request -> 'unit_cents');
	v_new.effective_from := greatest(coalesce(private.read_instant(p_request -> 'effective_from'), clock_timestamp()), clock_timestamp());
	select * into v_before from public.price_book
	where code = p_request ->> 'code' and effective_from < v_new.effective_from order by effective_from desc limit 1;
	if v_before.unit_cents = v_cents then
		return private.refuse_with(private.invalid_request('{"unit_cents": "That is what it costs then already."}'));
	end if;
	perform set_config('app.price_confirmed', case when (p_request ->> 'confirmed')::boolean then 'on' else '' end, true);
	perform set_config('app.price_kind', case when private.text_at(p_request, 'restores') is not null then 'restored' else '' end, true);
	insert into public.price_book (code, label, unit_cents, unit, effective_from, note)
	values (v_before.code, v_before.label, v_cents, v_before.unit, v_new.effective_from, private.text_at(p_request, 'reason'))
	returning * into v_new;
	perform set_config('app.price_confirmed', '', true), set_config('app.price_kind', '', true);
	return jsonb_build_object('price_id', v_new.id, 'price_code', v_new.code, 'old_cents', v_before.unit_cents, 'unit_cents', v_new.unit_cents,
		'effective_from', v_new.effective_from, 'effective_to', v_new.effective_to);
exception when lock_not_available or deadlock_detected then
	return private.refuse_with(private.busy_problem());
end
$$;

/* Takes back a price that has not started; the one before it holds on. Answers {price_code}. */
create function private.cancel_scheduled_price(p_price uuid, p_reason text) returns jsonb
language plpgsql volatile security definer -- prices are nobody's to delete
set search_path = ''
as $$
declare
	v_refusal jsonb := private.may_price();
	v_problem constant text := private.reason_problem(jsonb_build_object('reason', p_reason));
	v_code text;
begin
	if v_refusal is not null then
		return v_refusal;
	elsif v_problem is not null then
		return private.refuse_with(private.invalid_request(jsonb_build_object('reason', v_problem)));
	end if;
	perform set_config('lock_timeout', '2500ms', true);
	perform private.lock_prices();
	perform set_config('app.price_reason', btrim(p_reason), true);
	delete from public.price_book where id = p_price and effective_from > clock_timestamp() returning code into v_code;
	perform set_config('app.price_reason', '', true);
	if v_code is null then
		return private.refuse('NOT_FOUND', 404, 'There is no such scheduled price.', null, 'It may hold already, or be cancelled.');
	end if;
	return jsonb_build_object('price_code', v_code);
exception when lock_not_available or deadlock_detected then
	return private.refuse_with(private.busy_problem());
end
$$;

-- Before saving ---------------------------------------------------------------------------------------------------------------------

/* The party that shows what a price does: twenty guests at the first station, with what the price is about. */
create function private.preview_party(p_code text) returns jsonb
language plpgsql stable security definer -- reads stations and menu
set search_path = ''
as $$
declare
	v_station public.stations;
	v_item public.menu_items;
	v_small constant boolean := p_code = 'minimum_order';
	v_far constant boolean := p_code = 'travel';
begin
	select * into v_station from public.stations where active and deleted_at is null order by slug <> 'fremont', name limit 1;
	select * into v_item from public.menu_items where price_code = p_code and active and deleted_at is null limit 1;
	return jsonb_build_object(
		'station_id', v_station.id, 'timezone', v_station.timezone, 'free_miles', v_station.free_travel_miles,
		'road_miles', case when v_far then v_station.free_travel_miles + 12 else 0 end,
		'adults', case when v_small then 6 else 14 end, 'children', case when v_small then 0 else 4 end, 'toddlers', case when v_small then 0 else 2 end,
		'items', case when v_item.code is null then '[]' else jsonb_build_array(jsonb_build_object('code', v_item.code, 'quantity', 10)) end,
		'party', format('A %s-guest party in %s', case when v_small then 6 else 20 end, v_station.name)
			|| case when v_item.code is not null then format(' with 10 × %s', lower(v_item.name)) when v_far then ', 12 miles beyond the free ones,' else '' end);
end
$$;

/* What that party costs at the prices of p_at on a day; null: a day without rules. */
create function private.preview_total(p_party jsonb, p_at timestamptz, p_day date default null) returns integer
language sql stable
set search_path = ''
as $$
	select (private.price_quote((p_party ->> 'adults')::int, (p_party ->> 'children')::int, (p_party ->> 'toddlers')::int, p_party -> 'items',
		(p_party ->> 'road_miles')::numeric, (p_party ->> 'free_miles')::numeric, p_at, p_day, (p_party ->> 'station_id')::uuid) ->> 'total_cents')::int
$$;

/*
  What a price would do, before it is set: {party, old_total_cents, new_total_cents, large, problem}. Sets it, looks, and takes it
  back. problem: the sentence of what would be refused.
*/
create function private.preview_price(p_request jsonb) returns jsonb
language plpgsql volatile security definer -- see set_price
set search_path = ''
as $$
declare
	v_refusal jsonb := private.may_price();
	v_code constant text := p_request ->> 'code';
	v_cents constant integer := private.whole_number(p_request -> 'unit_cents');
	v_before public.price_book;
	v_party jsonb;
	v_at timestamptz;
	v_old integer;
	v_new integer;
begin
	if v_refusal is not null then
		return v_refusal;
	end if;
	select * into v_before from public.price_book where code = v_code and effective_from <= now() and (effective_to is null or effective_to > now());
	if not found or v_cents is null or v_cents not between 0 and 10000000 then
		return private.refuse_with(private.invalid_request('{"unit_cents": "An amount from $0.00 to $100,000.00."}'));
	end if;
	v_party := private.preview_party(v_code);
	v_old := private.preview_total(v_party, clock_timestamp());
	begin
		perform set_config('app.price_preview', 'on', true);
		perform set_config('app.price_confirmed', 'on', true);
		insert into public.price_book (code, label, unit_cents, unit, note)
		values (v_code, v_before.label, v_cents, v_before.unit, 'Preview')
		returning effective_from into v_at;
		v_new := private.preview_total(v_party, v_at);
		raise exception using errcode = 'MHPRV', message = 'Taken back.';
	exception
		when sqlstate 'MHPRV' then null;
		when sqlstate 'PT422' then
			return jsonb_build_object('party', v_party ->> 'party', 'old_total_cents', v_old, 'new_total_cents', null, 'large', false, 'problem', sqlerrm);
	end;
	return jsonb_build_object('party', v_party ->> 'party', 'old_total_cents', v_old, 'new_total_cents', v_new,
		'large', abs(v_cents - v_before.unit_cents) * 4 > v_before.unit_cents, 'problem', null);
end
$$;

-- Rules -----------------------------------------------------------------------------------------------------------------------------

/* What is wrong with a request of save_price_rule, by field. */
create function private.rule_fields(p_request jsonb) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
	v_first constant date := private.read_day(p_request -> 'first_day');
	v_last constant date := private.read_day(p_request -> 'last_day');
	v_every_year constant boolean := p_request -> 'every_year' = 'true';
	v_rate constant numeric := case when jsonb_typeof(p_request -> 'rate') = 'number' then (p_request ->> 'rate')::numeric end;
begin
	return private.unknown_fields(p_request, array['id', 'label', 'codes', 'weekdays', 'first_day', 'last_day', 'every_year', 'station_id',
			'rate', 'cents', 'priority', 'effective_from', 'effective_to', 'reason', 'confirmed'])
		|| jsonb_strip_nulls(jsonb_build_object(
			'label', private.text_problem(p_request -> 'label', 40, 'What the customer reads beside the price, like Saturday.'),
			'codes', case when jsonb_typeof(coalesce(p_request -> 'codes', '[]')) <> 'array' then 'A list of price codes.'
				when exists (select from jsonb_array_elements_text(coalesce(p_request -> 'codes', '[]')) c
					where not exists (select from public.price_book b where b.code = c and b.unit in ('person', 'each'))) then 'Only food has prices by the day.' end,
			'weekdays', case when coalesce(p_request ->> 'weekdays', '[]') !~ '^\[([0-6](, ?[0-6])*)?\]$' then 'Days from 0 (Sunday) to 6.' end,
			'first_day', case when coalesce(p_request ->> 'first_day', '') <> '' and v_first is null then 'There is no such day.'
				when v_every_year and v_first is null then 'A season needs its first day.' end,
			'last_day', case when coalesce(p_request ->> 'last_day', '') <> '' and v_last is null then 'There is no such day.'
				when v_every_year and v_last is null then 'A season needs its last day.'
				when not v_every_year and v_last < v_first then 'Not before the first day.' end,
			'station_id', case when coalesce(p_request ->> 'station_id', '') <> '' and not exists (
				select from public.stations s where s.id::text = p_request ->> 'station_id' and s.deleted_at is null) then 'There is no such station.' end,
			'rate', case
				when (coalesce(p_request -> 'rate', 'null') = 'null') = (coalesce(p_request -> 'cents', 'null') = 'null') then 'Either a share or an amount.'
				when coalesce(p_request -> 'rate', 'null') <> 'null' and (v_rate is null or v_rate = 0 or v_rate not between -0.9 and 5)
					then 'From 90 % less to 500 % more.' end,
			'cents', case when coalesce(p_request -> 'cents', 'null') <> 'null'
				and coalesce(nullif(private.whole_number(p_request -> 'cents'), 0), 1000001) not between -1000000 and 1000000
				then 'An amount, less or more than nothing.' end,
			'priority', case when p_request ? 'priority' and coalesce(private.whole_number(p_request -> 'priority'), -1) not between 0 and 1000
				then 'A whole number from 0 to 1,000.' end,
			'effective_from', case when coalesce(p_request ->> 'effective_from', '') <> '' and coalesce(private.read_instant(p_request -> 'effective_from') < now(), true)
				then 'Choose a time to come, or leave it empty for now.' end,
			'effective_to', case when coalesce(p_request ->> 'effective_to', '') <> '' and coalesce(private.read_instant(p_request -> 'effective_to')
				<= greatest(now(), private.read_instant(p_request -> 'effective_from')), true) then 'Choose a time after it starts.' end,
			'reason', private.reason_problem(p_request)));
end
$$;

/*
  Adds a rule, or (with the id of one) ends that one and puts another in its place: past quotes keep theirs. Answers {rule_id}.
*/
create function private.save_price_rule(p_request jsonb) returns jsonb
language plpgsql volatile security definer -- rules are nobody's to write
set search_path = ''
as $$
declare
	v_refusal jsonb := private.may_price();
	v_fields jsonb;
	v_id uuid;
begin
	if v_refusal is not null then
		return v_refusal;
	elsif coalesce(jsonb_typeof(p_request), '') <> 'object' then
		return private.refuse_with(private.invalid_request('{"request": "One object with the rule, please."}'));
	end if;
	perform set_config('lock_timeout', '2500ms', true);
	v_fields := private.rule_fields(p_request);
	if v_fields <> '{}' then
		return private.refuse_with(private.invalid_request(v_fields));
	end if;
	perform private.lock_prices();
	perform set_config('app.price_confirmed', case when p_request -> 'confirmed' = 'true' then 'on' else '' end, true);
	if private.text_at(p_request, 'id') is not null then
		update public.price_rules set effective_to = greatest(effective_from, clock_timestamp())
		where id::text = p_request ->> 'id' and (effective_to is null or effective_to > clock_timestamp());
		if not found then
			return private.refuse('NOT_FOUND', 404, 'There is no such rule any more.', null, 'Somebody else may have changed or ended it.');
		end if;
	end if;
	insert into public.price_rules (label, codes, weekdays, first_day, last_day, every_year, station_id, rate, cents, priority,
		effective_from, effective_to, note, replaces)
	values (
		private.text_at(p_request, 'label'),
		array(select distinct c from jsonb_array_elements_text(coalesce(p_request -> 'codes', '[]')) c order by c),
		array(select distinct d::smallint from jsonb_array_elements_text(coalesce(p_request -> 'weekdays', '[]')) d order by 1),
		nullif(p_request ->> 'first_day', '')::date, nullif(p_request ->> 'last_day', '')::date, coalesce((p_request ->> 'every_year')::boolean, false),
		nullif(p_request ->> 'station_id', '')::uuid, (p_request ->> 'rate')::numeric, (p_request ->> 'cents')::int,
		coalesce((p_request ->> 'priority')::int, 100),
		coalesce(private.read_instant(p_request -> 'effective_from'), now()), private.read_instant(p_request -> 'effective_to'),
		private.text_at(p_request, 'reason'), nullif(p_request ->> 'id', '')::uuid)
	returning id into v_id;
	perform set_config('app.price_confirmed', '', true);
	return jsonb_build_object('rule_id', v_id);
exception when lock_not_available or deadlock_detected then
	return private.refuse_with(private.busy_problem());
end
$$;

/* Ends a rule now; what was quoted with it stays. Answers {rule_id}. */
create function private.end_price_rule(p_rule uuid, p_reason text) returns jsonb
language plpgsql volatile security definer -- rules are nobody's to write
set search_path = ''
as $$
declare
	v_refusal jsonb := private.may_price();
	v_problem constant text := private.reason_problem(jsonb_build_object('reason', p_reason));
begin
	if v_refusal is not null then
		return v_refusal;
	elsif v_problem is not null then
		return private.refuse_with(private.invalid_request(jsonb_build_object('reason', v_problem)));
	end if;
	perform set_config('lock_timeout', '2500ms', true);
	perform private.lock_prices();
	update public.price_rules set effective_to = greatest(effective_from, clock_timestamp()), note = btrim(p_reason)
	where id = p_rule and (effective_to is null or effective_to > clock_timestamp());
	if not found then
		return private.refuse('NOT_FOUND', 404, 'There is no such rule any more.', null, 'Somebody else may have ended it.');
	end if;
	return jsonb_build_object('rule_id', p_rule);
exception when lock_not_available or deadlock_detected then
	return private.refuse_with(private.busy_problem());
end
$$;

/* The days of a month with the rule that counts for adults first: (day, rule, adult_cents, base_cents, total_cents of the party). */
create function private.price_calendar(p_month date, p_station uuid default null)
returns table (day date, rules text[], adult_cents int, base_cents int, total_cents int)
language plpgsql stable security definer -- reads prices and rules for who may
set search_path = ''
as $$
declare
	v_now constant timestamptz := clock_timestamp();
begin
	if not private.permitted_at('pricing.read', p_station) and not private.has_permission('pricing.read') then
		return;
	end if;
	return query
	select d::date,
		array(select r.label from public.price_rules r
			where r.effective_from <= v_now and (r.effective_to is null or r.effective_to > v_now)
				and (r.station_id is null or r.station_id = p.station_id) and private.rule_covers(r, d::date)
			order by r.priority desc, r.effective_from desc),
		l.unit_cents, coalesce(l.base_cents, l.unit_cents), private.preview_total(p.party || jsonb_build_object('station_id', p.station_id), v_now, d::date)
	from (
		select q.party, coalesce(p_station, (q.party ->> 'station_id')::uuid) as station_id from (select private.preview_party('adult') as party) q
	) p
	cross join generate_series(date_trunc('month', p_month), date_trunc('month', p_month) + interval '1 month - 1 day', interval '1 day') d
	cross join lateral private.quote_lines(1, 0, 0, '[]', v_now, d::date, p.station_id) l
	order by 1;
end
$$;

create function public.set_price(p_request jsonb) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.set_price(p_request)
$$;
comment on function public.set_price(jsonb) is
	'Staff: sets a price from now or later: {code, unit_cents, effective_from?, reason, confirmed?, restores?} → {price_id, price_code, old_cents, unit_cents, effective_from, effective_to}. Refuses NOT_ALLOWED, INVALID_REQUEST, PRICE_CHANGE_LARGE (details old_cents, new_cents; send confirmed: true), TRY_AGAIN.';

create function public.cancel_scheduled_price(p_price uuid, p_reason text) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.cancel_scheduled_price(p_price, p_reason)
$$;
comment on function public.cancel_scheduled_price(uuid, text) is
	'Staff: takes back a price that has not started: {price_code}. Refuses NOT_ALLOWED, INVALID_REQUEST, NOT_FOUND, TRY_AGAIN.';

create function public.preview_price(p_request jsonb) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.preview_price(p_request)
$$;
comment on function public.preview_price(jsonb) is
	'Staff: what a price {code, unit_cents} would do to a party, without setting it: {party, old_total_cents, new_total_cents, large, problem}. Refuses NOT_ALLOWED, INVALID_REQUEST.';

create function public.save_price_rule(p_request jsonb) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.save_price_rule(p_request)
$$;
comment on function public.save_price_rule(jsonb) is
	'Staff: adds a price rule or replaces one: {id?, label, codes, weekdays, first_day, last_day, every_year, station_id, rate | cents, priority, effective_from, effective_to, reason, confirmed?} → {rule_id}. Refuses NOT_ALLOWED, INVALID_REQUEST, PRICE_CHANGE_LARGE, NOT_FOUND, TRY_AGAIN.';

create function public.end_price_rule(p_rule uuid, p_reason text) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.end_price_rule(p_rule, p_reason)
$$;
comment on function public.end_price_rule(uuid, text) is
	'Staff: ends a price rule: {rule_id}. Refuses NOT_ALLOWED, INVALID_REQUEST, NOT_FOUND, TRY_AGAIN.';

create function public.price_calendar(p_month date, p_station uuid default null)
returns table (day date, rules text[], adult_cents int, base_cents int, total_cents int)
language sql stable
set search_path = ''
as $$
	select * from private.price_calendar(p_month, p_station)
$$;
comment on function public.price_calendar(date, uuid) is
	'Staff: the days of a month with the rules in force, what an adult and a 20-guest party cost then.';

grant execute on function private.set_price(jsonb), public.set_price(jsonb), private.cancel_scheduled_price(uuid, text),
	public.cancel_scheduled_price(uuid, text), private.preview_price(jsonb), public.preview_price(jsonb), private.save_price_rule(jsonb),
	public.save_price_rule(jsonb), private.end_price_rule(uuid, text), public.end_price_rule(uuid, text),
	private.price_calendar(date, uuid), public.price_calendar(date, uuid) to authenticated;
