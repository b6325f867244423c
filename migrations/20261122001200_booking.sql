/*
  Booking: bookings and the chef reservations that make double-booking impossible.
  A booking keeps its quote as a snapshot. A reservation is a chef's time, from leaving the station to being back, and an
  exclusion constraint lets no two active ones of a chef overlap: every path that gives a chef time goes through it.
  Tables: bookings, booking_items, chef_reservations, booking_notifications, private.booking_requests.
*/

create table public.bookings (
	id uuid primary key default private.uuid_v7(),
	reference text not null unique,
	station_id uuid not null references public.stations (id) on delete restrict,
	customer_id uuid not null references public.customers (id) on delete restrict,
	chef_id uuid references public.chefs (id) on delete restrict,
	status text not null default 'pending',
	event_at timestamptz not null,
	event_ends_at timestamptz not null,
	timezone text not null,
	adults integer not null,
	children integer not null default 0,
	toddlers integer not null default 0,
	contact_name text,
	contact_phone text,
	venue_line1 text not null,
	venue_line2 text,
	venue_city text,
	venue_state text,
	venue_zip text not null,
	road_miles numeric(7, 2) not null,
	notes text not null default '',
	quote jsonb not null,
	total_cents integer not null,
	deposit_cents integer not null,
	price_version text not null,
	source text not null default 'website',
	idempotency_key text unique,
	hold_expires_at timestamptz,
	confirmed_at timestamptz,
	completed_at timestamptz,
	cancelled_at timestamptz,
	cancel_reason text,
	reschedule_count integer not null default 0,
	utm jsonb not null default '{}',
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_by uuid,
	delete_reason text,
	constraint bookings_reference_readable check (reference ~ '^MH-[2-9A-HJ-NP-Z]{5}$'),
	constraint bookings_status_known check (status in ('pending', 'confirmed', 'completed', 'cancelled')),
	constraint bookings_end_after_start check (event_ends_at > event_at),
	constraint bookings_guests_sensible check (adults >= 1 and children >= 0 and toddlers >= 0 and adults + children + toddlers <= 500),
	constraint bookings_contact_bounded check (length(contact_name) <= 120 and contact_phone ~ '^\+[1-9][0-9]{7,14}$'),
	constraint bookings_venue_bounded check (length(venue_line1) <= 200 and length(venue_line2) <= 200 and length(venue_city) <= 100
		and venue_state ~ '^[A-Z]{2}$' and venue_zip ~ '^[0-9]{5}$'),
	constraint bookings_notes_bounded check (length(notes) <= 2000),
	constraint bookings_money_not_negative check (total_cents >= 0 and deposit_cents >= 0),
	constraint bookings_only_pending_hold check ((status = 'pending') = (hold_expires_at is not null)),
	constraint bookings_cancelled_say_why check ((status = 'cancelled') = (cancelled_at is not null) and (cancelled_at is null) = (cancel_reason is null)),
	constraint bookings_delete_has_reason check (deleted_at is null or length(delete_reason) between 10 and 500)
);
create index bookings_station_event on public.bookings (station_id, event_at, id) where deleted_at is null; -- lists and calendar of a station
create index bookings_event on public.bookings (event_at, id) where deleted_at is null; -- lists of head office, over all stations
create index bookings_station_changed on public.bookings (station_id, updated_at, id); -- catch-up after a lost connection
create index bookings_station_status on public.bookings (station_id, status, event_at) where deleted_at is null; -- lists by status
create index bookings_customer on public.bookings (customer_id, event_at); -- own bookings
create index bookings_chef_event on public.bookings (chef_id, event_at) where deleted_at is null; -- assigned bookings
create index bookings_hold_expires on public.bookings (hold_expires_at) where status = 'pending'; -- the sweep of expired holds
comment on table public.bookings is 'One dinner each. Cancelled ones stay; deleted ones are hidden and restorable.';
comment on column public.bookings.reference is 'What people see and say.';
comment on column public.bookings.contact_name is 'Who to ask for, where that is not the customer of record.';
comment on column public.bookings.contact_phone is 'The number for this event, where that is not the customer''s own.';
comment on column public.bookings.event_at is 'When the dinner starts; local wall time with timezone.';
comment on column public.bookings.road_miles is 'From the station to the venue, one way, as priced.';
comment on column public.bookings.quote is 'The whole quote as it was promised (see quote_event).';
comment on column public.bookings.hold_expires_at is 'Until when a pending booking keeps its chef; null once it is not pending.';
comment on column public.bookings.cancel_reason is 'In the words of who cancelled, or hold_expired.';
comment on column public.bookings.idempotency_key is 'The key of the request that made it.';

