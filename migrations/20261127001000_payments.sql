/*
  Payments: the ledger. Every movement of money is one row of payments, written once and never changed; what is paid, what is
  due and a booking's payment status are sums over it (booking_balances), never fields that can drift. Around it stand the
  attempts to pay by card, refunds, disputes, what needs a person's eye, and the rules as data: cancellation policies, card fees.
  Tables: cancellation_policies, card_fee_rules, payment_checkouts, payment_refunds, payments, payment_disputes,
  payment_attention, payment_reconciliations, private.stripe_events, private.stripe_customers. View: booking_balances.
*/

-- Rules as data -------------------------------------------------------------------------------------------------------------

create table public.cancellation_policies (
	id uuid primary key default private.uuid_v7(),
	effective_from timestamptz not null unique default now(),
	full_refund_days integer not null,
	free_reschedules integer not null,
	free_reschedule_hours integer not null,
	reschedule_fee_cents integer not null,
	note text not null,
	created_at timestamptz not null default now(),
	created_by uuid default auth.uid(),
	constraint cancellation_policies_days_sensible check (full_refund_days between 0 and 365),
	constraint cancellation_policies_reschedules_sensible check (free_reschedules between 0 and 100 and free_reschedule_hours between 0 and 8760),
	constraint cancellation_policies_fee_sensible check (reschedule_fee_cents between 0 and 100000),
	constraint cancellation_policies_note_bounded check (length(btrim(note)) between 10 and 500)
);
comment on table public.cancellation_policies is 'Versions of the cancellation policy. A booking keeps the one in force when it was made.';
comment on column public.cancellation_policies.full_refund_days is 'Until so many days before the event everything is given back; later the deposit is kept.';
comment on column public.cancellation_policies.free_reschedule_hours is 'Until so many hours before the event the free reschedules can be used.';
comment on column public.cancellation_policies.note is 'Why this version came.';

-- Not in seed/: the bookings that are there already need it at once.
insert into public.cancellation_policies (effective_from, full_refund_days, free_reschedules, free_reschedule_hours, reschedule_fee_cents, note)
values ('2024-01-01', 7, 1, 48, 5000, 'Full refund until 7 days before, later the deposit is kept; one free reschedule until 48 hours before, later ones $50.');

alter table public.bookings
	add column cancellation_policy_id uuid references public.cancellation_policies (id) on delete restrict,
	add column own_reschedule_count integer not null default 0;
create index bookings_cancellation_policy on public.bookings (cancellation_policy_id); -- the foreign key
comment on column public.bookings.cancellation_policy_id is 'The version in force when it was booked.';
comment on column public.bookings.own_reschedule_count is 'How often its customer moved it once it was confirmed; the policy makes the first ones free.';

/* The policy in force at a time. */
create function private.policy_at(p_at timestamptz default now()) returns uuid
language plpgsql stable security definer -- asked by a trigger on anybody's booking
set search_path = ''
as $$
begin
	return (select id from public.cancellation_policies where effective_from <= p_at order by effective_from desc limit 1);
end
$$;

alter table public.bookings disable trigger user;
update public.bookings set cancellation_policy_id = private.policy_at(greatest(created_at, '2024-01-01'));
alter table public.bookings enable trigger user;

/* Before a booking is made: the policy of today is its policy. */
create function private.booking_takes_policy() returns trigger
language plpgsql
set search_path = ''
as $$
begin
	new.cancellation_policy_id := coalesce(new.cancellation_policy_id, private.policy_at());
	return new;
end
$$;
create trigger c_policy before insert on public.bookings for each row execute function private.booking_takes_policy();
grant execute on function private.policy_at(timestamptz) to service_role;

