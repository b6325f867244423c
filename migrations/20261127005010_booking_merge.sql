/*
  Booking: one person entered twice becomes one customer again. Whatever refers to the second one is moved, found by the foreign
  keys themselves, so that tables to come are covered; the second one goes to the trash with a pointer and can't come back.
  Tables: none of its own. Functions: customer_duplicates, preview_customer_merge, merge_customers, customer_merged_into.
*/

alter table public.customers add column merged_into uuid references public.customers (id) on delete set null;
alter table public.customers add constraint customers_merged_is_deleted check (merged_into is null or (deleted_at is not null and merged_into <> id));
create index customers_merged_into on public.customers (merged_into) where merged_into is not null; -- the foreign key; the way to the one that stays
comment on column public.customers.merged_into is 'The customer that this one turned out to be; its links are there.';

/* The mailbox behind an address: without a +tag and without dots, which many providers ignore. For likeness only. */
create function private.mailbox_of(p_email text) returns text
language plpgsql immutable parallel safe
set search_path = ''
as $$
begin
	return replace(split_part(split_part(p_email, '@', 1), '+', 1), '.', '') || '@' || split_part(p_email, '@', 2);
end
$$;
create index customers_mailbox on public.customers (private.mailbox_of(email)) where deleted_at is null; -- duplicates by address
-- an index is computed as whoever writes the row
grant execute on function private.mailbox_of(text) to authenticated;

/* Before a merged customer would leave the trash: what belonged to it is elsewhere, so it can't. */
create function private.merged_stays() returns trigger
language plpgsql
set search_path = ''
as $$
begin
	perform private.fail('RECORD_IN_USE', 409, 'It was merged into another customer.', null,
		'What belonged to it is there now. Enter a new customer if it was somebody else.');
	return new;
end
$$;
create trigger c_merged_stays before update on public.customers
	for each row when (old.merged_into is not null and new.deleted_at is null) execute function private.merged_stays();

-- Who may -------------------------------------------------------------------------------------------------------------------

/* Whether the caller holds the permission at one (p_every: at each) of a customer's stations, or everywhere. */
create function private.permitted_for_customer(p_permission text, p_stations uuid[], p_every boolean default false) returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
	return private.has_permission_everywhere(p_permission)
		or (p_stations <> '{}' and case when p_every then p_stations <@ array(select private.stations_with(p_permission))
			else p_stations && array(select private.stations_with(p_permission)) end);
end
$$;

-- Likeness ------------------------------------------------------------------------------------------------------------------

/*
  Customers who may be the same person, the likeliest first: {id, name, email, phone, has_sign_in, reasons}; reasons are phone,
  email and name. Only those whom the caller may read; none for a customer whom the caller may not.
*/
create function private.customer_duplicates(p_customer uuid)
returns table (id uuid, name text, email text, phone text, has_sign_in boolean, reasons text[])
language plpgsql stable security definer rows 5 -- a policy would keep the indexes from being used
set search_path = ''
as $$
declare
	v_one public.customers;
begin
	select * into v_one from public.customers c where c.id = p_customer and c.deleted_at is null;
	if not found or not private.is_staff() or not private.permitted_for_customer('customers.read', v_one.station_ids) then
		return;
	end if;
	return query
	select c.id, c.name, c.email, c.phone, c.user_id is not null, array_agg(l.reason order by l.weight desc)
	from (
		select k.id, 'phone' as reason, 3.0::real as weight from public.customers k where k.phone = v_one.phone and k.deleted_at is null
		union all
		select k.id, 'email', 2.5 from public.customers k
		where private.mailbox_of(k.email) = private.mailbox_of(v_one.email) and k.deleted_at is null
		union all
		select n.id, 'name', n.likeness from (
			select k.id, extensions.similarity(k.name, v_one.name) as likeness from public.customers k
			where k.name operator(extensions.%) v_one.name and k.deleted_at is null
			order by 2 desc limit 20
		) n where n.likeness >= 0.5
	) l
	join public.customers c on c.id = l.id
	where c.id <> v_one.id and private.permitted_for_customer('customers.read', c.station_ids)
	group by c.id
	order by sum(l.weight) desc, c.id
	limit 10;
end
$$;

-- Merging -------------------------------------------------------------------------------------------------------------------

