/*
  Payments: what is due, and paying it by card. The amount is always computed here from the booking's snapshot and its ledger;
  a caller says what for and which tip, never how much. begin_checkout stores the attempt; the edge function asks the card
  provider for a place to pay and tells attach_checkout where that is.
*/

-- Fees, balances, what is due ---------------------------------------------------------------------------------------------------

/* The rate added for a card of that funding at a venue in that state; 0 where no rule asks for one. */
create function private.card_fee_rate(p_state text, p_funding text, p_at timestamptz default now()) returns numeric
language plpgsql stable security definer -- customers may not read the rules
set search_path = ''
as $$
begin
	return coalesce((
		select case when r.enabled then r.rate else 0 end
		from public.card_fee_rules r
		where r.funding = p_funding and (r.state = p_state or r.state is null)
			and r.effective_from <= p_at and (r.effective_to is null or r.effective_to > p_at)
		order by r.state nulls last
		limit 1), 0);
end
$$;

/* The share of a sum of cents, rounded half up to the cent. */
create function private.share_cents(p_cents bigint, p_rate numeric) returns integer
language sql immutable
set search_path = ''
as $$
	select floor(p_cents * p_rate + 0.5)::integer
$$;

/* What a booking's ledger comes to. */
create function private.balance_of(p_booking uuid) returns public.booking_balances
language plpgsql stable security definer -- for who may see the booking, found out before
set search_path = ''
as $$
declare
	v_balance public.booking_balances;
begin
	select * into v_balance from public.booking_balances where booking_id = p_booking;
	return v_balance;
end
$$;

/* A setting of payments as a whole number. */
create function private.payment_setting(p_key text, p_default int) returns integer
language sql stable
set search_path = ''
as $$
	select coalesce(private.setting('payments.' || p_key)::integer, p_default)
$$;

/* The problem NOT_PAYABLE with why. */
create function private.not_payable(p_reason text, p_message text) returns jsonb
language sql immutable
set search_path = ''
as $$
	select jsonb_build_object('code', 'NOT_PAYABLE', 'status', 409, 'message', p_message,
		'details', jsonb_build_object('reason', p_reason), 'hint', 'Write to us from the contact page if that can''t be right.')
$$;

/*
  What can be paid for a booking now: the rest of the deposit while its hold lasts, then the balance until 7 days after the
  event. purpose null: nothing, and problem says why. With purpose and the problem NOTHING_DUE a tip can still be given.
*/
create function private.payable(
	p_booking public.bookings, p_balance public.booking_balances, out purpose text, out amount_cents integer, out problem jsonb
)
language plpgsql stable
set search_path = ''
as $$
begin
	amount_cents := 0;
	if p_booking.status = 'cancelled' then
		problem := case p_booking.cancel_reason when 'hold_expired' then private.hold_expired_problem()
			else private.not_payable('cancelled', 'This booking is cancelled.') end;
	elsif p_booking.status = 'pending' and p_booking.hold_expires_at <= now() then
		problem := private.hold_expired_problem();
	elsif now() > p_booking.event_at + make_interval(days => private.payment_setting('balance_days', 7)) then
		problem := private.not_payable('too_late', 'Paying online ends a week after the dinner.');
	else
		purpose := case p_booking.status when 'pending' then 'deposit' else 'balance' end;
		amount_cents := case purpose when 'deposit' then greatest(least(p_booking.deposit_cents, p_booking.total_cents) - p_balance.paid_cents, 0)
			else p_balance.balance_due_cents end;
		if amount_cents = 0 then
			problem := jsonb_build_object('code', 'NOTHING_DUE', 'status', 409, 'message', 'Everything is paid. Thank you!', 'hint', 'You can still leave a tip.');
		end if;
	end if;
end
$$;

