/*
  Platform: which permission opens which Realtime topic of a station or of the staff, as data. A capability that announces a new
  list adds its row here instead of replacing may_join.
  Tables: private.topic_permissions.
*/

create table private.topic_permissions (
	scope text not null,
	what text not null,
	permission text not null, -- no foreign key: permissions are seeded after the migrations
	primary key (scope, what),
	constraint topic_permissions_scope_known check (scope in ('station', 'staff')),
	constraint topic_permissions_what_bounded check (what ~ '^[a-z_]{1,40}$')
);
comment on table private.topic_permissions is 'The permission that opens station:{id}:{what} (held at that station) or staff:{what} (held anywhere). A staff topic without a row is open to everybody with a role; a station topic without one to nobody.';
alter table private.topic_permissions enable row level security;

insert into private.topic_permissions (scope, what, permission)
values ('station', 'bookings', 'bookings.read'), ('station', 'leads', 'leads.read'), ('station', 'chefs', 'chefs.read');

/* Whether the caller may receive p_extension ('broadcast' or 'presence') of a private topic. False for unknown topics. */
create or replace function private.may_join(p_topic text, p_extension text) returns boolean
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
		select permission into v_permission from private.topic_permissions where scope = 'staff' and what = split_part(p_topic, ':', 2);
		return v_what = '' and private.is_staff() and (v_permission is null or private.has_permission(v_permission));
	end if;
	if split_part(p_topic, ':', 4) <> '' or split_part(p_topic, ':', 2) !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
		return false;
	end if;
	v_id := split_part(p_topic, ':', 2)::uuid;

	if v_scope = 'user' then
		return v_what = '' and v_id = auth.uid();

	elsif v_scope = 'station' then
		select permission into v_permission from private.topic_permissions where scope = 'station' and what = v_what;
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