/* Every column that refers to a customer, by the foreign keys that there are. */
create function private.customer_links() returns table (link regclass, col name, label name)
language sql stable
set search_path = ''
as $$
	select c.conrelid::regclass, a.attname, t.relname
	from pg_catalog.pg_constraint c
	join pg_catalog.pg_class t on t.oid = c.conrelid
	join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
	where c.contype = 'f' and c.confrelid = 'public.customers'::regclass and c.conparentid = 0 and cardinality(c.conkey) = 1
	order by t.relname, a.attname
$$;

/*
  Moves what refers to one customer to another: {moved: {table: rows}, left: {table: rows}}. Left is what the other has already
  and may have once only; it stays with the one in the trash.
*/
create function private.move_customer_links(p_from uuid, p_to uuid) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
	v_link record;
	v_row record;
	v_moved jsonb := '{}';
	v_left jsonb := '{}';
	v_count integer;
	v_stays integer;
begin
	for v_link in select * from private.customer_links() loop
		v_stays := 0;
		begin
			execute format('update %s set %I = $2 where %I = $1', v_link.link, v_link.col, v_link.col) using p_from, p_to;
			get diagnostics v_count = row_count;
		exception when unique_violation or exclusion_violation then
			v_count := 0;
			for v_row in execute format('select tableoid as part, ctid as place from %s where %I = $1', v_link.link, v_link.col) using p_from loop
				begin
					execute format('update %s set %I = $1 where tableoid = $2 and ctid = $3', v_link.link, v_link.col)
						using p_to, v_row.part, v_row.place;
					v_count := v_count + 1;
				exception when unique_violation or exclusion_violation then
					v_stays := v_stays + 1;
				end;
			end loop;
		end;
		if v_link.link <> 'public.customers'::regclass and v_count > 0 then
			v_moved := v_moved || jsonb_build_object(v_link.label, v_count + coalesce((v_moved ->> v_link.label)::int, 0));
		end if;
		if v_stays > 0 then
			v_left := v_left || jsonb_build_object(v_link.label, v_stays + coalesce((v_left ->> v_link.label)::int, 0));
		end if;
	end loop;
	return jsonb_build_object('moved', v_moved, 'left', v_left);
end
$$;

/* What is wrong with a choice of fields {name, email, phone, sms_consent: keep | merge, notes: keep | merge | both}. */
create function private.take_problems(p_take jsonb) returns jsonb
language sql immutable
set search_path = ''
as $$
	select case when jsonb_typeof(p_take) is distinct from 'object' then '{"take": "Say for each field which one to keep."}'::jsonb
		else coalesce((
			select jsonb_object_agg('take.' || left(t.key, 40), case
				when t.key not in ('name', 'email', 'phone', 'sms_consent', 'notes') then 'We do not know this field.'
				else 'Choose one of the two.' end)
			from jsonb_each_text(case when jsonb_typeof(p_take) = 'object' then p_take else '{}' end) t
			where t.key not in ('name', 'email', 'phone', 'sms_consent', 'notes')
				or t.value is null or not (t.value in ('keep', 'merge') or (t.key = 'notes' and t.value = 'both'))), '{}') end
$$;

/*
  What one customer becomes of two. A value that only one has is never lost. Consent to text messages goes with the number that
  it was given for; the address of the one with the sign-in wins where nothing is chosen.
*/
create function private.merged_customer(p_keep public.customers, p_merge public.customers, p_take jsonb) returns public.customers
language plpgsql immutable
set search_path = ''
as $$
declare
	v_new public.customers := p_keep;
	v_consent public.customers := p_keep;
	v_email text := coalesce(p_take ->> 'email', case when p_keep.user_id is null and p_merge.user_id is not null then 'merge' else 'keep' end);
begin
	v_new.name := case p_take ->> 'name' when 'merge' then p_merge.name else p_keep.name end;
	v_new.email := case v_email when 'merge' then coalesce(p_merge.email, p_keep.email) else coalesce(p_keep.email, p_merge.email) end;
	v_new.phone := case p_take ->> 'phone' when 'merge' then coalesce(p_merge.phone, p_keep.phone) else coalesce(p_keep.phone, p_merge.phone) end;
	if p_merge.phone = v_new.phone and (p_keep.phone is distinct from v_new.phone or p_take ->> 'sms_consent' = 'merge') then
		v_consent := p_merge;
	end if;
	v_new.sms_consent := v_consent.sms_consent;
	v_new.sms_consent_at := v_consent.sms_consent_at;
	v_new.notes := case coalesce(p_take ->> 'notes', 'both')
		when 'keep' then coalesce(nullif(p_keep.notes, ''), p_merge.notes)
		when 'merge' then coalesce(nullif(p_merge.notes, ''), p_keep.notes)
		else case when p_keep.notes = p_merge.notes then p_keep.notes
			else concat_ws(E'\n', nullif(p_keep.notes, ''), nullif(p_merge.notes, '')) end end;
	v_new.user_id := coalesce(p_keep.user_id, p_merge.user_id);
	v_new.station_id := coalesce(p_keep.station_id, p_merge.station_id);
	v_new.station_ids := array(select distinct unnest(p_keep.station_ids || p_merge.station_ids));
	v_new.created_at := least(p_keep.created_at, p_merge.created_at);
	return v_new;
