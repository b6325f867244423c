/*
  Booking: customers.
  The one place of a person's name, e-mail and phone. A customer may have a sign-in; a guest has none until the e-mail is
  verified by signing in with it (link_my_customer).
  Table: customers.
*/

create table public.customers (
	id uuid primary key default private.uuid_v7(),
	user_id uuid references auth.users (id) on delete set null,
	name text not null,
	email text,
	phone text,
	sms_consent boolean not null default false,
	sms_consent_at timestamptz,
	station_id uuid references public.stations (id) on delete set null,
	station_ids uuid[] not null default '{}',
	notes text not null default '',
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_by uuid,
	delete_reason text,
	constraint customers_name_bounded check (length(btrim(name)) between 1 and 120),
	constraint customers_email_normal check (email = private.normal_email(email)),
	constraint customers_phone_e164 check (phone ~ '^\+[1-9][0-9]{7,14}$'),
	constraint customers_reachable check (deleted_at is not null or user_id is not null or email is not null or phone is not null),
	constraint customers_consent_is_dated check (not sms_consent or sms_consent_at is not null),
	constraint customers_notes_bounded check (length(notes) <= 4000),
	constraint customers_delete_has_reason check (deleted_at is null or length(delete_reason) between 10 and 500)
);
create unique index customers_email_of_present on public.customers (email) where deleted_at is null; -- one person an address
create unique index customers_user_of_present on public.customers (user_id) where deleted_at is null; -- own rows in policies
create index customers_phone on public.customers (phone) where deleted_at is null; -- a caller is known by the number
create index customers_station_id on public.customers (station_id, id); -- the foreign key
create index customers_station_ids on public.customers using gin (station_ids); -- policies: who serves them
create index customers_created on public.customers (created_at, id); -- lists, newest first
create index customers_search on public.customers using gin (name extensions.gin_trgm_ops) where deleted_at is null; -- search by name
comment on table public.customers is 'People who booked or asked. Name, e-mail (lower case) and phone (E.164) live here and nowhere else.';
comment on column public.customers.station_id is 'The station they came to first.';
comment on column public.customers.station_ids is 'All stations that they came to or booked with, whose staff see them. Kept by triggers, so that policies need not look through the bookings.';
comment on column public.customers.sms_consent_at is 'When they agreed to text messages, word for word as the form asks.';
comment on column public.customers.notes is 'What we keep in mind for them (allergies, parking); the customer sees it too.';

select private.track('public.customers');

/* The caller's own customer row. */
create function private.own_customers() returns setof uuid
language plpgsql stable security definer rows 1 -- asked by policies of other tables, whatever this one's say; plpgsql keeps its plan
set search_path = ''
as $$
begin
	return query select id from public.customers where user_id = auth.uid() and deleted_at is null;
end
$$;
grant execute on function private.own_customers() to authenticated;

/*
  The signed-in person's customer row, made or linked by the verified e-mail where there is none yet. customer_id is null for
  nobody, and where the address is another account's; linked is true where earlier guest bookings came with it.
*/
create function private.link_customer(out customer_id uuid, out linked boolean)
language plpgsql volatile security definer -- a person may not read customers before being one
set search_path = ''
as $$
declare
	v_user record;
begin
	linked := false;
	select c.id into customer_id from public.customers c where c.user_id = auth.uid() and c.deleted_at is null;
	if found then
		return;
	end if;
	select u.id, private.normal_email(u.email::text) as email, u.email_confirmed_at is not null as verified,
		coalesce(nullif(left(btrim(u.raw_user_meta_data ->> 'name'), 120), ''), left(split_part(u.email::text, '@', 1), 120), 'Customer') as name
	into v_user
	from auth.users u where u.id = auth.uid();
	if not found then
		return;
	end if;
	if v_user.verified then
		update public.customers c set user_id = v_user.id
		where c.email = v_user.email and c.user_id is null and c.deleted_at is null
		returning c.id into customer_id;
		linked := customer_id is not null;
	end if;
	if customer_id is null then
		-- An address that is not verified is not kept, so that nobody occupies somebody else's.
		insert into public.customers (user_id, name, email)
		values (v_user.id, v_user.name, case when v_user.verified then v_user.email end)
		on conflict do nothing
		returning id into customer_id;
	end if;
end
$$;

/* Answers {customer_id, linked} for the signed-in person; refuses NOT_ALLOWED. */
create function private.link_my_customer() returns jsonb
language plpgsql volatile security definer -- see link_customer
set search_path = ''
as $$
declare
	v_link record;
begin
	select * into v_link from private.link_customer();
	if v_link.customer_id is null then
		return private.refuse('NOT_ALLOWED', 403, 'We can''t open an account for that e-mail address.', null,
			'Sign in with the address you booked with, or write to us from the contact page.');
	end if;
	return to_jsonb(v_link);
end
$$;
grant execute on function private.link_my_customer() to authenticated;

create function public.link_my_customer() returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.link_my_customer()
$$;
comment on function public.link_my_customer() is 'Links the signed-in person with the customer of the same verified e-mail, or makes one: {customer_id, linked}.';
grant execute on function public.link_my_customer() to authenticated;

/*
  The customer of a contact {name, email, phone, sms_consent}: the signed-in person's own, else the one of that e-mail, else
  (no e-mail given) of that phone, else a new one. What a known customer told before is never overwritten here, because a
  guest proves nothing; what was not known is filled in. Staff act for others, so their own row is not used.
*/
create function private.customer_for(p_contact jsonb, p_station uuid) returns uuid
language plpgsql volatile security definer -- called by create_booking for anybody
set search_path = ''
as $$
declare
	v_id uuid;
	v_own boolean := false;
	v_email text := p_contact ->> 'email';
	v_phone text := p_contact ->> 'phone';
	v_consent boolean := coalesce((p_contact ->> 'sms_consent')::boolean, false);
begin
	if auth.uid() is not null and not private.is_staff() then
		v_id := (private.link_customer()).customer_id;
		v_own := v_id is not null;
	end if;
	for attempt in 1..3 loop
		exit when v_id is not null;
		if v_email is not null then
			select id into v_id from public.customers where email = v_email and deleted_at is null;
		else
			select id into v_id from public.customers where phone = v_phone and deleted_at is null order by id limit 1;
		end if;
		exit when found;
		insert into public.customers (name, email, phone, sms_consent, sms_consent_at, station_id)
		values (p_contact ->> 'name', v_email, v_phone, v_consent, case when v_consent then now() end, p_station)
		on conflict (email) where deleted_at is null do nothing
		returning id into v_id;
		if v_id is not null then
			return v_id;
		end if;
	end loop;
	-- Consent is taken from whoever gives the customer's own number, never withdrawn by a box left empty.
	update public.customers c set
		email = coalesce(c.email, case when v_own and not exists (
			select from public.customers o where o.email = v_email and o.deleted_at is null) then v_email end),
		phone = coalesce(c.phone, v_phone),
		station_id = coalesce(c.station_id, p_station),
		sms_consent = c.sms_consent or (v_consent and coalesce(c.phone, v_phone) = v_phone),
		sms_consent_at = case when not c.sms_consent and v_consent and coalesce(c.phone, v_phone) = v_phone then now() else c.sms_consent_at end
	where c.id = v_id and (c.phone is null or c.station_id is null or (c.email is null and v_own)
		or (v_consent and not c.sms_consent and coalesce(c.phone, v_phone) = v_phone));
	return v_id;
end
$$;