create table public.card_fee_rules (
	id uuid primary key default private.uuid_v7(),
	state text,
	funding text not null,
	rate numeric(6, 5) not null,
	enabled boolean not null default true,
	reason text not null,
	effective_from timestamptz not null default now(),
	effective_to timestamptz,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	version integer not null default 1,
	constraint card_fee_rules_state_two_letters check (state ~ '^[A-Z]{2}$'),
	constraint card_fee_rules_funding_known check (funding in ('credit', 'debit', 'prepaid')),
	constraint card_fee_rules_rate_capped check (rate between 0 and 0.04),
	constraint card_fee_rules_reason_bounded check (length(btrim(reason)) between 10 and 1000),
	constraint card_fee_rules_ends_after_start check (effective_to > effective_from),
	constraint card_fee_rules_one_at_a_time exclude using gist (
		coalesce(state, '*') with =, funding with =, tstzrange(effective_from, effective_to) with &&)
);
comment on table public.card_fee_rules is 'What is added for paying by card, by state of the venue and funding of the card. A rule of the state goes before the one of all states.';
comment on column public.card_fee_rules.state is 'Two letters; null for all states.';
comment on column public.card_fee_rules.rate is 'Of what is charged including the tip; 0.03 is 3 %.';
comment on column public.card_fee_rules.reason is 'Why the rate is what it is, as staff read it.';

-- Money ---------------------------------------------------------------------------------------------------------------------

create table public.payment_checkouts (
	id uuid primary key default private.uuid_v7(),
	booking_id uuid not null references public.bookings (id) on delete restrict,
	station_id uuid not null references public.stations (id) on delete restrict,
	purpose text not null,
	amount_cents integer not null,
	tip_cents integer not null default 0,
	tip_kind text not null default 'optional',
	fee_cents integer not null default 0,
	fee_rate numeric(6, 5) not null default 0,
	total_cents integer not null generated always as (amount_cents + tip_cents + fee_cents) stored,
	funding text not null default 'credit',
	status text not null default 'open',
	stripe_session_id text unique,
	stripe_payment_intent_id text unique,
	url text,
	idempotency_key text not null unique,
	failure_code text,
	failure_message text,
	failed_at timestamptz,
	expires_at timestamptz,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	version integer not null default 1,
	constraint payment_checkouts_purpose_known check (purpose in ('deposit', 'balance')),
	constraint payment_checkouts_money_sensible check (amount_cents >= 0 and tip_cents >= 0 and fee_cents >= 0 and amount_cents + tip_cents > 0),
	constraint payment_checkouts_tip_kind_known check (tip_kind in ('optional', 'mandatory')),
	constraint payment_checkouts_funding_known check (funding in ('credit', 'debit', 'prepaid')),
	constraint payment_checkouts_status_known check (status in ('open', 'processing', 'failed', 'expired', 'succeeded')),
	constraint payment_checkouts_key_bounded check (length(idempotency_key) between 8 and 100)
);
create index payment_checkouts_booking on public.payment_checkouts (booking_id, created_at); -- a booking's attempts
create index payment_checkouts_station on public.payment_checkouts (station_id, created_at, id); -- lists of a station
create index payment_checkouts_created on public.payment_checkouts (created_at, id); -- lists over all stations
comment on table public.payment_checkouts is 'Attempts to pay by card: what was asked for, and what became of it.';
comment on column public.payment_checkouts.amount_cents is 'Of the booking''s price, without tip and fee.';
comment on column public.payment_checkouts.status is 'Only ever rises: open, processing, failed, expired, succeeded. A declined card may be followed by another.';
comment on column public.payment_checkouts.failed_at is 'When the provider declined, by its clock: the latest refusal is what is shown.';