create table public.booking_items (
	booking_id uuid not null references public.bookings (id) on delete cascade,
	code text not null,
	label text not null,
	quantity integer not null,
	unit_cents integer not null,
	primary key (booking_id, code),
	constraint booking_items_quantity_positive check (quantity > 0),
	constraint booking_items_unit_not_negative check (unit_cents >= 0)
);
comment on table public.booking_items is 'The menu choices of a booking as priced: upgrades and add-ons.';

create table public.chef_reservations (
	id uuid primary key default private.uuid_v7(),
	-- deferred: the chef's time is taken first, so that a caller who comes too late writes no booking at all
	booking_id uuid not null references public.bookings (id) on delete cascade deferrable initially deferred,
	chef_id uuid not null references public.chefs (id) on delete restrict,
	station_id uuid not null references public.stations (id) on delete restrict,
	event_at timestamptz not null,
	period tstzrange not null,
	expires_at timestamptz,
	created_at timestamptz not null default now(),
	released_at timestamptz,
	constraint chef_reservations_period_holds_event check (not isempty(period) and period @> event_at),
	constraint chef_reservations_no_overlap exclude using gist (chef_id with =, period with &&) where (released_at is null)
);
create unique index chef_reservations_one_active on public.chef_reservations (booking_id) where released_at is null;
create index chef_reservations_station_event on public.chef_reservations (station_id, event_at) where released_at is null; -- availability; fair choice
create index chef_reservations_booking on public.chef_reservations (booking_id); -- the foreign key and a booking's history
comment on table public.chef_reservations is 'A chef''s time given to a booking: event, set-up, clean-up and the drive both ways.';
comment on column public.chef_reservations.expires_at is 'When the booking''s hold ends; null once confirmed. An expired one counts as free and is released by whoever needs the slot, or by the sweep.';
comment on column public.chef_reservations.released_at is 'When the time was given back; null while it is held.';

create table public.booking_notifications (
	booking_id uuid not null references public.bookings (id) on delete cascade,
	kind text not null,
	sent_at timestamptz not null default now(),
	primary key (booking_id, kind)
);
comment on table public.booking_notifications is 'Which message about a booking went out, so that a repeated job sends it once.';

create table private.booking_requests (
	idempotency_key text primary key,
	request_hash bytea not null,
	booking_id uuid references public.bookings (id) on delete cascade deferrable initially deferred,
	created_at timestamptz not null default now()
);
comment on table private.booking_requests is 'Claims an idempotency key for the one request that may use it: parallel repeats wait here for its answer.';
alter table private.booking_requests enable row level security;

-- Reservations follow their booking ---------------------------------------------------------------------------------------

/*
  After a change of a booking's status or hold, whatever path it came by: a cancelled or deleted booking gives its chef's time
  back, a confirmed one keeps it for good, a longer hold holds longer.
*/
create function private.reservation_follows_booking() returns trigger
language plpgsql security definer -- nobody may write reservations directly
set search_path = ''
as $$
begin
	if new.status = 'cancelled' or new.deleted_at is not null then
		update public.chef_reservations set released_at = clock_timestamp()
		where booking_id = new.id and released_at is null;
	else
		update public.chef_reservations set expires_at = new.hold_expires_at
		where booking_id = new.id and released_at is null and expires_at is distinct from new.hold_expires_at;
	end if;
	return null;
end
$$;
create trigger reservation_follows after update of status, hold_expires_at, deleted_at on public.bookings
	for each row execute function private.reservation_follows_booking();

select private.track('public.bookings');
select private.track('public.booking_items');
-- chef_reservations and booking_notifications: not audited, the booking's entries say the same

-- Row-level security ------------------------------------------------------------------------------------------------------

