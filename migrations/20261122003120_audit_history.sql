/*
  Audit: reading it. What a row looked like at a moment; who the actors are, by name while they have one; and the viewer's index.
  Tables: none of its own.
*/

create index audit_log_table on public.audit_log (table_name, occurred_at desc); -- the viewer's entries of one table

-- As of -----------------------------------------------------------------------------------------------------------------------

/*
  A row of any audited table with an id as it was at a moment, without secrets, updated_at and version; null where it was not
  there. It is the row of today with everything undone that the audit tells since.
*/
create function private.row_as_of(p_table text, p_id uuid, p_at timestamptz) returns jsonb
language plpgsql stable security definer -- reads past every policy: the caller has asked for the permission
set search_path = ''
as $$
declare
	v_now jsonb;
	v_first text;
	v_undone jsonb;
begin
	execute format('select to_jsonb(r) from public.%I r where r.id = $1', p_table) into v_now using p_id;
	select e.action into v_first from public.audit_log e
	where e.table_name = p_table and e.row_id = p_id::text and e.occurred_at > p_at
	order by e.occurred_at, e.id limit 1;
	if v_first = 'insert' or (v_now is null and v_first is null) then
		return null;
	end if;
	select jsonb_object_agg(c.key, c.value) into v_undone
	from (
		select distinct on (k.key) k.key, coalesce(k.value -> 'old', 'null') as value
		from public.audit_log e cross join lateral jsonb_each(e.changes) k
		where e.table_name = p_table and e.row_id = p_id::text and e.occurred_at > p_at
		order by k.key, e.occurred_at, e.id
	) c;
	return private.redact(coalesce(v_now, '{}') || coalesce(v_undone, '{}')) - array['updated_at', 'version'];
end
$$;

/* A booking as it was: {existed, at, booking, chef_name, customer_name, changed_since}. */
create function private.booking_as_of(p_booking uuid, p_at timestamptz) returns jsonb
language plpgsql stable security definer -- see row_as_of
set search_path = ''
as $$
declare
	v_row jsonb;
	v_station uuid;
	v_now jsonb;
begin
	if p_at is null or not isfinite(p_at) then
		return private.refuse_with(private.invalid_request('{"at": "Choose a day."}'));
	end if;
	v_row := private.row_as_of('bookings', p_booking, p_at);
	select to_jsonb(b) into v_now from public.bookings b where b.id = p_booking;
	v_station := coalesce(v_now ->> 'station_id', v_row ->> 'station_id')::uuid;
	if v_station is null or not (private.permitted_at('audit.read', v_station) and private.permitted_at('bookings.read', v_station)) then
		return private.refuse('NOT_FOUND', 404, 'There is no such booking.', null, 'Check the link.');
	end if;
	return jsonb_build_object('existed', v_row is not null, 'at', p_at, 'booking', v_row,
		'chef_name', (select s.name from public.chefs c join public.staff s on s.id = c.staff_id where c.id = (v_row ->> 'chef_id')::uuid),
		'customer_name', (select c.name from public.customers c where c.id = (v_row ->> 'customer_id')::uuid),
		'changed_since', (select coalesce(jsonb_agg(k order by k), '[]') from jsonb_object_keys(v_row) k
			where v_now is not null and (v_row -> k) is distinct from (v_now -> k)));
end
$$;

create function public.booking_as_of(p_booking uuid, p_at timestamptz) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.booking_as_of(p_booking, p_at)
$$;
comment on function public.booking_as_of(uuid, timestamptz) is
	'What a booking looked like at a moment: {existed, at, booking, chef_name, customer_name, changed_since}, for those who read bookings and audit of its station. Refuses NOT_FOUND, INVALID_REQUEST.';
grant execute on function private.booking_as_of(uuid, timestamptz), public.booking_as_of(uuid, timestamptz) to authenticated;

-- Actors -----------------------------------------------------------------------------------------------------------------------

/*
  Who actors are: staff by name, customers as such, and whoever's account is gone as former: the entry keeps its pseudonym (the
  user's id) and the roles it acted in, while the name left with the account. Without ids: the staff whose entries the caller
  may read, for the filter.
*/
create function private.audit_people(p_ids uuid[]) returns table (user_id uuid, kind text, name text)
language plpgsql stable security definer -- auth.users and other stations' colleagues
set search_path = ''
as $$
begin
	if not private.has_permission('audit.read') then
		return;
	elsif p_ids is null then
		return query
		select s.user_id, 'staff', s.name
		from public.staff s
		where s.deleted_at is null and exists (
			select from public.user_roles g
			where g.user_id = s.user_id and (g.station_id is null or g.station_id in (select private.stations_with('audit.read'))))
		order by s.name;
		return;
	end if;
	return query
	select i.id, case when s.id is not null then 'staff' when u.id is not null then 'customer' else 'former' end, s.name
	from unnest(p_ids[1:1000]) i (id)
	left join auth.users u on u.id = i.id
	left join public.staff s on s.user_id = u.id;
end
$$;

create function public.audit_people(p_ids uuid[] default null) returns table (user_id uuid, kind text, name text)
language sql stable
set search_path = ''
as $$
	select * from private.audit_people(p_ids)
$$;
comment on function public.audit_people(uuid[]) is
	'Who the actors of audit entries are: kind staff (with name), customer or former. Without ids: the staff of the stations that the caller audits.';
grant execute on function private.audit_people(uuid[]), public.audit_people(uuid[]) to authenticated;