create table public.payment_refunds (
	id uuid primary key default private.uuid_v7(),
	booking_id uuid references public.bookings (id) on delete restrict,
	station_id uuid references public.stations (id) on delete restrict,
	method text not null,
	payment_intent text,
	checkout_id uuid references public.payment_checkouts (id) on delete restrict,
	amount_cents integer not null,
	applies_to text not null default 'booking',
	reason text not null,
	status text not null default 'requested',
	failure text,
	stripe_refund_id text unique,
	event_key text unique,
	idempotency_key text not null unique,
	automatic boolean not null default false,
	requested_by uuid,
	actor text not null default private.current_actor(),
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	settled_at timestamptz,
	version integer not null default 1,
	constraint payment_refunds_method_known check (method in ('stripe', 'zelle', 'venmo', 'cash', 'check')),
	constraint payment_refunds_amount_positive check (amount_cents > 0),
	constraint payment_refunds_applies_to_known check (applies_to in ('booking', 'tip', 'card_fee')),
	constraint payment_refunds_reason_bounded check (length(btrim(reason)) between 10 and 500),
	constraint payment_refunds_status_known check (status in ('requested', 'succeeded', 'failed')),
	constraint payment_refunds_card_has_intent check (method <> 'stripe' or payment_intent is not null)
);
create index payment_refunds_booking on public.payment_refunds (booking_id, created_at); -- a booking's refunds
create index payment_refunds_station on public.payment_refunds (station_id, created_at, id); -- lists of a station
create index payment_refunds_created on public.payment_refunds (created_at, id); -- lists over all stations
create index payment_refunds_intent on public.payment_refunds (payment_intent, amount_cents); -- an event looks for its request
create index payment_refunds_checkout on public.payment_refunds (checkout_id); -- the foreign key
comment on table public.payment_refunds is 'Money on its way back. Once it is gone the ledger has a row for it.';
comment on column public.payment_refunds.amount_cents is 'Positive; the ledger''s row is the negative of it.';
comment on column public.payment_refunds.event_key is 'The event that told of it, charge:<id>:<refunded so far>; each event tells of one refund.';
comment on column public.payment_refunds.automatic is 'Asked for by a rule, not by a person.';

create table public.payments (
	id uuid primary key default private.uuid_v7(),
	booking_id uuid references public.bookings (id) on delete restrict,
	station_id uuid references public.stations (id) on delete restrict,
	kind text not null,
	method text,
	amount_cents integer not null,
	applies_to text not null,
	tip_kind text,
	checkout_id uuid references public.payment_checkouts (id) on delete restrict,
	refund_id uuid references public.payment_refunds (id) on delete restrict,
	provider_ref text,
	entry_key text not null unique,
	note text not null default '',
	actor text not null,
	recorded_by uuid,
	occurred_at timestamptz not null default now(),
	created_at timestamptz not null default now(),
	constraint payments_kind_known check (kind in ('deposit', 'balance', 'tip', 'card_fee', 'refund', 'adjustment')),
	constraint payments_method_known check (method in ('stripe', 'zelle', 'venmo', 'cash', 'check') and (method is not null or kind = 'adjustment')),
	constraint payments_amount_has_its_sign check (case kind when 'refund' then amount_cents < 0 when 'adjustment' then amount_cents <> 0 else amount_cents > 0 end),
	constraint payments_applies_to_known check (applies_to in ('booking', 'tip', 'card_fee')),
	constraint payments_applies_to_fits check (case kind when 'tip' then applies_to = 'tip' when 'card_fee' then applies_to = 'card_fee'
		when 'deposit' then applies_to = 'booking' when 'balance' then applies_to = 'booking' else true end),
	constraint payments_tips_say_kind check ((kind = 'tip') = (tip_kind is not null) and tip_kind in ('optional', 'mandatory')),
	constraint payments_note_bounded check (length(note) <= 500),
	constraint payments_key_bounded check (length(entry_key) between 3 and 200)
);
create index payments_booking on public.payments (booking_id, occurred_at) include (kind, amount_cents, applies_to); -- sums of a booking
create index payments_station on public.payments (station_id, occurred_at, id); -- lists and totals of a station
create index payments_occurred on public.payments (occurred_at, id); -- lists and totals over all stations
create index payments_provider_ref on public.payments (provider_ref); -- what was paid by one card payment
create index payments_checkout on public.payments (checkout_id); -- the foreign key
create index payments_refund on public.payments (refund_id); -- the foreign key
comment on table public.payments is 'The ledger: one row for each movement of money. Append-only, for everybody.';
comment on column public.payments.booking_id is 'Null for money that no booking could be found for.';
comment on column public.payments.amount_cents is 'Money in is positive. An adjustment below 0 means that the customer owes more.';
comment on column public.payments.method is 'How it moved; null for an adjustment that moved no money (a fee for rescheduling).';
comment on column public.payments.applies_to is 'Which sum it belongs to; a refund or an adjustment may touch any.';
comment on column public.payments.tip_kind is 'A mandatory gratuity is taxable, an optional one is not.';
comment on column public.payments.provider_ref is 'The card payment (payment intent), or manual:<key>: rows of one payment share it.';
comment on column public.payments.entry_key is 'What the row stands for, so that it is written once.';

