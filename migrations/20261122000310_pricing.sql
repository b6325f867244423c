/*
  Pricing: the price book with its history. A price is never rewritten: a new one is added from a date on, and the database
  ends the one before it; so every past quote can be explained.
  Tables: price_book, price_change_history.
*/

create table public.price_book (
	id uuid primary key default private.uuid_v7(),
	code text not null,
	label text not null,
	unit_cents integer not null,
	unit text not null,
	effective_from timestamptz not null default now(),
	effective_to timestamptz,
	note text not null,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	version integer not null default 1,
	constraint price_book_code_bounded check (code ~ '^[a-z][a-z0-9_]{1,59}$'),
	constraint price_book_label_bounded check (length(btrim(label)) between 1 and 80),
	constraint price_book_cents_sensible check (unit_cents between 0 and 10000000),
	constraint price_book_unit_known check (unit in ('person', 'mile', 'order', 'each')),
	constraint price_book_ends_after_start check (effective_to > effective_from),
	constraint price_book_note_bounded check (length(btrim(note)) between 3 and 500),
	constraint price_book_one_price_at_a_time exclude using gist
		(code with =, tstzrange(effective_from, effective_to) with &&)
);
comment on table public.price_book is 'Tax-inclusive prices with the time in which they hold; one per code at any time.';
comment on column public.price_book.unit_cents is 'Cents for one unit.';
comment on column public.price_book.effective_to is 'From then on it no longer holds; null = until a next one starts.';
comment on column public.price_book.note is 'Why this price: kept in the history of changes.';

create table public.price_change_history (
	id uuid primary key default private.uuid_v7(),
	code text not null,
	old_cents integer,
	new_cents integer not null,
	effective_from timestamptz not null,
	effective_to timestamptz,
	reason text not null,
	actor text not null,
	changed_by uuid,
	changed_at timestamptz not null default now()
);
create index price_change_history_code on public.price_change_history (code, changed_at desc); -- the history of one price
comment on table public.price_change_history is 'Every change of a price: old, new, who, why, when. Written by trigger only.';
comment on column public.price_change_history.old_cents is 'What held before; null for a code''s first price.';

/* Before a new price: ends the open one of the same code, so that adding a price is all it takes to change one. */
create function private.end_previous_price() returns trigger
language plpgsql security definer -- the writer needs no right to update other prices
set search_path = ''
as $$
begin
	update public.price_book
	set effective_to = new.effective_from
	where code = new.code and effective_to is null and effective_from < new.effective_from;
	return new;
end
$$;
create trigger end_previous before insert on public.price_book
	for each row execute function private.end_previous_price();

/* After a price came or changed: one row of history. */
create function private.record_price_change() returns trigger
language plpgsql security definer -- nobody may write the history but this
set search_path = ''
as $$
begin
	insert into public.price_change_history (code, old_cents, new_cents, effective_from, effective_to, reason, actor, changed_by)
	values (
		new.code,
		case when tg_op = 'UPDATE' then old.unit_cents else (
			select unit_cents from public.price_book
			where code = new.code and effective_from < new.effective_from order by effective_from desc limit 1
		) end,
		new.unit_cents, new.effective_from, new.effective_to, new.note, private.current_actor(), auth.uid()
	);
	return null;
end
$$;
create trigger history_of_new after insert on public.price_book
	for each row execute function private.record_price_change();
create trigger history_of_changed after update on public.price_book
	for each row when (old.unit_cents <> new.unit_cents or old.effective_from <> new.effective_from or old.note <> new.note)
	execute function private.record_price_change();

select private.track('public.price_book');
-- price_change_history is a log itself: not audited

alter table public.price_book enable row level security;
alter table public.price_change_history enable row level security;
grant select on public.price_book, public.price_change_history to authenticated;
grant insert (code, label, unit_cents, unit, effective_from, effective_to, note) on public.price_book to authenticated;
grant update (label, effective_to, note) on public.price_book to authenticated;
revoke insert, update, delete on public.price_change_history from service_role;
-- no update of cents and no delete: a price that held once stays readable
-- nothing to anon: visitors get the prices in force from site_catalog()

create policy "Prices are read by those who may" on public.price_book
	for select to authenticated using ((select private.has_permission('pricing.read')));
create policy "Prices are added by those who set them" on public.price_book
	for insert to authenticated with check ((select private.has_permission_everywhere('pricing.write')));
create policy "Prices are ended by those who set them" on public.price_book
	for update to authenticated using ((select private.has_permission_everywhere('pricing.write')))
	with check ((select private.has_permission_everywhere('pricing.write')));
create policy "Price changes are read by those who read prices" on public.price_change_history
	for select to authenticated using ((select private.has_permission('pricing.read')));
