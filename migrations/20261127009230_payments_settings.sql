/*
  Payments: what customers are told about paying and how long they can, as one row that head office edits; it was in
  private.settings, where nobody sees or changes it. Edits of it, of the card fees and of the policy are announced.
  Tables: payment_settings.
*/

create table public.payment_settings (
	id smallint primary key default 1,
	zelle text,
	venmo text,
	fee_note text,
	balance_days integer not null default 7,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	version integer not null default 1,
	constraint payment_settings_one_row check (id = 1),
	constraint payment_settings_zelle_bounded check (length(btrim(zelle)) between 10 and 1000),
	constraint payment_settings_venmo_bounded check (length(btrim(venmo)) between 10 and 1000),
	constraint payment_settings_fee_note_bounded check (length(btrim(fee_note)) between 10 and 500),
	constraint payment_settings_balance_days_bounded check (balance_days between 0 and 90)
);
select private.track('public.payment_settings');
comment on table public.payment_settings is 'What customers are told about paying, and until when they can: one row.';
comment on column public.payment_settings.zelle is 'How to pay by Zelle, with the account, as customers read it; null where it is not offered.';
comment on column public.payment_settings.venmo is 'The same for Venmo.';
comment on column public.payment_settings.fee_note is 'Why a card costs more, as customers read it; null for our usual words.';
comment on column public.payment_settings.balance_days is 'Days after the event that its balance can still be paid online.';

insert into public.payment_settings (zelle, venmo, fee_note, balance_days)
select private.setting('payments.zelle'), private.setting('payments.venmo'), private.setting('payments.fee_note'),
	coalesce(private.setting('payments.balance_days')::integer, 7);
delete from private.settings where key like 'payments.%';

alter table public.payment_settings enable row level security;
grant select, update (zelle, venmo, fee_note, balance_days) on public.payment_settings to authenticated;
-- no insert and no delete: there is always one row; nothing to anon: payment_page tells what is theirs to know
create policy "Payment settings are read by those who read payments" on public.payment_settings
	for select to authenticated using ((select private.has_permission('payments.read')));
create policy "Payment settings are changed by head office that takes payments" on public.payment_settings
	for update to authenticated using ((select private.has_permission_everywhere('payments.write')))
	with check ((select private.has_permission_everywhere('payments.write')));

/* After what the settings page shows was changed. */
create function private.announce_payment_settings() returns trigger
language plpgsql security definer -- realtime.send needs rights on realtime.messages
set search_path = ''
as $$
begin
	perform private.send_to_payments('payment_settings_changed', null, jsonb_build_object('what', tg_table_name));
	return null;
end
$$;
create trigger announce after update on public.payment_settings for each row execute function private.announce_payment_settings();
create trigger announce after insert or update on public.card_fee_rules for each row execute function private.announce_payment_settings();
create trigger announce after insert on public.cancellation_policies for each row execute function private.announce_payment_settings();

/*
  What can be paid for a booking now: the rest of the deposit while its hold lasts, then the balance until some days after
  the event. purpose null: nothing, and problem says why. With purpose and the problem NOTHING_DUE a tip can still be given.
*/
create or replace function private.payable(
	p_booking public.bookings, p_balance public.booking_balances, out purpose text, out amount_cents integer, out problem jsonb
)
language plpgsql stable
set search_path = ''
as $$
declare
	v_days constant integer := (select balance_days from public.payment_settings);
begin
	amount_cents := 0;
	if p_booking.status = 'cancelled' then
		problem := case p_booking.cancel_reason when 'hold_expired' then private.hold_expired_problem()
			else private.not_payable('cancelled', 'This booking is cancelled.') end;
	elsif p_booking.status = 'pending' and p_booking.hold_expires_at <= now() then
		problem := private.hold_expired_problem();
	elsif now() > p_booking.event_at + make_interval(days => v_days) then
		problem := private.not_payable('too_late',
			format('Paying online ends %s %s after the dinner.', v_days, case v_days when 1 then 'day' else 'days' end));
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

drop function private.payment_setting(text, int);

/* All that the pay page shows. Refuses NOT_FOUND. */
create or replace function private.payment_page(p_booking uuid, p_token text) returns jsonb
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
			'balance_days', w.balance_days,
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
				'note', w.fee_note),
			'manual', jsonb_build_object('zelle', w.zelle, 'venmo', w.venmo,
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
		from public.stations s, public.customers c, public.payment_settings w
		where s.id = v_booking.station_id and c.id = v_booking.customer_id
	);
end
$$;