create table public.payment_disputes (
	id uuid primary key default private.uuid_v7(),
	stripe_dispute_id text not null unique,
	payment_intent text,
	booking_id uuid references public.bookings (id) on delete restrict,
	station_id uuid references public.stations (id) on delete restrict,
	amount_cents integer not null,
	reason text not null default '',
	status text not null default 'open',
	evidence_due_at timestamptz,
	opened_at timestamptz not null,
	closed_at timestamptz,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	version integer not null default 1,
	constraint payment_disputes_status_known check (status in ('open', 'won', 'lost')),
	constraint payment_disputes_closed_is_dated check ((status = 'open') = (closed_at is null)),
	constraint payment_disputes_amount_positive check (amount_cents > 0)
);
create index payment_disputes_station on public.payment_disputes (station_id, opened_at, id); -- lists of a station
create index payment_disputes_opened on public.payment_disputes (opened_at, id); -- lists over all stations
create index payment_disputes_booking on public.payment_disputes (booking_id); -- a booking's disputes
create index payment_disputes_intent on public.payment_disputes (payment_intent); -- disputes that came before their payment
comment on table public.payment_disputes is 'Charges that a cardholder disputes with the bank.';

create table public.payment_attention (
	id uuid primary key default private.uuid_v7(),
	kind text not null,
	subject text not null,
	booking_id uuid references public.bookings (id) on delete restrict,
	station_id uuid references public.stations (id) on delete restrict,
	payment_intent text,
	amount_cents integer,
	details jsonb not null default '{}',
	status text not null default 'open',
	resolution text,
	resolved_by uuid,
	resolved_at timestamptz,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	version integer not null default 1,
	constraint payment_attention_kind_known check (kind in ('unknown_booking', 'amount_mismatch', 'late_payment', 'cancelled_booking',
		'overpaid', 'dispute', 'refund_due', 'refund_failed', 'fee_on_debit', 'reconciliation', 'event_failed')),
	constraint payment_attention_once unique (kind, subject),
	constraint payment_attention_status_known check (status in ('open', 'resolved')),
	constraint payment_attention_resolved_is_dated check ((status = 'resolved') = (resolved_at is not null) and (status = 'open' or resolution is not null))
);
create index payment_attention_station on public.payment_attention (station_id, status, created_at, id); -- the queue of a station
create index payment_attention_status on public.payment_attention (status, created_at, id); -- the queue over all stations
create index payment_attention_booking on public.payment_attention (booking_id); -- a booking's own
comment on table public.payment_attention is 'What a person has to look at: money that does not fit, and promises to give some back.';
comment on column public.payment_attention.subject is 'What it is about (a payment intent, a refund, a dispute, a day), so that it is raised once.';
comment on column public.payment_attention.resolution is 'How it ended, in the words of who resolved it, or rebooked, refunded, confirmed.';

create table public.payment_reconciliations (
	id uuid primary key default private.uuid_v7(),
	period_from timestamptz not null,
	period_to timestamptz not null,
	checked integer not null,
	differences jsonb not null default '[]',
	created_at timestamptz not null default now(),
	constraint payment_reconciliations_period_runs check (period_to > period_from),
	constraint payment_reconciliations_checked_not_negative check (checked >= 0),
	constraint payment_reconciliations_differences_list check (jsonb_typeof(differences) = 'array')
);
create index payment_reconciliations_created on public.payment_reconciliations (created_at, id); -- the list, newest first
comment on table public.payment_reconciliations is 'What came of comparing the ledger with what the card provider holds.';

