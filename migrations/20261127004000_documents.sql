/*
  Payments: invoices and receipts. A document is a number and a snapshot; its PDF is drawn from the snapshot by a job and lies in
  the private bucket `documents`. Numbers have no gaps: the counter is drawn in the transaction that writes the document. What
  was wrong is voided with a reason and issued anew; both stay. Prices include tax, so no document has a line of tax.
  Tables: documents, private.document_counters.
*/

create table private.document_counters (
	kind text not null,
	year integer not null,
	last integer not null,
	primary key (kind, year)
);
comment on table private.document_counters is 'The last number of each kind and year. Its row is locked until the document is committed.';
alter table private.document_counters enable row level security;

create table public.documents (
	id uuid primary key default private.uuid_v7(),
	kind text not null,
	number text not null unique,
	booking_id uuid not null references public.bookings (id) on delete restrict,
	station_id uuid not null references public.stations (id) on delete restrict,
	payment_ref text,
	snapshot jsonb not null,
	total_cents integer not null,
	status text not null default 'issued',
	replaces uuid unique references public.documents (id) on delete restrict,
	void_reason text,
	voided_at timestamptz,
	voided_by uuid,
	storage_path text not null unique,
	sha256 text,
	mailed_at timestamptz,
	created_at timestamptz not null default now(),
	constraint documents_kind_known check (kind in ('invoice', 'receipt')),
	constraint documents_number_readable check (number ~ '^(INV|RCP)-[0-9]{4}-[0-9]{5,}$'),
	constraint documents_receipt_of_payment check ((kind = 'receipt') = (payment_ref is not null)),
	constraint documents_status_known check (status in ('issued', 'void')),
	constraint documents_void_says_why check (
		(status = 'void') = (voided_at is not null) and (status = 'void') = (void_reason is not null) and length(coalesce(void_reason, 'none given')) between 10 and 500),
	constraint documents_total_not_negative check (total_cents >= 0),
	constraint documents_sha256_hex check (sha256 ~ '^[0-9a-f]{64}$')
);
create unique index documents_one_invoice on public.documents (booking_id) where kind = 'invoice' and status = 'issued';
create unique index documents_one_receipt on public.documents (payment_ref) where kind = 'receipt' and status = 'issued';
create index documents_booking on public.documents (booking_id, created_at); -- a booking's documents; the policy of customers
create index documents_station on public.documents (station_id, created_at, id); -- the policy's column
comment on table public.documents is 'Invoices and receipts as they were issued. Never changed but voided; never removed.';
comment on column public.documents.payment_ref is 'The payment that a receipt is of (payments.provider_ref).';
comment on column public.documents.snapshot is 'All that the PDF says: whose, lines, amounts. The same snapshot gives the same bytes.';
comment on column public.documents.storage_path is 'In the bucket documents: <booking>/<document>.pdf. The file is there once sha256 is set.';
comment on column public.documents.mailed_at is 'When the receipt went out.';

select private.create_job_queue('document-render', 12, 10, 60);

/* The next number of a kind in a year, like INV-2026-00001. Waits for a parallel one; a rollback gives the number back. */
create function private.next_document_number(p_kind text, p_year int) returns text
language plpgsql volatile
set search_path = ''
as $$
declare
	v_number integer;
begin
	insert into private.document_counters as c (kind, year, last) values (p_kind, p_year, 1)
	on conflict (kind, year) do update set last = c.last + 1
	returning last into v_number;
	return format('%s-%s-%s', case p_kind when 'invoice' then 'INV' else 'RCP' end, p_year, lpad(v_number::text, greatest(5, length(v_number::text)), '0'));
end
$$;

/* What every document says of whom and what it is about. */
create function private.document_head(p_booking public.bookings) returns jsonb
language sql stable
set search_path = ''
as $$
	select jsonb_build_object('reference', p_booking.reference, 'station_name', s.name, 'event_at', p_booking.event_at, 'timezone', p_booking.timezone,
		'customer', jsonb_build_object('name', coalesce(p_booking.contact_name, c.name), 'email', c.email),
		'venue', jsonb_build_object('line1', p_booking.venue_line1, 'line2', p_booking.venue_line2, 'city', p_booking.venue_city,
			'state', p_booking.venue_state, 'zip', p_booking.venue_zip),
		'guests', jsonb_build_object('adults', p_booking.adults, 'children', p_booking.children, 'toddlers', p_booking.toddlers))
	from public.stations s, public.customers c
	where s.id = p_booking.station_id and c.id = p_booking.customer_id
