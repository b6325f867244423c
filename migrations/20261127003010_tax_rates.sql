/*
  Tax: adding, changing, archiving and importing rates, and settling a booking whose place is not known. A change is always a
  new version; what was reckoned for days gone by stays as it was.
  Tables: none of its own.
*/

/* A date of a request (YYYY-MM-DD), null where it is none. */
create function private.read_date(p_value jsonb) returns date
language plpgsql immutable
set search_path = ''
as $$
begin
	return case when p_value #>> '{}' ~ '^[12][0-9]{3}-[01][0-9]-[0-3][0-9]$' then make_date(
		left(p_value #>> '{}', 4)::int, substr(p_value #>> '{}', 6, 2)::int, substr(p_value #>> '{}', 9, 2)::int) end;
exception when datetime_field_overflow then
	return null;
end
$$;

/* A decimal number of a request, as a number or as text, null where it is none. */
create function private.read_decimal(p_value jsonb) returns numeric
language plpgsql immutable
set search_path = ''
as $$
begin
	return case when btrim(p_value #>> '{}') ~ '^[0-9]{1,9}(\.[0-9]{1,12})?$' then trim_scale((p_value #>> '{}')::numeric) end;
end
$$;

/* The ZIP codes of a request: a list, or text with blanks, commas or semicolons between; each once, in order. */
create function private.read_zips(p_value jsonb) returns text[]
language plpgsql immutable
set search_path = ''
as $$
begin
	return (
		select array_agg(distinct z order by z)
		from regexp_split_to_table(
			case jsonb_typeof(p_value) when 'array' then (select string_agg(v, ' ') from jsonb_array_elements_text(p_value) v) else p_value #>> '{}' end,
			'[\s,;]+') z
		where z <> ''
	);
end
$$;

/* Reads a rate {state, county, city, zips, rate, effective_from, effective_to, note}; fields has a sentence for each that is wrong. */
create function private.read_tax_rate(p_rate jsonb, out rate public.tax_rates, out fields jsonb)
language plpgsql stable
set search_path = ''
as $$
declare
	v_from constant date := private.read_date(p_rate -> 'effective_from');
	v_to constant date := private.read_date(nullif(nullif(p_rate -> 'effective_to', 'null'), '""'));
	v_rate constant numeric := private.read_decimal(p_rate -> 'rate');
	v_zips constant text[] := private.read_zips(nullif(p_rate -> 'zips', 'null'));
begin
	if coalesce(jsonb_typeof(p_rate), '') <> 'object' then
		fields := '{"rate": "One object with the rate, please."}';
		return;
	end if;
	fields := private.unknown_fields(p_rate, array['id', 'line', 'state', 'county', 'city', 'zips', 'rate', 'effective_from', 'effective_to', 'note'])
		|| jsonb_strip_nulls(jsonb_build_object(
			'state', case when upper(private.text_at(p_rate, 'state')) ~ '^[A-Z]{2}$' then null else 'Enter the two letters of the state, like CA.' end,
			'county', coalesce(private.text_problem(p_rate -> 'county', 80, 'Enter the county.'),
				case when length(private.text_at(p_rate, 'county')) < 2 then 'Enter the county.' end),
			'city', coalesce(private.text_problem(p_rate -> 'city', 80), case when length(private.text_at(p_rate, 'city')) < 2 then 'Enter the city, or leave it empty.' end),
			'zips', case when cardinality(v_zips) > 500 then 'Up to 500 ZIP codes a rate.'
				when exists (select from unnest(v_zips) z where z !~ '^[0-9]{5}$') then 'ZIP codes have five digits, like 94538.' end,
			'rate', case when v_rate is null then 'Enter the rate as a number.' when v_rate > 0.3 then 'A rate is between 0 and 30 %.'
				when scale(v_rate) > 6 then 'A rate has up to four decimals of a per cent.' end,
			'effective_from', case when v_from is null then 'Enter the first day, like 2026-04-01.' end,
			'effective_to', case when v_to is null and private.text_at(p_rate, 'effective_to') is not null then 'Enter the last day, like 2026-12-31, or leave it empty.'
				when v_to < v_from then 'The last day is not before the first.' end,
			'note', coalesce(private.text_problem(p_rate -> 'note', 500, 'Say where the rate comes from.'),
				case when length(private.text_at(p_rate, 'note')) < 3 then 'Say where the rate comes from.' end)));
	if fields <> '{}' then
		return;
	end if;
	rate.state := upper(private.text_at(p_rate, 'state'));
	rate.county := regexp_replace(private.text_at(p_rate, 'county'), '^city and county of\s+|\s+county$', '', 'i');
	rate.city := private.text_at(p_rate, 'city');
	rate.zips := v_zips;
	rate.rate := v_rate;
	rate.effective_from := v_from;
	rate.effective_to := v_to;
	rate.note := private.text_at(p_rate, 'note');
end
$$;

/*
  Puts a rate where it belongs. It ends p_old, or the open one of the same place, the day before it starts; one that started on
  the same day (or, for p_old, later) was a mistake and is archived. Answers added, replaced or unchanged, and the row. Raises
  23P01 where another rate of the place holds in that time.
*/
create function private.put_tax_rate(p_rate public.tax_rates, p_old public.tax_rates, out outcome text, out id uuid)
language plpgsql volatile
set search_path = ''
as $$
declare
	v_old public.tax_rates := p_old;
begin
	if v_old.id is null then
		select r.* into v_old from public.tax_rates r
		where r.archived_at is null and r.state = p_rate.state and private.county_key(r.county) = private.county_key(p_rate.county)
			and lower(r.city) is not distinct from lower(p_rate.city) and r.zips is not distinct from p_rate.zips
			and r.effective_from <= p_rate.effective_from and (r.effective_to is null or r.effective_from = p_rate.effective_from)
		order by r.effective_from desc limit 1;
	end if;
	if v_old.id is not null then
		if (v_old.state, v_old.county, v_old.city, v_old.zips, v_old.rate, v_old.effective_from, v_old.effective_to)
			is not distinct from (p_rate.state, p_rate.county, p_rate.city, p_rate.zips, p_rate.rate, p_rate.effective_from, p_rate.effective_to) then
			outcome := 'unchanged';
			id := v_old.id;
			return;
		elsif v_old.effective_from < p_rate.effective_from then
			update public.tax_rates r set effective_to = p_rate.effective_from - 1
			where r.id = v_old.id and (r.effective_to is null or r.effective_to >= p_rate.effective_from);
		else
			update public.tax_rates r set archived_at = now(), archive_reason = 'Replaced: ' || left(p_rate.note, 480) where r.id = v_old.id;
		end if;
	end if;
	insert into public.tax_rates (state, county, city, zips, rate, effective_from, effective_to, note, replaces)
	values (p_rate.state, p_rate.county, p_rate.city, p_rate.zips, p_rate.rate, p_rate.effective_from, p_rate.effective_to, p_rate.note, v_old.id)
	returning tax_rates.id into id;
	outcome := case when v_old.id is null then 'added' else 'replaced' end;
end
$$;

/* The problem NOT_ALLOWED of somebody who may not edit rates; null for who may. Rates are the company's. */
create function private.tax_write_problem() returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
	return case when auth.role() = 'service_role' or private.has_permission_everywhere('taxes.write') then null
		else jsonb_build_object('code', 'NOT_ALLOWED', 'status', 403, 'message', 'You may not do that.',
			'hint', 'Ask somebody who may, or sign in with another account.') end;
end
$$;

/* Adds a rate, or with an id puts a new version in the place of that one. */
create function private.save_tax_rate(p_rate jsonb) returns jsonb
language plpgsql volatile security definer -- rates are nobody's to write
set search_path = ''
as $$
declare
	v_problem jsonb := private.tax_write_problem();
	v_read record;
	v_old public.tax_rates;
	v_put record;
begin
	if v_problem is not null then
		return private.refuse_with(v_problem);
	end if;
	v_read := private.read_tax_rate(p_rate);
	if v_read.fields <> '{}' then
		return private.refuse_with(private.invalid_request(v_read.fields));
	end if;
	perform pg_advisory_xact_lock(hashtext('tax.rates')); -- one edit at a time
	if private.text_at(p_rate, 'id') is not null then
		select * into v_old from public.tax_rates where id::text = private.text_at(p_rate, 'id');
		if v_old.id is null then
			return private.refuse('NOT_FOUND', 404, 'There is no such rate.', null, 'Open the list again.');
		elsif v_old.archived_at is not null then
			return private.refuse('STALE_VERSION', 409, 'Somebody else changed this in the meantime.', null, 'Open the list again.');
		end if;
	end if;
	begin
		v_put := private.put_tax_rate(v_read.rate, v_old);
	exception when exclusion_violation then
		return private.refuse_with(private.invalid_request(jsonb_build_object(
			'effective_from', 'Another rate of this place holds in that time. End or change that one first.')));
	end;
	perform private.reassess_taxes();
	return jsonb_build_object('id', v_put.id, 'outcome', v_put.outcome);
end
$$;

/* Takes a rate that was a mistake out of use; what was reckoned with it stays. The reason is kept: 10–500 characters. */
create function private.archive_tax_rate(p_rate uuid, p_reason text) returns jsonb
language plpgsql volatile security definer -- rates are nobody's to write
set search_path = ''
as $$
declare
	v_problem jsonb := private.tax_write_problem();
begin
	if v_problem is null and coalesce(length(btrim(p_reason)), 0) not between 10 and 500 then
		v_problem := private.invalid_request('{"reason": "Say why, in 10 to 500 characters."}');
	end if;
	if v_problem is not null then
		return private.refuse_with(v_problem);
	end if;
	update public.tax_rates set archived_at = now(), archive_reason = btrim(p_reason) where id = p_rate and archived_at is null;
	if not found then
		return private.refuse('NOT_FOUND', 404, 'There is no such rate.', null, 'Open the list again.');
	end if;
	perform private.reassess_taxes();
	return jsonb_build_object('id', p_rate);
end
$$;

/*
  Imports rows, all or none: {added, replaced, unchanged}, or INVALID_REQUEST with details.errors [{line, field, message}] for
  every row that is wrong. p_dry_run says what would come of it and writes nothing.
*/
create function private.import_tax_rates(p_rows jsonb, p_dry_run boolean) returns jsonb
language plpgsql volatile security definer -- rates are nobody's to write
set search_path = ''
as $$
declare
	v_problem jsonb := private.tax_write_problem();
	v_row record;
	v_read record;
	v_errors jsonb := '[]';
	v_counts jsonb := '{"added": 0, "replaced": 0, "unchanged": 0}';
	v_none public.tax_rates;
	v_outcome text;
begin
	if v_problem is not null then
		return private.refuse_with(v_problem);
	elsif coalesce(jsonb_typeof(p_rows), '') <> 'array' or jsonb_array_length(p_rows) not between 1 and 2000 then
		return private.refuse_with(private.invalid_request('{"rows": "A file has 1 to 2,000 rows."}'));
	end if;
	perform pg_advisory_xact_lock(hashtext('tax.rates')); -- one edit at a time
	begin
		for v_row in
			select r.value as rate, coalesce(private.whole_number(r.value -> 'line'), r.place::int) as line
			from jsonb_array_elements(p_rows) with ordinality r (value, place)
			order by r.value ->> 'effective_from', r.place -- an earlier rate of a place is ended by a later one
		loop
			v_read := private.read_tax_rate(v_row.rate);
			if v_read.fields <> '{}' then
				v_errors := v_errors || (select jsonb_agg(jsonb_build_object('line', v_row.line, 'field', f.key, 'message', f.value))
					from jsonb_each_text(v_read.fields) f);
				continue;
			end if;
			begin
				v_outcome := (private.put_tax_rate(v_read.rate, v_none)).outcome;
				v_counts := jsonb_set(v_counts, array[v_outcome], to_jsonb((v_counts ->> v_outcome)::int + 1));
			exception when exclusion_violation then
				v_errors := v_errors || jsonb_build_object('line', v_row.line, 'field', 'effective_from',
					'message', 'Another rate of this place holds in that time.');
			end;
		end loop;
		if p_dry_run or v_errors <> '[]' then
			raise exception using errcode = 'MHDRY', message = 'Nothing is kept.';
		end if;
		perform private.reassess_taxes();
	exception when sqlstate 'MHDRY' then
		null; -- all of it is undone
	end;
	if v_errors <> '[]' then
		return private.refuse('INVALID_REQUEST', 422, 'Some rows need another look; none was imported.',
			jsonb_build_object('errors', (select jsonb_agg(e order by (e ->> 'line')::int, e ->> 'field') from jsonb_array_elements(v_errors) e)),
			'Correct the lines below and choose the file again.');
	end if;
	return v_counts || jsonb_build_object('dry_run', p_dry_run);
end
$$;

/*
  Settles a booking whose place or rate is not known: {state, county, rate?, reason}. Without a rate that of the county on the
  event's day is taken, and must exist. The reason is kept: 10–500 characters.
*/
create function private.set_booking_tax(p_booking uuid, p_request jsonb) returns jsonb
language plpgsql volatile security definer -- booking_taxes is nobody's to write
set search_path = ''
as $$
declare
	v_problem jsonb := private.tax_write_problem();
	v_booking public.bookings;
	v_tax public.booking_taxes;
	v_rate public.tax_rates;
	v_typed constant numeric := private.read_decimal(p_request -> 'rate');
	v_state constant text := upper(private.text_at(p_request, 'state'));
	v_fields jsonb;
begin
	if v_problem is not null then
		return private.refuse_with(v_problem);
	end if;
	select * into v_booking from public.bookings where id = p_booking and deleted_at is null for update;
	select * into v_tax from public.booking_taxes where booking_id = v_booking.id;
	if v_tax.booking_id is null then
		return private.refuse('NOT_FOUND', 404, 'There is no such booking.', null, 'Check the link.');
	elsif v_tax.frozen_at is not null and not v_tax.flagged then
		return private.refuse_with(private.not_changeable('completed') || '{"hint": "The tax of a completed event stays as it was reckoned."}');
	end if;
	v_fields := jsonb_strip_nulls(jsonb_build_object(
		'state', case when v_state ~ '^[A-Z]{2}$' then null else 'Enter the two letters of the state, like CA.' end,
		'county', coalesce(private.text_problem(p_request -> 'county', 80, 'Enter the county.'),
			case when length(private.text_at(p_request, 'county')) < 2 then 'Enter the county.' end),
		'rate', case when private.text_at(p_request, 'rate') is not null and (v_typed is null or v_typed > 0.3 or scale(v_typed) > 6)
			then 'A rate is between 0 and 30 %, with up to four decimals.' end,
		'reason', coalesce(private.text_problem(p_request -> 'reason', 500, 'Say how you know, in 10 to 500 characters.', true),
			case when length(private.text_at(p_request, 'reason')) < 10 then 'Say how you know, in 10 to 500 characters.' end)));
	if v_fields = '{}' and v_typed is null then
		v_rate := private.find_tax_rate(null, v_state, private.text_at(p_request, 'county'), v_tax.city, v_tax.event_date);
		if v_rate.id is null then
			v_fields := '{"county": "There is no rate of that county on that day. Add it first, or enter a rate."}';
		end if;
	end if;
	if v_fields <> '{}' then
		return private.refuse_with(private.invalid_request(v_fields));
	end if;
	update public.booking_taxes t set state = v_state,
		county = coalesce(v_rate.county, regexp_replace(private.text_at(p_request, 'county'), '^city and county of\s+|\s+county$', '', 'i')),
		tax_rate_id = v_rate.id, rate = coalesce(v_typed, v_rate.rate), set_by_hand = private.text_at(p_request, 'reason'),
		flagged = false, flag_reason = null, pre_tax_cents = s.pre_tax_cents, tax_cents = s.tax_cents, computed_at = now()
	from private.split_tax(v_tax.total_cents, coalesce(v_typed, v_rate.rate)) s
	where t.booking_id = p_booking;
	return (select jsonb_build_object('booking_id', t.booking_id, 'state', t.state, 'county', t.county, 'rate', t.rate,
		'total_cents', t.total_cents, 'pre_tax_cents', t.pre_tax_cents, 'tax_cents', t.tax_cents)
		from public.booking_taxes t where t.booking_id = p_booking);
end
$$;

create function public.save_tax_rate(p_rate jsonb) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.save_tax_rate(p_rate)
$$;
comment on function public.save_tax_rate(jsonb) is
	'Adds a rate {state, county, city, zips, rate, effective_from, effective_to, note}, or with id a new version of that one: {id, outcome}. taxes.write. Refuses NOT_ALLOWED, INVALID_REQUEST, NOT_FOUND, STALE_VERSION.';

create function public.archive_tax_rate(p_rate uuid, p_reason text) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.archive_tax_rate(p_rate, p_reason)
$$;
comment on function public.archive_tax_rate(uuid, text) is
	'Takes a rate out of use with a reason: {id}. taxes.write. Refuses NOT_ALLOWED, INVALID_REQUEST, NOT_FOUND.';

create function public.import_tax_rates(p_rows jsonb, p_dry_run boolean default false) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.import_tax_rates(p_rows, p_dry_run)
$$;
comment on function public.import_tax_rates(jsonb, boolean) is
	'Imports rates, all or none: {added, replaced, unchanged, dry_run}. taxes.write. Refuses NOT_ALLOWED, INVALID_REQUEST (details.errors: line, field, message).';

create function public.set_booking_tax(p_booking uuid, p_request jsonb) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.set_booking_tax(p_booking, p_request)
$$;
comment on function public.set_booking_tax(uuid, jsonb) is
	'Sets the county, and if need be the rate, of a booking''s tax by hand {state, county, rate, reason}. taxes.write. Refuses NOT_ALLOWED, NOT_FOUND, BOOKING_NOT_CHANGEABLE, INVALID_REQUEST.';

grant execute on function private.save_tax_rate(jsonb), public.save_tax_rate(jsonb),
	private.archive_tax_rate(uuid, text), public.archive_tax_rate(uuid, text),
	private.import_tax_rates(jsonb, boolean), public.import_tax_rates(jsonb, boolean),
	private.set_booking_tax(uuid, jsonb), public.set_booking_tax(uuid, jsonb) to authenticated;
