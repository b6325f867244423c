/*
  Platform: who may join which private Realtime channel. One function knows all topics; a new topic is a new branch of it.
  No tables of ours; policies on realtime.messages.
    user:{id}                 its user
    station:{id}:{list}       who may read that list of that station
    booking:{id}              who may read the booking; its chef; its customer (broadcast only)
    chef:{id}                 the chef; who may read the chefs of the station
    staff:{what}              everybody with a role
  Public topics (slots:{station}, guest:{hash}, flags) have no policy: what they carry is for everybody who knows them.
*/

/* Whether the caller may receive p_extension ('broadcast' or 'presence') of a private topic. False for unknown topics. */
create function private.may_join(p_topic text, p_extension text) returns boolean
language plpgsql stable security definer -- looks at rows that the caller may not read
set search_path = ''
as $$
declare
	v_scope text := split_part(p_topic, ':', 1);
	v_id uuid;
	v_what text := split_part(p_topic, ':', 3);
	v_station uuid;
	v_permission text;
begin
	if auth.uid() is null or p_topic is null or p_extension not in ('broadcast', 'presence') then
		return false;
	end if;
	if v_scope = 'staff' then
		return v_what = '' and private.is_staff();
	end if;
	if split_part(p_topic, ':', 4) <> '' or split_part(p_topic, ':', 2) !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
		return false;
	end if;
	v_id := split_part(p_topic, ':', 2)::uuid;

	if v_scope = 'user' then
		return v_what = '' and v_id = auth.uid();

	elsif v_scope = 'station' then
		v_permission := case v_what when 'bookings' then 'bookings.read' when 'leads' then 'leads.read' when 'chefs' then 'chefs.read' end;
		return v_permission is not null and exists (select from private.stations_with(v_permission) s where s = v_id);

	elsif v_scope = 'booking' and v_what = '' then
		select station_id into v_station from public.bookings where id = v_id;
		return exists (select from private.stations_with('bookings.read') s where s = v_station)
			or (p_extension = 'broadcast' and (
				private.has_permission('bookings.assigned') and exists (
					select from public.bookings b join public.chefs c on c.id = b.chef_id
					where b.id = v_id and c.user_id = auth.uid())
				or exists (
					select from public.bookings b join public.customers c on c.id = b.customer_id
					where b.id = v_id and c.user_id = auth.uid())));

	elsif v_scope = 'chef' and v_what = '' then
		select station_id into v_station from public.chefs where id = v_id;
		return exists (select from private.stations_with('chefs.read') s where s = v_station)
			or (private.has_permission('chefs.own') and exists (
				select from public.chefs where id = v_id and user_id = auth.uid()));
	end if;
	return false;
end
$$;
grant execute on function private.may_join(text, text) to authenticated;

create policy "People join the channels of what they may read" on realtime.messages
	for select to authenticated
	using (
		(extension = 'broadcast' and (select private.may_join((select realtime.topic()), 'broadcast')))
		or (extension = 'presence' and (select private.may_join((select realtime.topic()), 'presence')))
	);

-- Messages come from the database only; people announce no more than their presence.
create policy "Staff show their presence on what they may read" on realtime.messages
	for insert to authenticated
	with check (extension = 'presence' and (select private.may_join((select realtime.topic()), 'presence'))
		and (select private.is_staff()));