end
$$;

/* The problem of merging two customers, null where there is none: same one, not there, not the caller's, two sign-ins. */
create function private.merge_problem(p_keep public.customers, p_merge public.customers) returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
	if p_keep.id is null or p_merge.id is null or not private.is_staff()
		or not private.permitted_for_customer('customers.read', p_keep.station_ids)
		or not private.permitted_for_customer('customers.read', p_merge.station_ids) then
		return jsonb_build_object('code', 'NOT_FOUND', 'status', 404, 'message', 'There is no such customer.',
			'hint', 'It may be deleted or merged already.');
	elsif p_keep.id = p_merge.id then
		return private.invalid_request('{"merge": "Choose another customer: this is the same one."}');
	elsif not private.permitted_for_customer('customers.write', p_keep.station_ids, true)
		or not private.permitted_for_customer('customers.write', p_merge.station_ids, true) then
		return jsonb_build_object('code', 'NOT_ALLOWED', 'status', 403, 'message', 'You may not merge these customers.',
			'hint', 'That takes the right to edit customers at every station that knows one of them.');
	elsif p_keep.user_id is not null and p_merge.user_id is not null and p_keep.user_id <> p_merge.user_id then
		return jsonb_build_object('code', 'TWO_SIGN_INS', 'status', 409, 'message', 'Both customers have a sign-in of their own.',
			'hint', 'Ask them which one they use; the other sign-in has to be closed first.');
	end if;
	return null;
end
$$;

/* What merging would do: {moves: {table: rows}, sign_in: keep | merge | both | null}. Refuses as merge_customers does. */
create function private.preview_customer_merge(p_keep uuid, p_merge uuid) returns jsonb
language plpgsql stable security definer -- counts in tables that the caller may not read
set search_path = ''
as $$
declare
	v_keep public.customers;
	v_merge public.customers;
	v_problem jsonb;
	v_link record;
	v_count integer;
	v_moves jsonb := '{}';
begin
	select * into v_keep from public.customers where id = p_keep and deleted_at is null;
	select * into v_merge from public.customers where id = p_merge and deleted_at is null;
	v_problem := private.merge_problem(v_keep, v_merge);
	if v_problem is not null and v_problem ->> 'code' <> 'TWO_SIGN_INS' then
		return private.refuse_with(v_problem);
	end if;
	for v_link in select * from private.customer_links() loop
		continue when v_link.link = 'public.customers'::regclass;
		execute format('select count(*) from %s where %I = $1', v_link.link, v_link.col) into v_count using p_merge;
		if v_count > 0 then
			v_moves := v_moves || jsonb_build_object(v_link.label, v_count + coalesce((v_moves ->> v_link.label)::int, 0));
		end if;
	end loop;
	return jsonb_build_object('moves', v_moves, 'sign_in', case
		when v_problem is not null then 'both' when v_keep.user_id is not null then 'keep' when v_merge.user_id is not null then 'merge' end);
end
$$;

/*
  Makes one customer of two: p_keep stays, p_merge goes to the trash for good. Answers {customer_id, merged_id, version, moved,
  left}. All or nothing.
*/
create function private.merge_customers(p_keep uuid, p_merge uuid, p_reason text, p_take jsonb) returns jsonb
language plpgsql volatile security definer -- links, sign-ins and deletions are nobody's to write
set search_path = ''
as $$
declare
	v_keep public.customers;
	v_merge public.customers;
	v_new public.customers;
	v_problem jsonb;
	v_fields jsonb;
	v_links jsonb;
