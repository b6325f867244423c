/*
  Leads: everybody who asked and has no booking. One open lead a person: asking again updates it. Booking converts it.
  Table: leads. Functions: private.keep_lead (all ways in), capture_lead (the public one).
*/

create table public.leads (
	id uuid primary key default private.uuid_v7(),
	customer_id uuid references public.customers (id) on delete set null,
	booking_id uuid references public.bookings (id) on delete set null,
	station_id uuid references public.stations (id) on delete set null,
	name text,
	email text,
	phone text,
	person_key text generated always as (coalesce(email, phone)) stored,
	sms_consent boolean not null default false,
	sms_consent_at timestamptz,
	zip text,
	event_at timestamptz,
	adults integer,
	children integer,
	toddlers integer,
	items jsonb not null default '[]',
	quote jsonb,
	alternatives jsonb not null default '[]',
	reason text,
	source text not null,
	status text not null default 'new',
	score integer not null default 0,
	utm jsonb not null default '{}',
	notes text not null default '',
	next_action_at timestamptz default now() + interval '30 minutes',
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_by uuid,
	delete_reason text,
	constraint leads_reachable check (deleted_at is not null or email is not null or phone is not null),
	constraint leads_name_bounded check (length(name) <= 120),
	constraint leads_email_normal check (email = private.normal_email(email)),
	constraint leads_phone_e164 check (phone ~ '^\+[1-9][0-9]{7,14}$'),
	constraint leads_zip_five_digits check (zip ~ '^[0-9]{5}$'),
	constraint leads_source_bounded check (source ~ '^[A-Za-z0-9_-]{1,40}$'),
	constraint leads_reason_bounded check (length(reason) <= 200),
	constraint leads_status_known check (status in ('new', 'contacted', 'qualified', 'converted', 'lost')),
	constraint leads_score_in_hundred check (score between 0 and 100),
	constraint leads_notes_bounded check (length(notes) <= 8000),
	constraint leads_delete_has_reason check (deleted_at is null or length(delete_reason) between 10 and 500)
);
create unique index leads_one_open on public.leads (person_key)
	where status in ('new', 'contacted', 'qualified') and deleted_at is null;
create index leads_open_phone on public.leads (phone)
	where status in ('new', 'contacted', 'qualified') and deleted_at is null; -- who calls is known by the number
create index leads_station_changed on public.leads (station_id, updated_at, id); -- lists and catch-up of a station
create index leads_station_status on public.leads (station_id, status, created_at) where deleted_at is null; -- the board
create index leads_next_action on public.leads (next_action_at) where status = 'new' and deleted_at is null; -- the follow-up sweep
create index leads_customer_id on public.leads (customer_id);
create index leads_booking_id on public.leads (booking_id);
comment on table public.leads is 'People who asked for a dinner and have no booking (yet).';
comment on column public.leads.person_key is 'Who it is: the e-mail, else the phone. One open lead each.';
comment on column public.leads.reason is 'Why there is no booking: the code of the refusal, or what the form says.';
comment on column public.leads.source is 'The way they first came in: website, quote, abandoned_form, contact, chat, call …';
comment on column public.leads.alternatives is 'The free slots that were offered instead.';
comment on column public.leads.score is '0–100, how likely and how large; see private.lead_score.';
comment on column public.leads.next_action_at is 'When somebody (or the follow-up job) looks at it next.';

/* How likely and how large, 0–100: both ways to reach them, a date, a party, how far they came. */
create function private.lead_score(p_lead public.leads) returns integer
language sql stable
set search_path = ''
as $$
	select least(100, 10
		+ case when p_lead.email is not null then 10 else 0 end
		+ case when p_lead.phone is not null then 15 else 0 end
		+ case when p_lead.sms_consent then 5 else 0 end
		+ case when p_lead.event_at between now() and now() + interval '60 days' then 20 when p_lead.event_at > now() then 10 else 0 end
		+ least(20, coalesce(p_lead.adults, 0) + coalesce(p_lead.children, 0))
		+ case when p_lead.reason in ('SLOT_UNAVAILABLE', 'HOLD_EXPIRED', 'TRY_AGAIN') then 20 when p_lead.quote is not null then 10 else 0 end)
$$;

/* Before a lead is written: its score, and the ways its status may go. A converted lead stays so; a lost one may come back. */
create function private.lead_rules() returns trigger
language plpgsql
set search_path = ''
as $$
begin
	if tg_op = 'UPDATE' and new.status <> old.status and not (
		(old.status = 'new' and new.status in ('contacted', 'qualified', 'converted', 'lost'))
		or (old.status = 'contacted' and new.status in ('qualified', 'converted', 'lost'))
		or (old.status = 'qualified' and new.status in ('contacted', 'converted', 'lost'))
		or (old.status = 'lost' and new.status in ('new', 'contacted'))
	) then
		perform private.fail('INVALID_REQUEST', 422, format('A %s lead can''t become %s.', old.status, new.status),
			jsonb_build_object('fields', jsonb_build_object('status', 'Not from here.'))::text);
	end if;
	new.score := private.lead_score(new);
	return new;
