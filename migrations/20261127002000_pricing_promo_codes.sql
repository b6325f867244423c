/*
  Pricing: promo codes. A code takes a share or a fixed amount off food, never off travel. What was promised to a booking is kept
  with its redemption, so that a code may change later; a booking that is cancelled, deleted or never paid gives its use back.
  Tables: promo_codes, promo_redemptions.
*/

create table public.promo_codes (
	id uuid primary key default private.uuid_v7(),
	code text not null,
	description text not null default '',
	rate numeric(5, 4),
	cents integer,
	min_order_cents integer not null default 0,
	starts_at timestamptz,
	ends_at timestamptz,
	max_total integer,
	max_per_customer integer,
	first_time_only boolean not null default false,
	station_ids uuid[] not null default '{}',
	active boolean not null default true,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	version integer not null default 1,
	archived_at timestamptz,
	constraint promo_codes_code_readable check (code ~ '^[A-Z0-9][A-Z0-9_-]{2,29}$'),
	constraint promo_codes_description_bounded check (length(description) <= 300),
	constraint promo_codes_one_kind check ((rate is null) <> (cents is null)),
	constraint promo_codes_rate_is_share check (rate > 0 and rate <= 1),
	constraint promo_codes_cents_sensible check (cents between 1 and 10000000),
	constraint promo_codes_min_order_sensible check (min_order_cents between 0 and 10000000),
	constraint promo_codes_end_after_start check (ends_at > starts_at),
	constraint promo_codes_max_total_positive check (max_total > 0),
	constraint promo_codes_max_per_customer_positive check (max_per_customer > 0)
);
create unique index promo_codes_code_of_present on public.promo_codes (code) where archived_at is null;
create index promo_codes_changed on public.promo_codes (updated_at, id); -- catch-up of an open list
create index promo_codes_created on public.promo_codes (created_at, id); -- the list
comment on table public.promo_codes is 'Codes that take something off a dinner.';
comment on column public.promo_codes.code is 'In capitals; people may type it as they like.';
comment on column public.promo_codes.rate is 'The share of the subtotal that it takes off, as a fraction; null for a fixed amount.';
comment on column public.promo_codes.cents is 'The amount that it takes off, at most the subtotal; null for a share.';
comment on column public.promo_codes.min_order_cents is 'The subtotal that it needs.';
comment on column public.promo_codes.max_total is 'How many bookings may use it; null = any number.';
comment on column public.promo_codes.max_per_customer is 'How many bookings of one person, known by e-mail or phone; null = any number.';
comment on column public.promo_codes.first_time_only is 'Only for people who have no booking yet, by e-mail and by phone.';
comment on column public.promo_codes.station_ids is 'The stations where it counts; empty = all.';
comment on column public.promo_codes.archived_at is 'Since when it is gone from the list; its code may be used for another then.';

create table public.promo_redemptions (
	id uuid primary key default private.uuid_v7(),
	promo_code_id uuid not null references public.promo_codes (id) on delete restrict,
	booking_id uuid not null unique references public.bookings (id) on delete cascade,
	station_id uuid not null references public.stations (id) on delete restrict,
	code text not null,
	rate numeric(5, 4),
	cents integer,
	min_order_cents integer not null,
	discount_cents integer not null,
	email_hash text,
	phone_hash text,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	version integer not null default 1,
	released_at timestamptz,
	constraint promo_redemptions_one_kind check ((rate is null) <> (cents is null)),
	constraint promo_redemptions_discount_not_negative check (discount_cents >= 0)
);
create index promo_redemptions_used on public.promo_redemptions (promo_code_id) where released_at is null; -- counting uses
create index promo_redemptions_code on public.promo_redemptions (promo_code_id, created_at desc); -- a code's list
create index promo_redemptions_email on public.promo_redemptions (promo_code_id, email_hash) where released_at is null; -- limit a person
create index promo_redemptions_phone on public.promo_redemptions (promo_code_id, phone_hash) where released_at is null;
create index promo_redemptions_station on public.promo_redemptions (station_id); -- the policy
comment on table public.promo_redemptions is 'Which booking used which code, on the terms that were promised then.';
comment on column public.promo_redemptions.discount_cents is 'What it took off; changes with the booking''s guests, never with the code.';
comment on column public.promo_redemptions.email_hash is 'SHA-256 of who booked, so that a person is known again without keeping the address.';
comment on column public.promo_redemptions.released_at is 'When the use was given back; null while it counts.';

