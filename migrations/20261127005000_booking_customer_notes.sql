/*
  Booking: what staff keep in mind about a customer without the customer reading it, and the live list of customers.
  customers.notes stays what both see (parking, allergies); these are the house's own.
  Table: customer_notes.
*/

create table public.customer_notes (
	id uuid primary key default private.uuid_v7(),
	customer_id uuid not null references public.customers (id) on delete cascade,
	note text not null,
	author_id uuid references auth.users (id) on delete set null,
	author_name text not null default '',
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	version integer not null default 1,
	constraint customer_notes_note_bounded check (length(btrim(note)) between 1 and 4000)
);
create index customer_notes_customer on public.customer_notes (customer_id, created_at); -- a customer's notes, and the policies
create index customer_notes_author on public.customer_notes (author_id); -- the foreign key
comment on table public.customer_notes is 'Notes about a customer for staff only; the customer never reads them.';
comment on column public.customer_notes.author_name is 'Who wrote it, as they were called then: not everybody may read everybody''s staff row.';

/* Before a note: it is signed by whoever writes it, not by what the request says. */
create function private.sign_customer_note() returns trigger
language plpgsql security definer -- the writer may not read every staff row
set search_path = ''
as $$
begin
	new.author_id := auth.uid();
	new.author_name := coalesce((select s.name from public.staff s where s.user_id = auth.uid()), '');
	return new;
end
$$;
create trigger b_sign before insert on public.customer_notes for each row execute function private.sign_customer_note();

select private.track('public.customer_notes');

alter table public.customer_notes enable row level security;
grant select on public.customer_notes to authenticated;
grant insert (customer_id, note), update (note) on public.customer_notes to authenticated;
-- no delete: a wrong note is corrected, and the audit keeps what it said

create policy "Notes are read by staff who read the customer, never by the customer" on public.customer_notes
	for select to authenticated using (
		exists (
			select from public.customers c
			where c.id = customer_id
				and (c.station_ids && (select array(select private.stations_with('customers.read')))
					or (select private.has_permission_everywhere('customers.read')))));
create policy "Notes are written by staff who edit the customer" on public.customer_notes
	for insert to authenticated with check (
		exists (
			select from public.customers c
			where c.id = customer_id
				and (c.station_ids && (select array(select private.stations_with('customers.write')))
					or (select private.has_permission_everywhere('customers.write')))));
create policy "Notes are corrected by staff who edit the customer" on public.customer_notes
	for update to authenticated
	using (
		exists (
			select from public.customers c
			where c.id = customer_id
				and (c.station_ids && (select array(select private.stations_with('customers.write')))
					or (select private.has_permission_everywhere('customers.write')))))
	with check (
		exists (
			select from public.customers c
			where c.id = customer_id
				and (c.station_ids && (select array(select private.stations_with('customers.write')))
					or (select private.has_permission_everywhere('customers.write')))));

-- Live lists ----------------------------------------------------------------------------------------------------------------

insert into private.topic_permissions (scope, what, permission) values ('station', 'customers', 'customers.read');

create index customers_changed on public.customers (updated_at, id); -- catch-up after a lost connection

/* After a customer came or changed: the list of every station that knows them. Ids and version only: names are read by policy. */
create function private.announce_customer() returns trigger
language plpgsql security definer -- realtime.send needs rights on realtime.messages
set search_path = ''
as $$
declare
	v_payload constant jsonb := jsonb_build_object('id', new.id, 'version', new.version, 'updated_at', new.updated_at,
		'op', case when tg_op = 'UPDATE' and new.deleted_at is not null then 'DELETE' else tg_op end);
	v_station uuid;
begin
	for v_station in
		select unnest(new.station_ids)
		union
		select unnest(case when tg_op = 'UPDATE' then old.station_ids else '{}' end)
	loop
		perform realtime.send(v_payload, 'customer_changed', 'station:' || v_station || ':customers', true);
	end loop;
	return null;
end
$$;
create trigger announce after insert or update on public.customers
	for each row execute function private.announce_customer();

/* After a note: open pages of its customer look again. */
create function private.announce_customer_note() returns trigger
language plpgsql security definer -- realtime.send needs rights on realtime.messages
set search_path = ''
as $$
begin
	perform realtime.send(jsonb_build_object('id', c.id, 'version', c.version, 'updated_at', c.updated_at, 'op', 'NOTE'),
		'customer_changed', 'station:' || s.id || ':customers', true)
	from public.customers c cross join unnest(c.station_ids) s (id)
	where c.id = new.customer_id;
	return null;
end
$$;
create trigger announce after insert or update on public.customer_notes
	for each row execute function private.announce_customer_note();