end
$$;
create trigger b_rules before insert or update on public.leads for each row execute function private.lead_rules();
grant execute on function private.lead_score(public.leads) to authenticated;

/* After a new lead: somebody follows up, when its next action is due. */
create function private.lead_enqueues_follow_up() returns trigger
language plpgsql security definer -- enqueue is the database's own
set search_path = ''
as $$
begin
	perform private.enqueue('lead-follow-up', jsonb_build_object('lead_id', new.id), new.next_action_at, new.id::text);
	return null;
end
$$;
create trigger enqueue_follow_up after insert on public.leads
	for each row execute function private.lead_enqueues_follow_up();

select private.track('public.leads');

-- Row-level security --------------------------------------------------------------------------------------------------------

alter table public.leads enable row level security;
grant select on public.leads to authenticated;
grant update (station_id, name, phone, status, notes, next_action_at) on public.leads to authenticated;
-- no insert: capture_lead; no delete: leads are lost, or marked deleted

create policy "Leads are read by staff of their station" on public.leads
	for select to authenticated using (
		deleted_at is null
		and (station_id in (select private.stations_with('leads.read'))
			or (station_id is null and (select private.has_permission_everywhere('leads.read')))));
create policy "Leads are worked on by staff of their station" on public.leads
	for update to authenticated
	using (
		deleted_at is null
		and (station_id in (select private.stations_with('leads.write'))
			or (station_id is null and (select private.has_permission_everywhere('leads.write')))))
	with check (
		station_id in (select private.stations_with('leads.write'))
		or (station_id is null and (select private.has_permission_everywhere('leads.write'))));

-- Keeping ---------------------------------------------------------------------------------------------------------------------

/*
  Keeps a person's wish as their one open lead and answers its id; null for a person who can't be reached. p_contact is
  {name, email, phone, sms_consent}, p_wish {zip, event_at, adults, children, toddlers, items, notes, utm}. What is newly told
  wins, what is not told stays, notes are added to; the way they first came in stays the source.
*/
create function private.keep_lead(
	p_contact jsonb, p_wish jsonb, p_source text, p_reason text, p_station uuid default null,
	p_quote jsonb default null, p_alternatives jsonb default null
) returns uuid
language plpgsql volatile
set search_path = ''
as $$
declare
	v_email text := p_contact ->> 'email';
	v_phone text := p_contact ->> 'phone';
	v_consent boolean := coalesce((p_contact ->> 'sms_consent')::boolean, false) and v_phone is not null;
	v_id uuid;
begin
	if v_email is null and v_phone is null then
		return null;
	elsif v_email is null then
		-- A number alone: the person's open lead may know the e-mail as well.
		select l.email into v_email from public.leads l
		where l.phone = v_phone and l.status in ('new', 'contacted', 'qualified') and l.deleted_at is null
		order by l.updated_at desc limit 1;
	elsif v_phone is not null then
		-- A lead of the number alone gets its e-mail, unless there is a lead of that e-mail already.
		begin
			update public.leads l set email = v_email
			where l.person_key = v_phone and l.status in ('new', 'contacted', 'qualified') and l.deleted_at is null
				and not exists (select from public.leads o where o.person_key = v_email
					and o.status in ('new', 'contacted', 'qualified') and o.deleted_at is null);
		exception when unique_violation then
			null; -- a parallel request of the same person made it: it is updated below
		end;
	end if;
	insert into public.leads as l (
		station_id, name, email, phone, sms_consent, sms_consent_at, zip, event_at, adults, children, toddlers, items,
		quote, alternatives, reason, source, utm, notes, next_action_at
	) values (
		p_station, p_contact ->> 'name', v_email, v_phone, v_consent, case when v_consent then now() end,
		p_wish ->> 'zip', (p_wish ->> 'event_at')::timestamptz, (p_wish ->> 'adults')::int, (p_wish ->> 'children')::int,
		(p_wish ->> 'toddlers')::int, coalesce(p_wish -> 'items', '[]'), p_quote, coalesce(p_alternatives, '[]'), p_reason, p_source,
		coalesce(p_wish -> 'utm', '{}'), coalesce(p_wish ->> 'notes', ''),
		now() + case when p_quote is not null and p_reason is not null then interval '5 minutes' else interval '30 minutes' end
	)
	on conflict (person_key) where status in ('new', 'contacted', 'qualified') and deleted_at is null do update set
		station_id = coalesce(excluded.station_id, l.station_id),
		name = coalesce(excluded.name, l.name),
		phone = coalesce(excluded.phone, l.phone),
		sms_consent = l.sms_consent or excluded.sms_consent,
		sms_consent_at = coalesce(l.sms_consent_at, excluded.sms_consent_at),
		zip = coalesce(excluded.zip, l.zip),
		event_at = coalesce(excluded.event_at, l.event_at),
		adults = coalesce(excluded.adults, l.adults),
		children = coalesce(excluded.children, l.children),
		toddlers = coalesce(excluded.toddlers, l.toddlers),
		items = case when excluded.items = '[]' then l.items else excluded.items end,
		quote = coalesce(excluded.quote, l.quote),
		alternatives = case when excluded.alternatives = '[]' then l.alternatives else excluded.alternatives end,
		reason = coalesce(excluded.reason, l.reason),
		utm = l.utm || excluded.utm,
		notes = case when excluded.notes = '' or strpos(l.notes, excluded.notes) > 0 then l.notes
			else right(concat_ws(E'\n', nullif(l.notes, ''), excluded.notes), 8000) end
	returning l.id into v_id;
	return v_id;