create index bookings_contact_phone on public.bookings (contact_phone) where contact_phone is not null; -- has this number booked before

/* A code as it is kept: in capitals, without the space around it. */
create function private.promo_key(p_code text) returns text
language plpgsql immutable parallel safe
set search_path = ''
as $$
begin
	return upper(btrim(p_code));
end
$$;
grant execute on function private.promo_key(text) to authenticated;

/* Before a code is written: it is kept in capitals. */
create function private.promo_code_columns() returns trigger
language plpgsql
set search_path = ''
as $$
begin
	new.code := private.promo_key(new.code);
	return new;
end
$$;
create trigger b_columns before insert or update of code on public.promo_codes
	for each row execute function private.promo_code_columns();

select private.track('public.promo_codes');
select private.track('public.promo_redemptions');

/* After a code or a redemption changed: open lists look at the code again. Ids only. */
create function private.announce_promo_code() returns trigger
language plpgsql security definer -- realtime.send needs rights on realtime.messages
set search_path = ''
as $$
begin
	perform realtime.send(jsonb_build_object('id', case when tg_table_name = 'promo_codes' then to_jsonb(new) -> 'id' else to_jsonb(new) -> 'promo_code_id' end),
		'promo_code_changed', 'staff:promo_codes', true);
	return null;
end
$$;
create trigger announce after insert or update on public.promo_codes
	for each row execute function private.announce_promo_code();
create trigger announce after insert or update on public.promo_redemptions
	for each row execute function private.announce_promo_code();
insert into private.topic_permissions (scope, what, permission) values ('staff', 'promo_codes', 'promo_codes.read');

alter table public.promo_codes enable row level security;
alter table public.promo_redemptions enable row level security;
grant select on public.promo_codes, public.promo_redemptions to authenticated;
grant insert (code, description, rate, cents, min_order_cents, starts_at, ends_at, max_total, max_per_customer, first_time_only,
	station_ids, active), update (code, description, rate, cents, min_order_cents, starts_at, ends_at, max_total, max_per_customer,
	first_time_only, station_ids, active, archived_at) on public.promo_codes to authenticated;
-- no delete: codes are archived; no write of redemptions: create_booking and the triggers on bookings do it
-- nothing to anon: quote_event answers what a code takes off

create policy "Promo codes are read by those who may" on public.promo_codes
	for select to authenticated using ((select private.has_permission('promo_codes.read')));
create policy "Promo codes are added by those who edit them" on public.promo_codes
	for insert to authenticated with check ((select private.has_permission_everywhere('promo_codes.write')));
create policy "Promo codes are changed by those who edit them" on public.promo_codes
	for update to authenticated using ((select private.has_permission_everywhere('promo_codes.write')))
	with check ((select private.has_permission_everywhere('promo_codes.write')));
create policy "Redemptions are read by staff of the station" on public.promo_redemptions
	for select to authenticated using (station_id in (select private.stations_with('promo_codes.read')));

-- Whether a code counts ---------------------------------------------------------------------------------------------------------

/* How many bookings use a code now: a hold that ran out has given its use back before it is swept. p_email and p_phone: of one person. */
create function private.promo_uses(p_promo uuid, p_email text default null, p_phone text default null) returns integer
language plpgsql stable security definer -- visitors may not read redemptions
set search_path = ''
as $$
declare
	v_email constant text := encode(sha256(convert_to(p_email, 'UTF8')), 'hex');
	v_phone constant text := encode(sha256(convert_to(p_phone, 'UTF8')), 'hex');
begin
	return (
		select count(*)
		from public.promo_redemptions r
		join public.bookings b on b.id = r.booking_id
		where r.promo_code_id = p_promo and r.released_at is null
			and not (b.status = 'pending' and b.hold_expires_at <= now())
			and ((p_email is null and p_phone is null) or r.email_hash = v_email or r.phone_hash = v_phone)
	);
end
$$;

/* Whether somebody of that e-mail or that phone has a booking that was not cancelled, whoever's account it is under. */
create function private.has_booked(p_email text, p_phone text) returns boolean
language plpgsql stable security definer -- visitors may not read bookings
set search_path = ''
as $$
begin
	return exists (
			select from public.customers c
			join public.bookings b on b.customer_id = c.id and b.status <> 'cancelled' and b.deleted_at is null
			where c.deleted_at is null and (c.email = p_email or c.phone = p_phone) and not (b.status = 'pending' and b.hold_expires_at <= now()))
		or exists (
			select from public.bookings b
			where b.contact_phone = p_phone and b.status <> 'cancelled' and b.deleted_at is null
				and not (b.status = 'pending' and b.hold_expires_at <= now()));