begin
	perform set_config('lock_timeout', '3s', true);
	-- always in the same order, so that two merges of the same pair wait for each other
	perform from public.customers where id in (p_keep, p_merge) order by id for update;
	select * into v_keep from public.customers where id = p_keep and deleted_at is null;
	select * into v_merge from public.customers where id = p_merge and deleted_at is null;
	v_problem := private.merge_problem(v_keep, v_merge);
	if v_problem is not null then
		return private.refuse_with(v_problem);
	end if;
	v_fields := private.take_problems(coalesce(p_take, '{}'));
	if coalesce(length(btrim(p_reason)), 0) not between 10 and 500 then
		v_fields := v_fields || '{"reason": "Say why, in 10 to 500 characters."}';
	end if;
	v_new := private.merged_customer(v_keep, v_merge, coalesce(p_take, '{}'));
	if length(v_new.notes) > 4000 then
		v_fields := v_fields || '{"take.notes": "Both together are too long. Choose one of the two."}';
	end if;
	if v_fields <> '{}' then
		return private.refuse_with(private.invalid_request(v_fields));
	end if;
	-- first the one that goes: address and sign-in are one person's
	update public.customers set user_id = null, deleted_at = now(), delete_reason = btrim(p_reason), merged_into = p_keep where id = p_merge;
	update public.customers set name = v_new.name, email = v_new.email, phone = v_new.phone, sms_consent = v_new.sms_consent,
		sms_consent_at = v_new.sms_consent_at, notes = v_new.notes, user_id = v_new.user_id, station_id = v_new.station_id,
		station_ids = v_new.station_ids, created_at = v_new.created_at
	where id = p_keep;
	v_links := private.move_customer_links(p_merge, p_keep);
	return jsonb_build_object('customer_id', p_keep, 'merged_id', p_merge,
		'version', (select version from public.customers where id = p_keep)) || v_links;
exception when lock_not_available or deadlock_detected then
	return private.refuse_with(private.busy_problem());
end
$$;

/* The customer that a merged one became, for old links; null where there is none or the caller may not read it. */
create function private.customer_merged_into(p_customer uuid) returns uuid
language plpgsql stable security definer -- what is in the trash is hidden by policy
set search_path = ''
as $$
declare
	v_one public.customers;
begin
	select k.* into v_one from public.customers c join public.customers k on k.id = c.merged_into
	where c.id = p_customer and k.deleted_at is null;
	return case when private.is_staff() and private.permitted_for_customer('customers.read', v_one.station_ids) then v_one.id end;
end
$$;

-- The API ---------------------------------------------------------------------------------------------------------------------

create function public.customer_duplicates(p_customer uuid)
returns table (id uuid, name text, email text, phone text, has_sign_in boolean, reasons text[])
language sql stable
set search_path = ''
as $$
	select * from private.customer_duplicates(p_customer)
$$;
comment on function public.customer_duplicates(uuid) is
	'Customers who may be the same person, the likeliest first; reasons are phone, email and name.';

create function public.preview_customer_merge(p_keep uuid, p_merge uuid) returns jsonb
language sql stable
set search_path = ''
as $$
	select private.preview_customer_merge(p_keep, p_merge)
$$;
comment on function public.preview_customer_merge(uuid, uuid) is
	'What merging two customers would move: {moves: {table: rows}, sign_in}. Refuses NOT_FOUND, NOT_ALLOWED, INVALID_REQUEST.';

create function public.merge_customers(p_keep uuid, p_merge uuid, p_reason text, p_take jsonb default '{}') returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.merge_customers(p_keep, p_merge, p_reason, p_take)
$$;
comment on function public.merge_customers(uuid, uuid, text, jsonb) is
	'Makes one customer of two and moves every link: {customer_id, merged_id, version, moved, left}. Refuses NOT_FOUND, NOT_ALLOWED, INVALID_REQUEST, TWO_SIGN_INS, TRY_AGAIN.';

create function public.customer_merged_into(p_customer uuid) returns uuid
language sql stable
set search_path = ''
as $$
	select private.customer_merged_into(p_customer)
$$;
comment on function public.customer_merged_into(uuid) is 'The customer that a merged one became; null where there is none.';

grant execute on function private.customer_duplicates(uuid), public.customer_duplicates(uuid),
	private.preview_customer_merge(uuid, uuid), public.preview_customer_merge(uuid, uuid),
	private.merge_customers(uuid, uuid, text, jsonb), public.merge_customers(uuid, uuid, text, jsonb),
	private.customer_merged_into(uuid), public.customer_merged_into(uuid) to authenticated;