/* What is wrong with a wish to pay, by field. p_subtotal bounds a tip. */
create function private.payment_wish_problems(p_request jsonb, p_tip_limit int) returns jsonb
language sql immutable
set search_path = ''
as $$
	select private.unknown_fields(p_request, array['purpose', 'tip_percent', 'tip_cents', 'method', 'funding', 'idempotency_key'])
		|| jsonb_strip_nulls(jsonb_build_object(
			'purpose', case when p_request ->> 'purpose' not in ('deposit', 'balance') then 'The deposit or the balance.' end,
			'method', case when coalesce(p_request ->> 'method', 'card') not in ('card', 'stripe', 'zelle', 'venmo', 'cash', 'check') then 'We do not know this way to pay.' end,
			'funding', case when coalesce(p_request ->> 'funding', 'credit') not in ('credit', 'debit', 'prepaid') then 'Credit, debit or prepaid.' end,
			'tip_percent', case
				when coalesce(p_request ->> 'tip_percent', '20') not in ('20', '25', '30') then 'Choose 20, 25 or 30 percent, or enter your own tip.'
				when p_request ->> 'tip_percent' is not null and p_request ->> 'tip_cents' is not null
					then 'A percentage or a sum of your own, not both.' end,
			'tip_cents', case
				when coalesce(jsonb_typeof(p_request -> 'tip_cents'), 'null') = 'null' then null
				when coalesce(private.whole_number(p_request -> 'tip_cents'), -1) < 0 then 'Enter a tip of nothing or more.'
				when private.whole_number(p_request -> 'tip_cents') > p_tip_limit then 'That is more than we take as a tip online. Call us, please.' end))
$$;

/*
  The figures of paying: {purpose, method, funding, amount_cents, tip_cents, fee_cents, fee_rate, total_cents}, or a problem.
  The tip is a share of the food's subtotal, never of travel; the fee is on what is charged by card including the tip.
*/
create function private.payment_figures(p_booking public.bookings, p_request jsonb, out figures jsonb, out problem jsonb)
language plpgsql stable
set search_path = ''
as $$
declare
	v_subtotal constant integer := coalesce((p_booking.quote ->> 'subtotal_cents')::integer, p_booking.total_cents);
	v_due record;
	v_fields jsonb;
	v_method text;
	v_funding text;
	v_tip integer;
	v_rate numeric := 0;
	v_fee integer;
begin
	if coalesce(jsonb_typeof(p_request), '') <> 'object' then
		problem := private.invalid_request('{"request": "One object, please."}');
		return;
	end if;
	v_fields := private.payment_wish_problems(p_request, greatest(v_subtotal, 50000));
	select * into v_due from private.payable(p_booking, private.balance_of(p_booking.id));
	v_tip := coalesce(private.whole_number(p_request -> 'tip_cents'),
		private.share_cents(v_subtotal, (case when p_request ->> 'tip_percent' in ('20', '25', '30') then p_request ->> 'tip_percent' end)::numeric / 100), 0);
	if v_fields = '{}' and v_tip > 0 and v_due.purpose = 'deposit' then
		v_fields := '{"tip_cents": "A tip comes with the balance, after the dinner if you like."}';
	end if;
	if v_fields <> '{}' then
		problem := private.invalid_request(v_fields);
	elsif v_due.problem ->> 'code' <> 'NOTHING_DUE' or (v_due.problem ->> 'code' = 'NOTHING_DUE' and v_tip = 0) then
		problem := v_due.problem;
	elsif coalesce(p_request ->> 'purpose', v_due.purpose) <> v_due.purpose then
		problem := private.not_payable('purpose', case v_due.purpose when 'deposit' then 'The deposit comes first.' else 'The deposit is paid already.' end);
	end if;
	if problem is not null then
		return;
	end if;
	v_method := replace(coalesce(p_request ->> 'method', 'card'), 'stripe', 'card');
	v_funding := coalesce(p_request ->> 'funding', 'credit');
	if v_method = 'card' then
		v_rate := private.card_fee_rate(p_booking.venue_state, v_funding);
	end if;
	v_fee := private.share_cents(v_due.amount_cents + v_tip, v_rate);
	if v_method = 'card' and v_due.amount_cents + v_tip + v_fee < 50 then
		problem := private.not_payable('too_small', 'Cards can''t be charged less than 50 cents.');
		return;
	end if;
	figures := jsonb_build_object('purpose', v_due.purpose, 'method', v_method, 'funding', v_funding, 'amount_cents', v_due.amount_cents,
		'tip_cents', v_tip, 'fee_cents', v_fee, 'fee_rate', v_rate::float8, 'total_cents', v_due.amount_cents + v_tip + v_fee);
end
$$;

-- Policy ------------------------------------------------------------------------------------------------------------------------

