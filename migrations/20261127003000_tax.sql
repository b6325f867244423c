/*
  Tax: the rates of places with their history, and what of a booking's total is tax. Prices include tax, so it is reckoned back:
  private.split_tax is the one place that does. A booking keeps its place, rate and figures as a snapshot, so that a rate that
  is edited later changes no past quarter.
  Tables: tax_rates, tax_rate_history, booking_taxes, private.tax_rate_places.
*/

-- Rates ----------------------------------------------------------------------------------------------------------------------

create table public.tax_rates (
	id uuid primary key default private.uuid_v7(),
	state text not null,
	county text not null,
	city text,
	zips text[],
	rate numeric not null,
	effective_from date not null,
	effective_to date,
	note text not null,
	replaces uuid references public.tax_rates (id) on delete restrict,
	archived_at timestamptz,
	archive_reason text,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	version integer not null default 1,
	constraint tax_rates_state_two_letters check (state ~ '^[A-Z]{2}$'),
	constraint tax_rates_county_bounded check (length(btrim(county)) between 2 and 80),
	constraint tax_rates_city_bounded check (length(btrim(city)) between 2 and 80),
	constraint tax_rates_zips_are_zips check (
		zips is null or (cardinality(zips) between 1 and 500 and array_to_string(zips, ',', '') ~ '^[0-9]{5}(,[0-9]{5})*$')),
	constraint tax_rates_rate_is_fraction check (rate >= 0 and rate <= 0.3 and scale(rate) <= 6),
	constraint tax_rates_end_after_start check (effective_to >= effective_from),
	constraint tax_rates_note_bounded check (length(btrim(note)) between 3 and 500),
	constraint tax_rates_archived_say_why check ((archived_at is null) = (archive_reason is null))
);
create index tax_rates_place on public.tax_rates (state, county, effective_from desc, id); -- the list of rates
create index tax_rates_replaces on public.tax_rates (replaces) where replaces is not null; -- the foreign key
comment on table public.tax_rates is 'Sales tax by place and time. One active rate a place and day; a change is a new row, never a rewritten one.';
comment on column public.tax_rates.state is 'Two letters.';
comment on column public.tax_rates.county is 'As zip_codes says it, without the word County.';
comment on column public.tax_rates.city is 'Where a city of the county differs; null = the whole county.';
comment on column public.tax_rates.zips is 'Where only these ZIP codes differ; they win over city and county.';
comment on column public.tax_rates.rate is 'A fraction: 0.09125 is 9.125 %.';
comment on column public.tax_rates.effective_to is 'The last day on which it holds; null = until a next one starts.';
comment on column public.tax_rates.note is 'Why this rate, for example the notice it comes from.';
comment on column public.tax_rates.replaces is 'The version before this one.';

create table private.tax_rate_places (
	tax_rate_id uuid not null references public.tax_rates (id) on delete cascade,
	place text not null,
	specificity smallint not null,
	period daterange not null,
	primary key (tax_rate_id, place),
	constraint tax_rates_one_rate_a_place_and_day exclude using gist (place with =, period with &&)
);
comment on table private.tax_rate_places is 'Where and when each active rate holds: one row for its county, its city, or each of its ZIP codes. Kept by trigger; the constraint lets no place have two rates on a day.';
comment on column private.tax_rate_places.specificity is '3 a ZIP code, 2 a city, 1 a county: the highest wins.';
alter table private.tax_rate_places enable row level security;

create table public.tax_rate_history (
	id uuid primary key default private.uuid_v7(),
	tax_rate_id uuid not null references public.tax_rates (id) on delete cascade,
	change text not null,
	state text not null,
	county text not null,
	city text,
	zips text[],
	old_rate numeric,
	new_rate numeric,
	effective_from date not null,
	effective_to date,
	reason text not null,
	actor text not null,
	changed_by uuid,
	changed_at timestamptz not null default clock_timestamp(),
	constraint tax_rate_history_change_known check (change in ('added', 'ended', 'archived'))
);
create index tax_rate_history_rate on public.tax_rate_history (tax_rate_id); -- the foreign key
create index tax_rate_history_place on public.tax_rate_history (state, county, changed_at desc); -- the history of a place
comment on table public.tax_rate_history is 'Every change of a rate: old, new, who, why, when. Written by trigger only.';
comment on column public.tax_rate_history.old_rate is 'What held in that place before; null for its first rate.';
comment on column public.tax_rate_history.new_rate is 'Null for a rate that was archived.';

/* A county's name as places compare it: lower case, without the word County ("City and County of San Francisco" is one, too). */
create function private.county_key(p_county text) returns text
language plpgsql immutable
set search_path = ''
as $$
begin
	return lower(regexp_replace(btrim(p_county), '^city and county of\s+|\s+county$', '', 'i'));