$$;

/* Writes a document and has its PDF made. */
create function private.write_document(
	p_kind text, p_booking public.bookings, p_snapshot jsonb, p_total int, p_ref text, p_replaces uuid
) returns public.documents
language plpgsql volatile
set search_path = ''
as $$
declare
	v_id constant uuid := private.uuid_v7();
	v_document public.documents;
begin
	insert into public.documents (id, kind, number, booking_id, station_id, payment_ref, snapshot, total_cents, replaces, storage_path)
	values (v_id, p_kind, private.next_document_number(p_kind, extract(year from now() at time zone p_booking.timezone)::int),
		p_booking.id, p_booking.station_id, p_ref, p_snapshot, p_total, p_replaces, p_booking.id || '/' || v_id || '.pdf')
	returning * into v_document;
	perform private.enqueue('document-render', jsonb_build_object('document_id', v_id), now(), v_id::text);
	return v_document;
end
$$;

/* Marks a document as void. */
create function private.void_written(p_document uuid, p_reason text) returns void
language sql volatile
set search_path = ''
as $$
	update public.documents set status = 'void', void_reason = p_reason, voided_at = now(), voided_by = auth.uid() where id = p_document
$$;

/* The invoice of a booking as it is now: what there is, where it says the same; else a new one in place of it. */
create function private.write_invoice(p_booking public.bookings, p_reason text default 'The booking changed; a new invoice takes its place.', p_force boolean default false)
returns public.documents
language plpgsql volatile security definer -- documents are nobody's to write
set search_path = ''
as $$
declare
	v_old public.documents;
	v_lines constant jsonb := coalesce(nullif(p_booking.quote -> 'lines', 'null'), '[]');
	v_snapshot jsonb;
begin
	perform from public.bookings where id = p_booking.id for update; -- one invoice at a time
	select * into v_old from public.documents where booking_id = p_booking.id and kind = 'invoice' and status = 'issued';
	if v_old.id is not null and not p_force and v_old.total_cents = p_booking.total_cents and v_old.snapshot -> 'lines' = v_lines then
		return v_old;
	end if;
	v_snapshot := private.document_head(p_booking) || jsonb_build_object('lines', v_lines, 'total_cents', p_booking.total_cents,
		'deposit_cents', p_booking.deposit_cents);
	if v_old.id is not null then
		perform private.void_written(v_old.id, p_reason);
	end if;
	return private.write_document('invoice', p_booking, v_snapshot, p_booking.total_cents, null, v_old.id);
end
$$;

/* The receipt of a payment: its rows of the ledger as lines. The one there is, or a new one; no row where nothing was paid by that reference. */
create function private.write_receipt(p_booking uuid, p_ref text, p_replaces uuid default null) returns public.documents
language plpgsql volatile security definer -- documents are nobody's to write
set search_path = ''
as $$
declare
	v_booking public.bookings;
	v_document public.documents;
	v_paid record;
begin
	select * into v_booking from public.bookings where id = p_booking for update; -- one receipt at a time
	select * into v_document from public.documents where payment_ref = p_ref and kind = 'receipt' and status = 'issued';
	if v_booking.id is null or v_document.id is not null then
		return v_document;
	end if;
	select jsonb_agg(jsonb_build_object('label', case p.kind when 'deposit' then 'Deposit' when 'balance' then 'Balance' when 'tip' then 'Tip' else 'Card fee' end,
			'total_cents', p.amount_cents) order by array_position(array['deposit', 'balance', 'tip', 'card_fee'], p.kind), p.id) as lines,
		sum(p.amount_cents)::integer as total, min(p.method) as method, min(p.occurred_at) as paid_at
	into v_paid
	from public.payments p where p.booking_id = p_booking and p.provider_ref = p_ref and p.amount_cents > 0
		and p.kind in ('deposit', 'balance', 'tip', 'card_fee');
	if v_paid.lines is null then
		return null;
	end if;
	return private.write_document('receipt', v_booking, private.document_head(v_booking) || jsonb_build_object(
		'lines', v_paid.lines, 'total_cents', v_paid.total, 'method', v_paid.method, 'paid_at', v_paid.paid_at,
		'booking_total_cents', v_booking.total_cents,
		'balance_due_cents', (select b.balance_due_cents from public.booking_balances b where b.booking_id = p_booking)), v_paid.total, p_ref, p_replaces);
