/*
  Booking: who may read a station's chefs may read their names, also of those who have no sign-in yet. Until then only colleagues
  with a role were named to a manager, and the others' lanes, figures and refusals had no name.
  Tables: none of its own.
*/

/* The staff rows of the chefs of the stations in which the caller holds the permission. */
create function private.chef_staff_with(p_permission text) returns setof uuid
language sql stable security definer -- see own_chefs
set search_path = ''
as $$
	select c.staff_id from public.chefs c
	where c.station_id in (select private.stations_with(p_permission)) and c.deleted_at is null
$$;
grant execute on function private.chef_staff_with(text) to authenticated;

alter policy "Staff are read by themselves and by those who may see them" on public.staff
	using (
		user_id = (select auth.uid())
		or (select private.has_permission('users.read'))
		or (deleted_at is null and user_id in (select private.colleagues_with('chefs.read')))
		or (deleted_at is null and id in (select private.chef_staff_with('chefs.read')))
		or (deleted_at is null and (select private.has_permission_everywhere('chefs.read')))
	);