end
$$;

/* The places of a rate: its ZIP codes, else its city, else its county. */
create function private.places_of_rate(p_rate public.tax_rates) returns table (place text, specificity smallint)
language plpgsql immutable rows 5
set search_path = ''
as $$
begin
	if p_rate.zips is not null then
		return query select 'zip:' || z, 3::smallint from unnest(p_rate.zips) z;
	elsif p_rate.city is not null then
		return query select format('city:%s/%s/%s', p_rate.state, private.county_key(p_rate.county), lower(btrim(p_rate.city))), 2::smallint;
	else
		return query select format('county:%s/%s', p_rate.state, private.county_key(p_rate.county)), 1::smallint;
	end if;
end
$$;

/* After a rate came, ended or was archived: where and when it holds now. */
create function private.place_tax_rate() returns trigger
language plpgsql security definer -- nobody may write the places but this
set search_path = ''
as $$
begin
	delete from private.tax_rate_places where tax_rate_id = new.id;
	if new.archived_at is null then
		insert into private.tax_rate_places (tax_rate_id, place, specificity, period)
		select new.id, p.place, p.specificity, daterange(new.effective_from, new.effective_to, '[]')
		from private.places_of_rate(new) p;
	end if;
	return null;
end
$$;
create trigger b_places after insert or update on public.tax_rates for each row execute function private.place_tax_rate();

/* After a rate came, ended or was archived: one row of history. */
create function private.record_tax_rate_change() returns trigger
language plpgsql security definer -- nobody may write the history but this
set search_path = ''
as $$
begin
	insert into public.tax_rate_history (tax_rate_id, change, state, county, city, zips, old_rate, new_rate, effective_from, effective_to,
		reason, actor, changed_by)
	values (new.id,
		case when tg_op = 'INSERT' then 'added' when new.archived_at is not null then 'archived' else 'ended' end,
		new.state, new.county, new.city, new.zips,
		case when tg_op = 'UPDATE' then old.rate else (
			select r.rate from public.tax_rates r
			where r.id <> new.id and r.state = new.state and private.county_key(r.county) = private.county_key(new.county)
				and lower(r.city) is not distinct from lower(new.city) and r.zips is not distinct from new.zips
				and (r.id = new.replaces or (r.archived_at is null and r.effective_from < new.effective_from))
			order by (r.id = new.replaces) is true desc, r.effective_from desc limit 1
		) end,
		case when new.archived_at is null then new.rate end,
		new.effective_from, new.effective_to, coalesce(new.archive_reason, new.note), private.current_actor(), auth.uid());
	return null;
end
$$;
create trigger history_of_new after insert on public.tax_rates
	for each row execute function private.record_tax_rate_change();
create trigger history_of_changed after update on public.tax_rates
	for each row when ((old.effective_to, old.archived_at) is distinct from (new.effective_to, new.archived_at))
	execute function private.record_tax_rate_change();

-- Bookings -------------------------------------------------------------------------------------------------------------------

create table public.booking_taxes (
	booking_id uuid primary key references public.bookings (id) on delete cascade,
	station_id uuid not null references public.stations (id) on delete restrict,
	event_date date not null,
	zip text not null,
	state text,
	county text,
	city text,
	tax_rate_id uuid references public.tax_rates (id) on delete restrict,
	rate numeric,
	total_cents integer not null,
	mandatory_tip_cents integer not null default 0,
	pre_tax_cents integer,
	tax_cents integer,
	flagged boolean not null default false,
	flag_reason text,
	set_by_hand text,
	computed_at timestamptz not null default now(),
	frozen_at timestamptz,
	constraint booking_taxes_flagged_say_why check (flagged = (flag_reason is not null)),
	constraint booking_taxes_flag_reason_known check (flag_reason in ('unknown_zip', 'unknown_county', 'no_rate')),
	constraint booking_taxes_flagged_have_no_figures check (
		flagged = (rate is null) and (rate is null) = (pre_tax_cents is null) and (rate is null) = (tax_cents is null)),
	constraint booking_taxes_add_up check (pre_tax_cents + tax_cents = total_cents),
	constraint booking_taxes_not_negative check (pre_tax_cents >= 0 and tax_cents >= 0 and mandatory_tip_cents >= 0 and total_cents >= mandatory_tip_cents),
	constraint booking_taxes_place_known check (flagged or (state is not null and county is not null)),
	constraint booking_taxes_hand_says_why check (length(btrim(set_by_hand)) between 10 and 500)
);
create index booking_taxes_event_date on public.booking_taxes (event_date, booking_id); -- the report of a period
create index booking_taxes_flagged on public.booking_taxes (event_date, booking_id) where flagged; -- what an admin must settle
create index booking_taxes_station on public.booking_taxes (station_id); -- the policy's column
create index booking_taxes_rate on public.booking_taxes (tax_rate_id); -- the foreign key
comment on table public.booking_taxes is 'What of a booking''s total is tax: place, rate and figures as they were. Internal: a customer never sees it.';
comment on column public.booking_taxes.event_date is 'The local day of the event: the rate of that day holds, and the period it is reported in.';
comment on column public.booking_taxes.total_cents is 'What is taxed: the booking''s total and mandatory tips. An optional tip is not.';
comment on column public.booking_taxes.flagged is 'The place or its rate is not known: no figures, never a guess; somebody who may settles it.';
comment on column public.booking_taxes.set_by_hand is 'Why somebody set county or rate; null where the ZIP code said it.';
comment on column public.booking_taxes.frozen_at is 'Since the event was completed: place, rate and the booking''s amount stay.';