end
$$;

/* After a booking is confirmed: its invoice. After the amount of a confirmed one changed: a new one in its place. */
create function private.invoice_follows_booking() returns trigger
language plpgsql security definer -- documents are nobody's to write
set search_path = ''
as $$
begin
	if new.status = 'confirmed' and old.status <> 'confirmed' then
		perform private.write_invoice(new);
	elsif exists (select from public.documents where booking_id = new.id and kind = 'invoice' and status = 'issued') then
		perform private.write_invoice(new);
	end if;
	return null;
end
$$;
create trigger invoice_follows after update on public.bookings
	for each row when (new.deleted_at is null and new.status in ('confirmed', 'completed')
		and (old.status, old.total_cents, old.quote) is distinct from (new.status, new.total_cents, new.quote))
	execute function private.invoice_follows_booking();

/* The document, where the caller may change documents of its station; else the problem. */
create function private.open_document(p_document uuid, out document public.documents, out problem jsonb)
language plpgsql volatile
set search_path = ''
as $$
begin
	select * into document from public.documents where id = p_document for update;
	if document.id is null or not (auth.role() = 'service_role' or document.station_id in (select private.stations_with('payments.read'))) then
		problem := jsonb_build_object('code', 'NOT_FOUND', 'status', 404, 'message', 'There is no such document.', 'hint', 'Open the booking again.');
	elsif not (auth.role() = 'service_role' or document.station_id in (select private.stations_with('payments.write'))) then
		problem := jsonb_build_object('code', 'NOT_ALLOWED', 'status', 403, 'message', 'You may not do that.',
			'hint', 'Ask somebody who may, or sign in with another account.');
	end if;
end
$$;

/* What an RPC answers of a document. */
create function private.document_answer(p_document public.documents) returns jsonb
language sql immutable
set search_path = ''
as $$
	select jsonb_build_object('id', p_document.id, 'kind', p_document.kind, 'number', p_document.number, 'status', p_document.status,
		'total_cents', p_document.total_cents, 'created_at', p_document.created_at, 'ready', p_document.sha256 is not null)
$$;

create function private.issue_invoice(p_booking uuid) returns jsonb
language plpgsql volatile security definer -- documents are nobody's to write
set search_path = ''
as $$
declare
	v_open record;
begin
	select * into v_open from private.open_booking(p_booking, null, 'payments.write');
	if v_open.problem is null and v_open.caller <> 'staff' then
		v_open.problem := jsonb_build_object('code', 'NOT_FOUND', 'status', 404, 'message', 'There is no such booking.', 'hint', 'Check the link.');
	elsif v_open.problem is null and (v_open.booking).status = 'cancelled' then
		v_open.problem := private.not_changeable('cancelled');
	end if;
	if v_open.problem is not null then
		return private.refuse_with(v_open.problem);
	end if;
	return private.document_answer(private.write_invoice(v_open.booking));
end
$$;

/* Voids a document with a reason of 10–500 characters; p_reissue puts a new one in its place. Answers the new one, else the voided. */
create function private.void_document(p_document uuid, p_reason text, p_reissue boolean) returns jsonb
language plpgsql volatile security definer -- documents are nobody's to write
set search_path = ''
as $$
declare
	v_open record;
	v_new public.documents;
	v_booking public.bookings;
begin
	select * into v_open from private.open_document(p_document);
	if v_open.problem is null and (v_open.document).status = 'void' then
		v_open.problem := jsonb_build_object('code', 'STALE_VERSION', 'status', 409, 'message', 'Somebody else changed this in the meantime.', 'hint', 'It is void already.');
	elsif v_open.problem is null and coalesce(length(btrim(p_reason)), 0) not between 10 and 500 then
		v_open.problem := private.invalid_request('{"reason": "Say why, in 10 to 500 characters."}');
	end if;
	if v_open.problem is not null then
		return private.refuse_with(v_open.problem);
	end if;
	if not coalesce(p_reissue, false) then
		perform private.void_written(p_document, btrim(p_reason));
	elsif (v_open.document).kind = 'invoice' then
		select * into v_booking from public.bookings where id = (v_open.document).booking_id;
		v_new := private.write_invoice(v_booking, btrim(p_reason), true);
	else
		perform private.void_written(p_document, btrim(p_reason));
		v_new := private.write_receipt((v_open.document).booking_id, (v_open.document).payment_ref, p_document);
	end if;
	if v_new.id is null then
		select * into v_new from public.documents where id = p_document;
	end if;
	return private.document_answer(v_new);