create table private.stripe_events (
	id text primary key,
	type text not null,
	payload jsonb not null,
	created timestamptz not null,
	received_at timestamptz not null default now(),
	processed_at timestamptz,
	attempts integer not null default 0,
	error text
);
create index stripe_events_waiting on private.stripe_events (received_at) where processed_at is null; -- what failed and is tried again
comment on table private.stripe_events is 'Every event that Stripe sent and signed, as it came. Stored first, then acted on.';
alter table private.stripe_events enable row level security;

create table private.stripe_customers (
	customer_id uuid primary key references public.customers (id) on delete cascade,
	stripe_customer_id text not null unique,
	created_at timestamptz not null default now()
);
comment on table private.stripe_customers is 'The customer of ours that is which customer of Stripe''s.';
alter table private.stripe_customers enable row level security;

select private.track('public.cancellation_policies');
select private.track('public.card_fee_rules');
select private.track('public.payment_checkouts');
select private.track('public.payment_refunds');
select private.track('public.payments');
select private.track('public.payment_disputes');
select private.track('public.payment_attention');
-- payment_reconciliations: not audited, its rows are a log by themselves

-- Append-only -----------------------------------------------------------------------------------------------------------------

/* Refuses any change of what was written, whoever asks. */
create function private.refuse_change() returns trigger
language plpgsql
set search_path = ''
as $$
begin
	raise exception 'The table % is append-only.', tg_table_name using errcode = '42501', hint = 'Write another row that says what changed.';
end
$$;
create trigger append_only before update or delete on public.payments for each row execute function private.refuse_change();
create trigger append_only_all before truncate on public.payments for each statement execute function private.refuse_change();
create trigger append_only before update or delete on public.cancellation_policies for each row execute function private.refuse_change();

/* Before a row of money: the station is its booking's; who acted is the database's to say. */
create function private.fill_money_row() returns trigger
language plpgsql security definer -- looks up the booking whatever the caller may read
set search_path = ''
as $$
begin
	if new.booking_id is not null then
		select station_id into new.station_id from public.bookings where id = new.booking_id;
	end if;
	return new;
end
$$;
create trigger b_fill before insert on public.payments for each row execute function private.fill_money_row();
create trigger b_fill before insert on public.payment_checkouts for each row execute function private.fill_money_row();
create trigger b_fill before insert or update of booking_id on public.payment_refunds for each row execute function private.fill_money_row();
create trigger b_fill before insert or update of booking_id on public.payment_disputes for each row execute function private.fill_money_row();
create trigger b_fill before insert or update of booking_id on public.payment_attention for each row execute function private.fill_money_row();

-- Sums ------------------------------------------------------------------------------------------------------------------------

create view public.booking_balances with (security_invoker = true) as
select b.id as booking_id, b.station_id, b.total_cents, s.paid_cents, s.tip_cents, s.fee_cents, s.refunded_cents,
	case when b.status = 'cancelled' then 0 else greatest(b.total_cents - s.paid_cents, 0) end as balance_due_cents,
	case
		when s.refunded_cents > s.fee_refunded_cents and s.refunded_cents >= s.received_cents then 'refunded'
		when s.refunded_cents > s.fee_refunded_cents then 'partially_refunded'
		when s.paid_cents >= b.total_cents then 'paid'
		when s.paid_cents >= b.deposit_cents and s.paid_cents > 0 then 'deposit_paid'
		when s.paid_cents > 0 then 'partially_paid'
		else 'unpaid'
	end as payment_status
from public.bookings b
cross join lateral (
	select
		coalesce(sum(p.amount_cents) filter (where p.applies_to = 'booking' and p.kind <> 'refund'), 0)::integer as paid_cents,
		coalesce(sum(p.amount_cents) filter (where p.applies_to = 'tip' and p.kind <> 'refund'), 0)::integer as tip_cents,
		coalesce(sum(p.amount_cents) filter (where p.applies_to = 'card_fee' and p.kind <> 'refund'), 0)::integer as fee_cents,
		coalesce(-sum(p.amount_cents) filter (where p.kind = 'refund'), 0)::integer as refunded_cents,
		coalesce(-sum(p.amount_cents) filter (where p.kind = 'refund' and p.applies_to = 'card_fee'), 0)::integer as fee_refunded_cents,
		coalesce(sum(p.amount_cents) filter (where p.kind in ('deposit', 'balance', 'tip')), 0)::integer as received_cents
	from public.payments p where p.booking_id = b.id
) s
where current_user not in ('anon', 'authenticated')
	-- who reads bookings but no money would see sums of nothing
	or b.station_id in (select private.stations_with('payments.read')) or b.customer_id in (select private.own_customers());