alter table public.bookings enable row level security;
alter table public.booking_items enable row level security;
alter table public.chef_reservations enable row level security;
alter table public.booking_notifications enable row level security;

grant select on public.bookings, public.booking_items, public.chef_reservations, public.booking_notifications to authenticated;
-- no write to any of them: create_booking, reschedule_booking, cancel_booking, assign_chef, confirm_booking, update_booking do it
-- nothing to anon: a guest opens one booking by its token (get_booking)

create policy "Bookings are read by staff of the station and by their customer" on public.bookings
	for select to authenticated using (
		deleted_at is null
		and (station_id in (select private.stations_with('bookings.read')) or customer_id in (select private.own_customers()))
	);
create policy "Items are read by who reads the booking" on public.booking_items
	for select to authenticated using (exists (select from public.bookings b where b.id = booking_id));
create policy "Reservations are read by staff of the station" on public.chef_reservations
	for select to authenticated using (station_id in (select private.stations_with('bookings.read')));
create policy "Notifications are read by staff who read the booking" on public.booking_notifications
	for select to authenticated using (
		exists (select from public.bookings b where b.id = booking_id and b.station_id in (select private.stations_with('bookings.read'))));

-- Customers are known to the stations they booked with, so their policies stand here.
alter table public.customers enable row level security;

grant select on public.customers to authenticated;
grant insert (name, email, phone, sms_consent, sms_consent_at, station_id, notes) on public.customers to authenticated;
grant update (name, email, phone, sms_consent, sms_consent_at, notes) on public.customers to authenticated;
-- no delete: customers are marked deleted by the function that gives a reason

create policy "Customers are read by themselves and by staff of a station that serves them" on public.customers
	for select to authenticated using (
		deleted_at is null
		and (
			user_id = (select auth.uid())
			or station_ids && (select array(select private.stations_with('customers.read')))
			or (select private.has_permission_everywhere('customers.read'))
		)
	);
create policy "Customers are added by staff of their station" on public.customers
	for insert to authenticated with check (
		station_id in (select private.stations_with('customers.write'))
		or (station_id is null and (select private.has_permission_everywhere('customers.write'))));
create policy "Customers edit themselves, staff those of their station" on public.customers
	for update to authenticated
	using (
		deleted_at is null
		and (
			user_id = (select auth.uid())
			or station_ids && (select array(select private.stations_with('customers.write')))
			or (select private.has_permission_everywhere('customers.write'))
		)
	)
	with check (
		user_id = (select auth.uid())
		or station_ids && (select array(select private.stations_with('customers.write')))
		or (select private.has_permission_everywhere('customers.write')));

/*
  Before insert or update of a customer: consent is dated by the database, the first station is among the stations, and
  customers change only their own name, phone and consent (the e-mail is what their sign-in proves).
*/
create function private.guard_customer() returns trigger
language plpgsql
set search_path = ''
as $$
begin
	if new.station_id is not null and new.station_id <> all (new.station_ids) then
		new.station_ids := new.station_ids || new.station_id;
	end if;
	if new.sms_consent is distinct from (case when tg_op = 'UPDATE' then old.sms_consent end) or not new.sms_consent then
		new.sms_consent_at := case when new.sms_consent then coalesce(new.sms_consent_at, now()) end;
	end if;
	if tg_op = 'UPDATE' and current_user = 'authenticated' and old.user_id = auth.uid()
		and (new.email, new.notes) is distinct from (old.email, old.notes)
		and not (select private.has_permission('customers.write')) then
		perform private.fail('NOT_ALLOWED', 403, 'Your e-mail address changes with your sign-in, not here.');
	end if;
	return new;
end
$$;
create trigger b_guard before insert or update on public.customers for each row execute function private.guard_customer();

/* After a booking: its station sees the customer from now on. */
create function private.station_meets_customer() returns trigger
language plpgsql security definer -- nobody may write station_ids
set search_path = ''
as $$
begin
	update public.customers set station_ids = station_ids || new.station_id
	where id = new.customer_id and new.station_id <> all (station_ids);
	return null;
end
$$;
create trigger meet_customer after insert or update of customer_id on public.bookings
	for each row execute function private.station_meets_customer();