end
$$;

/* Where the file of a document lies, for who may have it: staff, its customer, or a guest by the token. Refuses NOT_FOUND. */
create function private.document_file(p_document uuid, p_access_token text) returns jsonb
language plpgsql volatile security definer -- guests may not read documents
set search_path = ''
as $$
declare
	v_document public.documents;
begin
	select d.* into v_document from public.documents d join public.bookings b on b.id = d.booking_id
	where d.id = p_document and d.sha256 is not null and (
		auth.role() = 'service_role'
		or d.station_id in (select private.stations_with('payments.read'))
		or (b.customer_id in (select private.own_customers()) and b.deleted_at is null and d.status = 'issued')
		or (private.booking_for_token(p_access_token) = b.id and b.deleted_at is null and d.status = 'issued'));
	if v_document.id is null then
		return private.refuse('NOT_FOUND', 404, 'There is no such document.', null, 'A new one takes a moment to be made. Try again.');
	end if;
	return jsonb_build_object('path', v_document.storage_path, 'number', v_document.number);
end
$$;

/* Invoices and receipts of a booking as the pay page lists them: those that hold, oldest first. */
create or replace function private.payment_documents(p_booking uuid) returns jsonb
language sql stable security definer -- guests may not read documents
set search_path = ''
as $$
	select coalesce(jsonb_agg(private.document_answer(d) order by d.created_at, d.id), '[]')
	from public.documents d where d.booking_id = p_booking and d.status = 'issued'
$$;
-- whoever may see the page asks through payment_page
revoke execute on function private.payment_documents(uuid) from public, anon, authenticated;

create function public.issue_invoice(p_booking uuid) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.issue_invoice(p_booking)
$$;
comment on function public.issue_invoice(uuid) is
	'Staff: the invoice of a booking as it is now: {id, kind, number, status, total_cents, created_at, ready}. payments.write. Refuses NOT_FOUND, NOT_ALLOWED, BOOKING_NOT_CHANGEABLE.';

create function public.void_document(p_document uuid, p_reason text, p_reissue boolean default false) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.void_document(p_document, p_reason, p_reissue)
$$;
comment on function public.void_document(uuid, text, boolean) is
	'Staff: voids a document with a reason, and issues it anew where asked. payments.write. Refuses NOT_FOUND, NOT_ALLOWED, STALE_VERSION, INVALID_REQUEST.';

create function public.document_file(p_document uuid, p_access_token text default null) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.document_file(p_document, p_access_token)
$$;
comment on function public.document_file(uuid, text) is
	'Where the PDF of a document lies: {path, number}, for staff, its customer, or a guest by the token. Refuses NOT_FOUND.';

grant execute on function private.issue_invoice(uuid), public.issue_invoice(uuid),
	private.void_document(uuid, text, boolean), public.void_document(uuid, text, boolean) to authenticated;
grant execute on function private.document_file(uuid, text), public.document_file(uuid, text) to anon, authenticated;
grant execute on function private.write_receipt(uuid, text, uuid) to service_role;

select private.track('public.documents');

alter table public.documents enable row level security;
grant select on public.documents to authenticated;
revoke insert, delete on public.documents from service_role;
-- no write: triggers, issue_invoice and void_document do it; nothing to anon: a guest opens one by its token (document_file)

create policy "Documents are read by staff of the station and by their customer" on public.documents
	for select to authenticated using (
		station_id in (select private.stations_with('payments.read'))
		or (status = 'issued' and booking_id in (
			select b.id from public.bookings b where b.deleted_at is null and b.customer_id in (select private.own_customers()))));

-- Files ----------------------------------------------------------------------------------------------------------------------

do $$
begin
	if to_regclass('storage.objects') is null then
		raise notice 'No storage here: the bucket for documents is not made.';
		return;
	end if;
	insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
	values ('documents', 'documents', false, 5 * 1024 * 1024, array['application/pdf'])
	on conflict (id) do update set public = excluded.public, file_size_limit = excluded.file_size_limit,
		allowed_mime_types = excluded.allowed_mime_types;

	create policy "Documents are opened by who may read their row" on storage.objects
		for select to authenticated using (
			bucket_id = 'documents' and exists (select from public.documents d where d.storage_path = name));
	-- no insert, update or delete: the job writes them with the secret key; nothing for anon: a guest gets a signed link by the token
end
$$;