/* What it costs the customer to move the booking now, in cents. Moving what is not confirmed is free: nothing is promised yet. */
create function private.reschedule_fee(p_booking public.bookings) returns integer
language plpgsql stable security definer -- asked for guests
set search_path = ''
as $$
begin
	return coalesce((
		select case when p_booking.own_reschedule_count >= p.free_reschedules
			or now() > p_booking.event_at - make_interval(hours => p.free_reschedule_hours) then p.reschedule_fee_cents else 0 end
		from public.cancellation_policies p
		where p.id = p_booking.cancellation_policy_id and p_booking.status = 'confirmed'), 0);
end
$$;

/* A booking's policy as people are told it. */
create function private.policy_of(p_booking public.bookings) returns jsonb
language plpgsql stable security definer -- asked for guests
set search_path = ''
as $$
begin
	return (
		select jsonb_build_object('full_refund_days', p.full_refund_days,
			'full_refund_until', p_booking.event_at - make_interval(days => p.full_refund_days),
			'free_reschedules', p.free_reschedules,
			'free_reschedules_left', greatest(p.free_reschedules - p_booking.own_reschedule_count, 0),
			'free_reschedule_until', p_booking.event_at - make_interval(hours => p.free_reschedule_hours),
			'reschedule_fee_cents', p.reschedule_fee_cents, 'next_reschedule_cents', private.reschedule_fee(p_booking))
		from public.cancellation_policies p where p.id = p_booking.cancellation_policy_id
	);
end
$$;

-- The page --------------------------------------------------------------------------------------------------------------------

/*
  A booking for who may pay it or look at its money, without locking it. caller: 'staff' (payments.read at its station),
  'customer' or 'guest'; null where there is no such booking for the caller.
*/
create function private.see_booking(p_booking uuid, p_token text, out booking public.bookings, out caller text)
language plpgsql stable
set search_path = ''
as $$
begin
	select * into booking from public.bookings b where b.id = p_booking and b.deleted_at is null;
	caller := case
		when booking.id is null then null
		when auth.role() = 'service_role' then 'staff'
		when booking.station_id in (select private.stations_with('payments.read')) then 'staff'
		when booking.customer_id in (select private.own_customers()) then 'customer'
		when private.booking_for_token(p_token) = booking.id then 'guest'
	end;
end
$$;

/* Refuses NOT_FOUND for a booking that is not there, or not for the caller. */
create function private.no_such_booking() returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.refuse('NOT_FOUND', 404, 'There is no such booking.', null, 'Check the link.')
$$;

/* Invoices and receipts of a booking as the pay page lists them; filled by the documents capability. */
create function private.payment_documents(p_booking uuid) returns jsonb
language sql stable
set search_path = ''
as $$
	select '[]'::jsonb
$$;

/* The ledger of a booking as its customer sees it, oldest first; notes are for staff. */
create function private.payment_entries(p_booking uuid, p_staff boolean) returns jsonb
language plpgsql stable security definer -- guests may not read the ledger
set search_path = ''
as $$
begin
	return (
		select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'kind', p.kind, 'method', p.method, 'amount_cents', p.amount_cents,
			'applies_to', p.applies_to, 'tip_kind', p.tip_kind, 'occurred_at', p.occurred_at)
			|| case when p_staff then jsonb_build_object('note', p.note, 'actor', p.actor, 'provider_ref', p.provider_ref, 'refund_id', p.refund_id,
				'checkout_id', p.checkout_id, 'recorded_by', p.recorded_by) else '{}' end
			order by p.occurred_at, p.id), '[]')
		from public.payments p where p.booking_id = p_booking
	);
end
$$;

/* All that the pay page shows. Refuses NOT_FOUND. */
create function private.payment_page(p_booking uuid, p_token text) returns jsonb
language plpgsql volatile security definer -- guests may not read bookings and the ledger
set search_path = ''
as $$
declare
	v_seen record;
	v_booking public.bookings;
	v_balance public.booking_balances;
	v_due record;
	v_subtotal integer;