end
$$;

/* Keeps the person of a refused create_booking; on the waitlist where the slot was taken. Answers the lead's id. */
create function private.keep_lead_of_request(p_request jsonb, p_reason text, p_station uuid, p_quote jsonb, p_alternatives jsonb) returns uuid
language plpgsql volatile security definer -- called by create_booking for anybody
set search_path = ''
as $$
declare
	v_id uuid;
begin
	if not private.flag('failed_booking_lead_capture') then
		return null;
	end if;
	v_id := private.keep_lead(p_request -> 'contact', p_request || jsonb_build_object('event_at', p_request -> 'starts_at'),
		'failed_booking', p_reason, p_station, p_quote, p_alternatives);
	if p_reason = 'SLOT_UNAVAILABLE' then
		insert into public.waitlist (lead_id, station_id, starts_at, road_miles)
		values (v_id, p_station, (p_request ->> 'starts_at')::timestamptz, (p_quote ->> 'road_miles')::numeric)
		on conflict (lead_id, starts_at) do update set status = 'waiting', notified_at = null where waitlist.status <> 'booked';
	end if;
	return v_id;
end
$$;

/* Keeps the customer of a booking that came to nothing. Answers the lead's id. */
create function private.keep_lead_of_booking(p_booking public.bookings, p_reason text) returns uuid
language plpgsql volatile security definer -- called by the sweep and by whoever needs the slot
set search_path = ''
as $$
declare
	v_customer public.customers;
	v_id uuid;
begin
	select * into v_customer from public.customers where id = p_booking.customer_id;
	v_id := private.keep_lead(
		jsonb_build_object('name', v_customer.name, 'email', v_customer.email, 'phone', coalesce(p_booking.contact_phone, v_customer.phone),
			'sms_consent', v_customer.sms_consent),
		jsonb_build_object('zip', p_booking.venue_zip, 'event_at', p_booking.event_at, 'adults', p_booking.adults,
			'children', p_booking.children, 'toddlers', p_booking.toddlers, 'utm', p_booking.utm,
			'items', (select coalesce(jsonb_agg(jsonb_build_object('code', i.code, 'quantity', i.quantity)), '[]')
				from public.booking_items i where i.booking_id = p_booking.id)),
		'failed_booking', p_reason, p_booking.station_id, p_booking.quote);
	update public.leads set customer_id = v_customer.id where id = v_id and customer_id is null;
	return v_id;
end
$$;

/* Converts the open leads of whoever just booked and takes them off the waitlist. */
create function private.convert_leads(p_booking uuid, p_customer uuid, p_contact jsonb) returns void
language plpgsql volatile security definer -- called by create_booking for anybody
set search_path = ''
as $$
begin
	with converted as (
		update public.leads set status = 'converted', booking_id = p_booking, customer_id = p_customer, next_action_at = null
		where status in ('new', 'contacted', 'qualified') and deleted_at is null
			and (person_key = p_contact ->> 'email' or person_key = p_contact ->> 'phone')
		returning id
	)
	update public.waitlist set status = 'booked'
	where lead_id in (select id from converted) and status in ('waiting', 'notified');
end
$$;

/* What is wrong with a number of guests that may be left out. */
create function private.guest_count_problem(p_value jsonb) returns text
language sql immutable
set search_path = ''
as $$
	select case when coalesce(p_value, 'null') <> 'null' and coalesce(private.whole_number(p_value), -1) not between 0 and 100000
		then 'Enter a whole number.' end
$$;