comment on view public.booking_balances is
	'What each booking''s ledger comes to: paid_cents of its price, tips, card fees, what was given back (positive; does not raise what is due), what is due, and the payment status.';

-- Row-level security ----------------------------------------------------------------------------------------------------------

alter table public.cancellation_policies enable row level security;
alter table public.card_fee_rules enable row level security;
alter table public.payment_checkouts enable row level security;
alter table public.payment_refunds enable row level security;
alter table public.payments enable row level security;
alter table public.payment_disputes enable row level security;
alter table public.payment_attention enable row level security;
alter table public.payment_reconciliations enable row level security;

grant select on public.cancellation_policies to anon, authenticated;
grant insert (effective_from, full_refund_days, free_reschedules, free_reschedule_hours, reschedule_fee_cents, note)
	on public.cancellation_policies to authenticated;
-- no update and no delete of policies: bookings were made under them
grant select on public.card_fee_rules to authenticated;
grant insert (state, funding, rate, enabled, reason, effective_from, effective_to),
	update (rate, enabled, reason, effective_from, effective_to) on public.card_fee_rules to authenticated;
-- no delete of rules: they end
grant select on public.payments, public.payment_checkouts, public.payment_refunds, public.payment_disputes,
	public.payment_attention, public.payment_reconciliations, public.booking_balances to authenticated;
-- no write to any of them, also not by the server's key to the ledger: functions do it
revoke insert, update, delete on public.payments from service_role;

create policy "Everybody reads the cancellation policy" on public.cancellation_policies
	for select to anon, authenticated using (true);
create policy "A new cancellation policy is made by head office that takes payments" on public.cancellation_policies
	for insert to authenticated with check ((select private.has_permission_everywhere('payments.write')));

create policy "Card fees are read by those who read payments" on public.card_fee_rules
	for select to authenticated using ((select private.has_permission('payments.read')));
create policy "Card fees are made by head office that takes payments" on public.card_fee_rules
	for insert to authenticated with check ((select private.has_permission_everywhere('payments.write')));
create policy "Card fees are changed by head office that takes payments" on public.card_fee_rules
	for update to authenticated using ((select private.has_permission_everywhere('payments.write')))
	with check ((select private.has_permission_everywhere('payments.write')));

create policy "The ledger is read by staff of the station and by the booking's customer" on public.payments
	for select to authenticated using (
		station_id in (select private.stations_with('payments.read'))
		or (station_id is null and (select private.has_permission_everywhere('payments.read')))
		or exists (select from public.bookings b where b.id = booking_id and b.customer_id in (select private.own_customers())));
create policy "Attempts to pay are read by staff of the station" on public.payment_checkouts
	for select to authenticated using (station_id in (select private.stations_with('payments.read')));
create policy "Refunds are read by staff of the station" on public.payment_refunds
	for select to authenticated using (
		station_id in (select private.stations_with('payments.read'))
		or (station_id is null and (select private.has_permission_everywhere('payments.read'))));
create policy "Disputes are read by staff of the station" on public.payment_disputes
	for select to authenticated using (
		station_id in (select private.stations_with('payments.read'))
		or (station_id is null and (select private.has_permission_everywhere('payments.read'))));
create policy "What needs attention is read by staff of the station" on public.payment_attention
	for select to authenticated using (
		station_id in (select private.stations_with('payments.read'))
		or (station_id is null and (select private.has_permission_everywhere('payments.read'))));
create policy "Reconciliations are read by head office that reads payments" on public.payment_reconciliations
	for select to authenticated using ((select private.has_permission_everywhere('payments.read')));