begin
	select * into v_seen from private.see_booking(p_booking, p_token);
	if v_seen.caller is null then
		return private.no_such_booking();
	end if;
	v_booking := v_seen.booking;
	v_balance := private.balance_of(v_booking.id);
	select * into v_due from private.payable(v_booking, v_balance);
	v_subtotal := coalesce((v_booking.quote ->> 'subtotal_cents')::integer, v_booking.total_cents);
	return (
		select jsonb_build_object(
			'booking', jsonb_build_object('id', v_booking.id, 'reference', v_booking.reference, 'status', v_booking.status,
				'event_at', v_booking.event_at, 'event_ends_at', v_booking.event_ends_at, 'timezone', v_booking.timezone,
				'hold_expires_at', v_booking.hold_expires_at, 'cancel_reason', v_booking.cancel_reason,
				'customer_name', coalesce(v_booking.contact_name, c.name), 'station', jsonb_build_object('id', s.id, 'name', s.name),
				'adults', v_booking.adults, 'children', v_booking.children, 'toddlers', v_booking.toddlers,
				'deposit_cents', v_booking.deposit_cents),
			'caller', v_seen.caller,
			'payable', case when v_due.problem is null then v_due.purpose end,
			'can_tip', v_due.purpose is not distinct from 'balance',
			'why_not', coalesce(upper(v_due.problem #>> '{details,reason}'), v_due.problem ->> 'code'),
			'why_not_message', v_due.problem ->> 'message',
			'amount_due_cents', v_due.amount_cents,
			'lines', coalesce(v_booking.quote -> 'lines', '[]'),
			'subtotal_cents', v_subtotal, 'travel_cents', coalesce((v_booking.quote ->> 'travel_cents')::integer, 0),
			'total_cents', v_booking.total_cents, 'paid_cents', v_balance.paid_cents, 'tip_cents', v_balance.tip_cents,
			'fee_cents', v_balance.fee_cents, 'refunded_cents', v_balance.refunded_cents,
			'balance_due_cents', v_balance.balance_due_cents, 'payment_status', v_balance.payment_status,
			'tips', (select jsonb_agg(jsonb_build_object('percent', t, 'cents', private.share_cents(v_subtotal, t / 100.0)) order by t)
				from unnest(array[20, 25, 30]) t),
			'fee', jsonb_build_object(
				'credit', private.card_fee_rate(v_booking.venue_state, 'credit')::float8,
				'debit', private.card_fee_rate(v_booking.venue_state, 'debit')::float8,
				'prepaid', private.card_fee_rate(v_booking.venue_state, 'prepaid')::float8,
				'note', private.setting('payments.fee_note')),
			'manual', jsonb_build_object('zelle', private.setting('payments.zelle'), 'venmo', private.setting('payments.venmo'),
				'memo', v_booking.reference),
			'online', private.payments_online(),
			'policy', private.policy_of(v_booking),
			'checkout', (select jsonb_build_object('id', k.id, 'purpose', k.purpose, 'status', k.status, 'amount_cents', k.amount_cents,
					'tip_cents', k.tip_cents, 'fee_cents', k.fee_cents, 'total_cents', k.total_cents, 'failure_code', k.failure_code,
					'failure_message', k.failure_message, 'url', case when k.status in ('open', 'failed') and k.expires_at > now() then k.url end,
					'expires_at', k.expires_at, 'created_at', k.created_at)
				from public.payment_checkouts k where k.booking_id = v_booking.id order by k.created_at desc, k.id desc limit 1),
			'entries', private.payment_entries(v_booking.id, v_seen.caller = 'staff'),
			'documents', private.payment_documents(v_booking.id),
			'guest_topic', case when v_seen.caller = 'guest' then private.guest_topic(v_booking.id) end)
		from public.stations s, public.customers c
		where s.id = v_booking.station_id and c.id = v_booking.customer_id
	);
end
$$;

/* Whether cards are taken: both switches are on. */
create function private.payments_online() returns boolean
language sql stable
set search_path = ''
as $$
	select private.flag('payments') and private.flag('stripe')
$$;

/* How long a pending booking of a station keeps its chef: shorter where the deposit is paid online at once. */
create or replace function private.hold_ends(p_station public.stations) returns timestamptz
language plpgsql stable
set search_path = ''
as $$
begin
	return now() + make_interval(mins => case when private.payments_online() then p_station.hold_minutes else p_station.unpaid_hold_minutes end);
end
$$;

/* The figures of a wish to pay, without doing anything. */
create function private.quote_payment(p_booking uuid, p_request jsonb, p_token text) returns jsonb
language plpgsql volatile security definer -- guests may not read bookings
set search_path = ''
as $$
declare
	v_seen record;
	v_quote record;
begin
	select * into v_seen from private.see_booking(p_booking, p_token);
	if v_seen.caller is null then
		return private.no_such_booking();
	end if;
	select * into v_quote from private.payment_figures(v_seen.booking, p_request);
	if v_quote.problem is not null then
		return private.refuse_with(v_quote.problem);
	end if;
	return v_quote.figures;
end
$$;

-- Checkout --------------------------------------------------------------------------------------------------------------------

/* The answer of begin_checkout: the figures, whom to charge and what for, and the session where there is one already. */
create function private.checkout_answer(p_checkout public.payment_checkouts) returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
	return (
		select jsonb_build_object('checkout_id', p_checkout.id, 'booking_id', b.id, 'purpose', p_checkout.purpose, 'status', p_checkout.status,
			'amount_cents', p_checkout.amount_cents, 'tip_cents', p_checkout.tip_cents, 'fee_cents', p_checkout.fee_cents,
			'fee_rate', p_checkout.fee_rate::float8, 'total_cents', p_checkout.total_cents, 'funding', p_checkout.funding, 'currency', 'usd',
			'reference', b.reference, 'email', c.email, 'customer_id', c.id, 'customer_name', coalesce(b.contact_name, c.name),
			'description', format('%s for %s, hibachi dinner on %s', initcap(p_checkout.purpose), b.reference,
				to_char(b.event_at at time zone b.timezone, 'FMMonth FMDD, YYYY')),
			'hold_expires_at', b.hold_expires_at,
			'stripe_customer_id', (select s.stripe_customer_id from private.stripe_customers s where s.customer_id = c.id),
			'session', case when p_checkout.stripe_session_id is not null then jsonb_build_object('id', p_checkout.stripe_session_id,
				'url', p_checkout.url, 'expires_at', p_checkout.expires_at) end,
			'obsolete_sessions', (select coalesce(jsonb_agg(o.stripe_session_id), '[]') from public.payment_checkouts o
				where o.booking_id = b.id and o.id <> p_checkout.id and o.status in ('open', 'failed') and o.stripe_session_id is not null
					and o.expires_at > now()))
		from public.bookings b
		join public.customers c on c.id = b.customer_id
		where b.id = p_checkout.booking_id
	);
end
$$;

/*
  Begins to pay by card. The same key answers the same attempt; so does another key while an attempt with the same figures is
  open. One with other figures is a new attempt and names the older ones' sessions, which the caller lets expire; should both
  be paid all the same, what is too much is raised to the staff.
*/
create function private.begin_checkout(p_booking uuid, p_request jsonb, p_token text) returns jsonb
language plpgsql volatile security definer -- nobody may write attempts
set search_path = ''
as $$
declare
	v_key constant text := p_request ->> 'idempotency_key';
	v_open record;
	v_quote record;
	v_checkout public.payment_checkouts;
begin
	perform set_config('lock_timeout', '2500ms', true);
	select * into v_open from private.open_booking(p_booking, p_token, 'payments.write');
	if v_open.problem is not null then
		return private.refuse_with(v_open.problem);
	elsif not private.payments_online() then
		return private.refuse('PAYMENTS_OFF', 409, 'We can''t take cards right now.', null, 'Pay by Zelle or Venmo; we will contact you.');
	elsif coalesce(length(v_key), 0) not between 8 and 100 then
		return private.refuse_with(private.invalid_request('{"idempotency_key": "A key of 8 to 100 characters."}'));
	end if;
	select * into v_checkout from public.payment_checkouts where idempotency_key = v_key;
	if found and v_checkout.booking_id = p_booking then
		return private.checkout_answer(v_checkout);
	elsif found then
		return private.refuse_with(private.invalid_request('{"idempotency_key": "This key was used for another request. Reload the page and send again."}'));
	elsif not private.rate_limit('begin_checkout', p_booking::text, 20, interval '10 minutes') then
		return private.refuse('RATE_LIMITED', 429, 'That was a little too fast.', null, 'Wait a minute and try again; nothing is lost.');
	end if;
	select * into v_quote from private.payment_figures(v_open.booking, p_request || '{"method": "card"}');
	if v_quote.problem is not null then
		if v_quote.problem ->> 'code' = 'HOLD_EXPIRED' then
			perform private.expire_holds_of(array[p_booking]);
		end if;
		return private.refuse_with(v_quote.problem);
	end if;
	select * into v_checkout from public.payment_checkouts k
	where k.booking_id = p_booking and k.status in ('open', 'failed') and (k.expires_at is null or k.expires_at > now())
		and (k.purpose, k.funding, k.amount_cents, k.tip_cents, k.fee_cents) = (v_quote.figures ->> 'purpose', v_quote.figures ->> 'funding',
			(v_quote.figures ->> 'amount_cents')::int, (v_quote.figures ->> 'tip_cents')::int, (v_quote.figures ->> 'fee_cents')::int)
	order by k.created_at desc limit 1;
	if not found then
		insert into public.payment_checkouts (booking_id, purpose, amount_cents, tip_cents, fee_cents, fee_rate, funding, idempotency_key)
		values (p_booking, v_quote.figures ->> 'purpose', (v_quote.figures ->> 'amount_cents')::int, (v_quote.figures ->> 'tip_cents')::int,
			(v_quote.figures ->> 'fee_cents')::int, (v_quote.figures ->> 'fee_rate')::numeric, v_quote.figures ->> 'funding', v_key)
		returning * into v_checkout;
	end if;
	return private.checkout_answer(v_checkout);
exception when lock_not_available or deadlock_detected then
	return private.refuse_with(private.busy_problem());
end
$$;

/* Keeps where an attempt is paid, and who its customer is at the card provider. What is known already stays. */
create function private.attach_checkout(
	p_checkout uuid, p_session_id text, p_url text, p_expires_at timestamptz, p_stripe_customer_id text, p_payment_intent text
) returns jsonb
language plpgsql volatile security definer -- called by the server, which may not write attempts either
set search_path = ''
as $$
declare
	v_checkout public.payment_checkouts;
begin
	update public.payment_checkouts set
		stripe_session_id = coalesce(stripe_session_id, p_session_id), url = coalesce(p_url, url),
		expires_at = coalesce(p_expires_at, expires_at), stripe_payment_intent_id = coalesce(stripe_payment_intent_id, p_payment_intent)
	where id = p_checkout returning * into v_checkout;
	if not found then
		return private.refuse('NOT_FOUND', 404, 'There is no such checkout.', null, 'Begin again.');
	end if;
	if p_stripe_customer_id is not null then
		insert into private.stripe_customers (customer_id, stripe_customer_id)
		select b.customer_id, p_stripe_customer_id from public.bookings b where b.id = v_checkout.booking_id
		on conflict do nothing;
	end if;
	return private.checkout_answer(v_checkout);
end
$$;

-- The API ---------------------------------------------------------------------------------------------------------------------

create function public.payment_page(p_booking uuid, p_access_token text default null) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.payment_page(p_booking, p_access_token)
$$;
comment on function public.payment_page(uuid, text) is
	'All that the pay page shows of a booking, for its staff, its customer, or a guest by token. Refuses NOT_FOUND.';

create function public.quote_payment(p_booking uuid, p_request jsonb, p_access_token text default null) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.quote_payment(p_booking, p_request, p_access_token)
$$;
comment on function public.quote_payment(uuid, jsonb, text) is
	'What paying would cost: {purpose, method, funding, amount_cents, tip_cents, fee_cents, fee_rate, total_cents}. Refuses NOT_FOUND, INVALID_REQUEST, NOTHING_DUE, NOT_PAYABLE, HOLD_EXPIRED.';

create function public.begin_checkout(p_booking uuid, p_request jsonb, p_access_token text default null) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.begin_checkout(p_booking, p_request, p_access_token)
$$;
comment on function public.begin_checkout(uuid, jsonb, text) is
	'Begins to pay by card: the figures, the attempt''s id and whom to charge. Never takes an amount. Refuses NOT_FOUND, NOT_ALLOWED, PAYMENTS_OFF, INVALID_REQUEST, NOTHING_DUE, NOT_PAYABLE, HOLD_EXPIRED, RATE_LIMITED, TRY_AGAIN.';

create function public.attach_checkout(
	p_checkout uuid, p_session_id text, p_url text, p_expires_at timestamptz, p_stripe_customer_id text default null, p_payment_intent text default null
) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.attach_checkout(p_checkout, p_session_id, p_url, p_expires_at, p_stripe_customer_id, p_payment_intent)
$$;
comment on function public.attach_checkout(uuid, text, text, timestamptz, text, text) is
	'Server: keeps where an attempt is paid. Refuses NOT_FOUND.';

grant execute on function private.payment_page(uuid, text), public.payment_page(uuid, text),
	private.quote_payment(uuid, jsonb, text), public.quote_payment(uuid, jsonb, text),
	private.begin_checkout(uuid, jsonb, text), public.begin_checkout(uuid, jsonb, text) to anon, authenticated;
-- attach_checkout is the server's alone, by its default privileges