/* What is wrong with a request of capture_lead, by dotted path. */
create function private.lead_fields_problems(p_request jsonb) returns jsonb
language sql stable
set search_path = ''
as $$
	select private.unknown_fields(p_request, array['source', 'reason', 'contact', 'contact.name', 'contact.email', 'contact.phone',
			'contact.sms_consent', 'zip', 'event_at', 'adults', 'children', 'toddlers', 'items', 'notes', 'utm'])
		|| private.contact_problems(p_request, false)
		|| jsonb_strip_nulls(jsonb_build_object(
			'source', coalesce(private.text_problem(p_request -> 'source', 40, 'Say where this comes from.'),
				case when private.text_at(p_request, 'source') !~ '^[A-Za-z0-9_-]+$' then 'Letters and digits, please.' end),
			'reason', private.text_problem(p_request -> 'reason', 200),
			'zip', coalesce(private.text_problem(p_request -> 'zip', 10), case when private.text_at(p_request, 'zip') is not null
				and private.zip5(p_request ->> 'zip') is null then 'A ZIP code has five digits, like 94538.' end),
			'event_at', case when coalesce(p_request -> 'event_at', 'null') not in ('null', '""')
				and private.read_instant(p_request -> 'event_at') is null then 'Choose a date and a time.' end,
			'adults', private.guest_count_problem(p_request -> 'adults'),
			'children', private.guest_count_problem(p_request -> 'children'),
			'toddlers', private.guest_count_problem(p_request -> 'toddlers'),
			'items', case when jsonb_typeof(p_request -> 'items') not in ('array', 'null') or length((p_request -> 'items')::text) > 5000
				then 'A list of at most 50 items.' end,
			'notes', private.text_problem(p_request -> 'notes', 2000, p_lines => true),
			'utm', private.utm_problem(p_request -> 'utm')))
$$;

/*
  Keeps somebody who asked: {source, reason, contact: {name, email, phone, sms_consent}, zip, event_at, adults, children,
  toddlers, items, notes, utm}; an e-mail or a phone at least. Answers {lead_id}. Refuses INVALID_REQUEST, RATE_LIMITED.
*/
create function private.capture_lead(p_request jsonb) returns jsonb
language plpgsql volatile security definer -- visitors may not read or write leads
set search_path = ''
as $$
declare
	v_fields jsonb;
	v_contact jsonb;
	v_quote jsonb;
	v_station uuid;
	v_zip text;
begin
	perform set_config('lock_timeout', '2500ms', true);
	if coalesce(jsonb_typeof(p_request), '') <> 'object' then
		return private.refuse_with(private.invalid_request('{"request": "One object with the answers, please."}'));
	end if;
	v_fields := private.lead_fields_problems(p_request);
	v_contact := private.read_contact(p_request);
	if not (v_fields ?| array['contact', 'contact.email', 'contact.phone']) and v_contact ->> 'email' is null and v_contact ->> 'phone' is null then
		v_fields := v_fields || '{"contact.email": "Leave an e-mail address or a phone number, so that we can answer."}';
	end if;
	if v_fields <> '{}' then
		return private.refuse_with(private.invalid_request(v_fields));
	end if;
	if not private.within_limits('capture_lead', v_contact, 40, 20) then
		return private.refuse('RATE_LIMITED', 429, 'That was a little too fast.', null, 'Wait a minute and try again; nothing is lost.');
	end if;
	v_zip := private.zip5(p_request ->> 'zip');
	select station_id into v_station from private.locate_venue(v_zip);
	v_quote := private.build_quote(v_zip, private.whole_number(p_request -> 'adults'), private.whole_number(p_request -> 'children'),
		private.whole_number(p_request -> 'toddlers'), p_request -> 'items');
	return jsonb_build_object('lead_id', private.keep_lead(
		v_contact,
		jsonb_build_object('zip', v_zip, 'event_at', private.read_instant(p_request -> 'event_at'),
			'adults', private.whole_number(p_request -> 'adults'), 'children', private.whole_number(p_request -> 'children'),
			'toddlers', private.whole_number(p_request -> 'toddlers'), 'items', coalesce(nullif(p_request -> 'items', 'null'), '[]'),
			'notes', private.text_at(p_request, 'notes'), 'utm', coalesce(nullif(p_request -> 'utm', 'null'), '{}')),
		private.text_at(p_request, 'source'), private.text_at(p_request, 'reason'), v_station,
		case when not v_quote ? 'code' then v_quote end));
exception when lock_not_available or deadlock_detected then
	return private.refuse('TRY_AGAIN', 503, 'Many people are booking right now.', null, 'Try again in a moment; your answers are kept.');
end
$$;

create function public.capture_lead(p_request jsonb) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.capture_lead(p_request)
$$;
comment on function public.capture_lead(jsonb) is
	'Keeps somebody who asked, one open lead a person: {lead_id}. Refuses INVALID_REQUEST, RATE_LIMITED, TRY_AGAIN.';
grant execute on function private.capture_lead(jsonb), public.capture_lead(jsonb) to anon, authenticated;