/* Takes the tax out of a total that includes it: pre-tax = total / (1 + rate), half a cent up; the rest is tax. Exact. */
create function private.split_tax(p_total_cents integer, p_rate numeric, out pre_tax_cents integer, out tax_cents integer)
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
begin
	-- a whole-number division, because numeric / numeric is rounded before it could be
	pre_tax_cents := div(2 * p_total_cents + (1 + p_rate), 2 * (1 + p_rate))::integer;
	tax_cents := p_total_cents - pre_tax_cents;
end
$$;

/* The rate that holds in a place on a day: that of the ZIP code before the city's before the county's. Null where there is none. */
create function private.find_tax_rate(p_zip text, p_state text, p_county text, p_city text, p_on date) returns public.tax_rates
language plpgsql stable
set search_path = ''
as $$
declare
	v_rate public.tax_rates;
begin
	select r.* into v_rate
	from private.tax_rate_places p
	join public.tax_rates r on r.id = p.tax_rate_id
	where p.place in ('zip:' || p_zip, format('city:%s/%s/%s', p_state, private.county_key(p_county), lower(p_city)),
			format('county:%s/%s', p_state, private.county_key(p_county)))
		and p.period @> p_on
	order by p.specificity desc
	limit 1;
	return v_rate;
end
$$;

/*
  Brings booking_taxes to what the booking says now; writes nothing where nothing changed. A completed booking is frozen: only
  mandatory tips that come later are added, at the frozen rate. What was set by hand holds for its ZIP code. Null for the tips
  leaves them as they are.
*/
create function private.assess_tax(p_booking public.bookings, p_mandatory_tip_cents integer default null) returns void
language plpgsql volatile security definer -- nobody may write booking_taxes but the functions of tax
set search_path = ''
as $$
declare
	v_old public.booking_taxes;
	v_new public.booking_taxes;
	v_rate public.tax_rates;
begin
	select * into v_old from public.booking_taxes where booking_id = p_booking.id;
	v_new := v_old;
	v_new.mandatory_tip_cents := coalesce(p_mandatory_tip_cents, v_old.mandatory_tip_cents, 0);
	v_new.total_cents := v_old.total_cents - v_old.mandatory_tip_cents + v_new.mandatory_tip_cents;
	if v_old.frozen_at is null or v_old.flagged then
		v_new.booking_id := p_booking.id;
		v_new.station_id := p_booking.station_id;
		v_new.event_date := (p_booking.event_at at time zone p_booking.timezone)::date;
		v_new.total_cents := p_booking.total_cents + v_new.mandatory_tip_cents;
		v_new.zip := p_booking.venue_zip;
		if v_old.set_by_hand is null or v_old.zip <> p_booking.venue_zip then
			v_new.set_by_hand := null;
			v_new.tax_rate_id := null;
			v_new.rate := null;
			select z.state, z.county, z.city into v_new.state, v_new.county, v_new.city from public.zip_codes z where z.zip = p_booking.venue_zip;
			v_new.flag_reason := case when not found then 'unknown_zip' when v_new.county is null then 'unknown_county' end;
		end if;
		if v_new.set_by_hand is null or v_old.tax_rate_id is not null then
			v_rate := private.find_tax_rate(v_new.zip, v_new.state, v_new.county, v_new.city, v_new.event_date);
			v_new.tax_rate_id := v_rate.id;
			v_new.rate := v_rate.rate;
			if v_rate.id is not null then
				-- a ZIP code may be listed by a rate though nobody knows its county
				v_new.state := v_rate.state;
				v_new.county := v_rate.county;
				v_new.flag_reason := null;
			else
				v_new.flag_reason := coalesce(v_new.flag_reason, 'no_rate');
			end if;
		end if;
		v_new.flagged := v_new.flag_reason is not null;
		v_new.frozen_at := coalesce(v_old.frozen_at, case when p_booking.status = 'completed' then now() end);
	end if;
	select s.pre_tax_cents, s.tax_cents into v_new.pre_tax_cents, v_new.tax_cents from private.split_tax(v_new.total_cents, v_new.rate) s;
	if v_old.booking_id is null then
		v_new.computed_at := now();
		insert into public.booking_taxes select v_new.*;
	elsif v_new is distinct from v_old then
		update public.booking_taxes set event_date = v_new.event_date, zip = v_new.zip, state = v_new.state, county = v_new.county,
			city = v_new.city, tax_rate_id = v_new.tax_rate_id, rate = v_new.rate, total_cents = v_new.total_cents,
			mandatory_tip_cents = v_new.mandatory_tip_cents, pre_tax_cents = v_new.pre_tax_cents, tax_cents = v_new.tax_cents, flagged = v_new.flagged, flag_reason = v_new.flag_reason,
			set_by_hand = v_new.set_by_hand, frozen_at = v_new.frozen_at, station_id = v_new.station_id, computed_at = now()
		where booking_id = p_booking.id;
	end if;