end
$$;

/* Why a code does not count, as a sentence for who typed it. */
create function private.promo_sentence(p_reason text, p_promo public.promo_codes) returns text
language plpgsql immutable
set search_path = ''
as $$
begin
	return case p_reason
		when 'unknown' then 'We do not know this code. Check the spelling.'
		when 'not_started' then 'This code is not valid yet.'
		when 'ended' then 'This code has expired.'
		when 'other_station' then 'This code is not for your area.'
		when 'minimum_order' then format('This code is for dinners of $%s and more, before travel.',
			ltrim(to_char(p_promo.min_order_cents / 100.0, '999G999G990D00')))
		when 'used_up' then 'This code has been used up.'
		when 'per_customer' then 'You have used this code already.'
		when 'first_time_only' then 'This code is for a first dinner with us.'
	end;
end
$$;

/*
  What a code does to a dinner of that subtotal at a station: {code, applied, reason, message, discount_cents} and, where it
  counts, its terms {id, rate, cents, min_order_cents}. Who asks is looked at only where p_contact {email, phone} says so.
*/
create function private.check_promo(p_code text, p_station uuid, p_subtotal int, p_at timestamptz, p_contact jsonb default null) returns jsonb
language plpgsql stable security definer -- visitors may not read promo codes
set search_path = ''
as $$
declare
	v_promo public.promo_codes;
	v_reason text;
	v_discount integer;
begin
	select * into v_promo from public.promo_codes where code = private.promo_key(p_code) and archived_at is null;
	v_reason := case
		when v_promo.id is null then 'unknown'
		when v_promo.starts_at > p_at then 'not_started'
		when not v_promo.active or v_promo.ends_at <= p_at then 'ended'
		when v_promo.station_ids <> '{}' and p_station <> all (v_promo.station_ids) then 'other_station'
		when p_subtotal < v_promo.min_order_cents then 'minimum_order'
		when v_promo.max_total <= private.promo_uses(v_promo.id) then 'used_up'
		when p_contact is null then null
		when v_promo.max_per_customer <= private.promo_uses(v_promo.id, p_contact ->> 'email', p_contact ->> 'phone') then 'per_customer'
		when v_promo.first_time_only and private.has_booked(p_contact ->> 'email', p_contact ->> 'phone') then 'first_time_only'
	end;
	if v_reason is not null then
		return jsonb_build_object('code', left(private.promo_key(p_code), 40), 'applied', false, 'reason', v_reason,
			'message', private.promo_sentence(v_reason, v_promo), 'discount_cents', 0);
	end if;
	v_discount := private.discount_of(v_promo.rate, v_promo.cents, v_promo.min_order_cents, p_subtotal);
	return jsonb_build_object('code', v_promo.code, 'applied', true, 'reason', null,
		'message', format('%s takes $%s off.', v_promo.code, ltrim(to_char(v_discount / 100.0, '999G999G990D00'))),
		'discount_cents', v_discount, 'id', v_promo.id, 'rate', v_promo.rate, 'cents', v_promo.cents, 'min_order_cents', v_promo.min_order_cents);
end
$$;

/* What a share or an amount takes off a subtotal, in cents: shares are rounded half up, and never more than all of it. */
create function private.discount_of(p_rate numeric, p_cents int, p_min_order int, p_subtotal int) returns integer
language plpgsql immutable parallel safe
set search_path = ''
as $$
begin
	return case when p_subtotal < p_min_order then 0
		else least(p_subtotal, coalesce(p_cents, round(p_subtotal * p_rate)::integer)) end;
end
$$;

/* A quote with a discount as its last line; the lines still add up to the total. Nothing off, nothing added. */
create function private.with_discount(p_quote jsonb, p_code text, p_discount int) returns jsonb
language plpgsql immutable
set search_path = ''
as $$
declare
	v_total constant integer := (p_quote ->> 'total_cents')::int - p_discount;