end
$$;

/* After a booking came, or its venue, amount, day or status changed. */
create function private.tax_follows_booking() returns trigger
language plpgsql security definer -- nobody may write booking_taxes but the functions of tax
set search_path = ''
as $$
begin
	perform private.assess_tax(new);
	return null;
end
$$;
create trigger tax_of_new after insert on public.bookings
	for each row execute function private.tax_follows_booking();
create trigger tax_of_changed after update on public.bookings
	for each row when ((old.venue_zip, old.total_cents, old.event_at, old.timezone, old.status)
		is distinct from (new.venue_zip, new.total_cents, new.event_at, new.timezone, new.status))
	execute function private.tax_follows_booking();

/*
  After rates changed: reckons anew what is flagged, and what is not over yet. A past day is never touched by it, completed or
  not. Answers how many bookings it looked at.
*/
create function private.reassess_taxes() returns integer
language plpgsql volatile
set search_path = ''
as $$
declare
	v_booking public.bookings;
	v_count integer := 0;
begin
	for v_booking in
		select b.* from public.bookings b
		left join public.booking_taxes t on t.booking_id = b.id
		where t.booking_id is null or t.flagged
			or (t.frozen_at is null and t.event_date >= (now() at time zone b.timezone)::date and b.status in ('pending', 'confirmed'))
		order by b.id
	loop
		perform private.assess_tax(v_booking);
		v_count := v_count + 1;
	end loop;
	return v_count;
end
$$;

/* Tells the open pages of tax that rates, or what is flagged, changed; they read it under their own rights. */
create function private.announce_tax() returns trigger
language plpgsql security definer -- realtime.send needs rights on realtime.messages
set search_path = ''
as $$
begin
	perform realtime.send('{}'::jsonb, 'tax_changed', 'staff:taxes', true);
	return null;
end
$$;
create trigger announce_tax after insert or update on public.tax_rates
	for each statement execute function private.announce_tax();
create trigger announce_flag after insert on public.booking_taxes
	for each row when (new.flagged) execute function private.announce_tax();
create trigger announce_settled after update on public.booking_taxes
	for each row when (old.flagged or new.flagged) execute function private.announce_tax();
insert into private.topic_permissions (scope, what, permission) values ('staff', 'taxes', 'taxes.read');

select private.track('public.tax_rates');
-- booking_taxes: its first figures are the booking's own entry; what changes later is audited
create trigger z_audit after update or delete on public.booking_taxes
	for each row execute function private.write_audit('booking_id');
-- tax_rate_history is a log itself: not audited

-- The bookings so far; their places find rates when seed/45_tax.sql brings them.
do $$
begin
	perform private.reassess_taxes();
end
$$;

-- Row-level security -----------------------------------------------------------------------------------------------------------

alter table public.tax_rates enable row level security;
alter table public.tax_rate_history enable row level security;
alter table public.booking_taxes enable row level security;
grant select on public.tax_rates, public.tax_rate_history, public.booking_taxes to authenticated;
revoke insert, update, delete on public.tax_rate_history, public.booking_taxes from service_role;
-- no write to any of them: save_tax_rate, archive_tax_rate, import_tax_rates, set_booking_tax and triggers do it
-- nothing to anon, and nothing to customers: prices include tax and are shown without it

create policy "Tax rates are read by those who may" on public.tax_rates
	for select to authenticated using ((select private.has_permission('taxes.read')));
create policy "Changes of tax rates are read by those who read the rates" on public.tax_rate_history
	for select to authenticated using ((select private.has_permission('taxes.read')));
create policy "Taxes of bookings are read for the stations one may" on public.booking_taxes
	for select to authenticated using (station_id in (select private.stations_with('taxes.read')));