begin
	if p_discount = 0 then
		return p_quote;
	end if;
	return p_quote || jsonb_build_object(
		'lines', (p_quote -> 'lines') || jsonb_build_object('code', 'discount', 'label', 'Promotion ' || p_code,
			'quantity', 1, 'unit_cents', -p_discount, 'total_cents', -p_discount),
		'discount_cents', p_discount,
		'total_cents', v_total,
		'deposit_cents', least((p_quote ->> 'deposit_cents')::int, v_total));
end
$$;

-- Using and giving back ------------------------------------------------------------------------------------------------------------

/* Lets nobody else use a code until this transaction ends: who takes the last use is decided here. Unknown codes lock nothing. */
create function private.lock_promo(p_code text) returns void
language plpgsql volatile
set search_path = ''
as $$
begin
	perform from public.promo_codes where code = private.promo_key(p_code) and archived_at is null for update;
end
$$;

/* Keeps that a booking used the code of its quote, on which terms, and who it was. The code is locked. */
create function private.redeem_promo(p_booking uuid, p_quote jsonb, p_contact jsonb) returns void
language plpgsql volatile
set search_path = ''
as $$
declare
	v_promo constant jsonb := p_quote -> 'promo';
begin
	insert into public.promo_redemptions (promo_code_id, booking_id, station_id, code, rate, cents, min_order_cents, discount_cents, email_hash, phone_hash)
	values ((v_promo ->> 'id')::uuid, p_booking, (p_quote #>> '{station,id}')::uuid, v_promo ->> 'code', (v_promo ->> 'rate')::numeric,
		(v_promo ->> 'cents')::int, (v_promo ->> 'min_order_cents')::int, (v_promo ->> 'discount_cents')::int,
		encode(sha256(convert_to(p_contact ->> 'email', 'UTF8')), 'hex'), encode(sha256(convert_to(p_contact ->> 'phone', 'UTF8')), 'hex'));
end
$$;

/* After a booking was cancelled or deleted its code may be used again; one that comes back has its use again, limit or not. */
create function private.redemption_follows_booking() returns trigger
language plpgsql security definer -- nobody may write redemptions directly
set search_path = ''
as $$
begin
	if new.status = 'cancelled' or new.deleted_at is not null then
		update public.promo_redemptions set released_at = clock_timestamp() where booking_id = new.id and released_at is null;
	else
		update public.promo_redemptions set released_at = null where booking_id = new.id and released_at is not null;
	end if;
	return null;
end
$$;
create trigger redemption_follows after update of status, deleted_at on public.bookings
	for each row when (old.status <> new.status or (old.deleted_at is null) <> (new.deleted_at is null))
	execute function private.redemption_follows_booking();

/*
  Before a booking gets another quote (its guests or items were edited): what was promised with its code is taken off again, and
  kept with the redemption.
*/
create function private.discount_follows_quote() returns trigger
language plpgsql security definer -- nobody may write redemptions directly
set search_path = ''
as $$
declare
	v_redemption public.promo_redemptions;
	v_discount integer;
begin
	select * into v_redemption from public.promo_redemptions where booking_id = new.id and released_at is null;
	if not found or new.quote ? 'promo' then
		return new;
	end if;
	v_discount := private.discount_of(v_redemption.rate, v_redemption.cents, v_redemption.min_order_cents, (new.quote ->> 'subtotal_cents')::int);
	new.quote := private.with_discount(new.quote, v_redemption.code, v_discount)
		|| jsonb_build_object('promo', coalesce(old.quote -> 'promo', '{}') || jsonb_build_object('discount_cents', v_discount));
	new.total_cents := (new.quote ->> 'total_cents')::int;
	new.deposit_cents := (new.quote ->> 'deposit_cents')::int;
	update public.promo_redemptions set discount_cents = v_discount where id = v_redemption.id;
	return new;
end
$$;
create trigger c_discount before update of quote on public.bookings
	for each row when (old.quote is distinct from new.quote) execute function private.discount_follows_quote();

/* Each code with how often it counts now and what it took off, as far as the reader may see its redemptions. */
create view public.promo_code_list with (security_invoker = true) as
select p.*, coalesce(u.uses, 0) as uses, coalesce(u.discount_cents, 0) as discount_cents
from public.promo_codes p
left join lateral (
	select count(*)::integer as uses, sum(r.discount_cents)::bigint as discount_cents
	from public.promo_redemptions r where r.promo_code_id = p.id and r.released_at is null
) u on true;
comment on view public.promo_code_list is 'Promo codes with their uses and the cents that they took off.';
grant select on public.promo_code_list to authenticated;
