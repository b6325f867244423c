/*
  Booking: chef_progress also names the public topic on which the open page hears of changes, so that the customer's account
  listens like the guest's page does.
*/

create or replace function private.chef_progress(p_booking uuid, p_token text) returns jsonb
language plpgsql volatile security definer -- customers and guests may not read assignments
set search_path = ''
as $$
declare
	v_booking public.bookings;
	v_assignment public.booking_assignments;
	v_stage text;
begin
	select * into v_booking from public.bookings b where b.id = p_booking and b.deleted_at is null;
	if v_booking.id is null or not (
		private.booking_for_token(p_token) is not distinct from v_booking.id
		or v_booking.customer_id in (select private.own_customers())
		or v_booking.station_id in (select private.stations_with('bookings.read'))) then
		return private.refuse('NOT_FOUND', 404, 'There is no such booking.', null, 'Check the link.');
	end if;
	select * into v_assignment from public.booking_assignments a where a.booking_id = p_booking;
	v_stage := case
		when v_booking.status = 'completed' then 'done'
		when v_booking.status <> 'confirmed' then null
		when v_assignment.arrived_at is not null then 'arrived'
		when v_assignment.on_my_way_at is not null then 'on_the_way' end;
	return jsonb_build_object('stage', v_stage,
		'since', case v_stage when 'done' then v_booking.completed_at when 'arrived' then v_assignment.arrived_at
			when 'on_the_way' then v_assignment.on_my_way_at end,
		'chef', case when v_stage is not null then (
			select split_part(btrim(s.name), ' ', 1) from public.chefs c join public.staff s on s.id = c.staff_id where c.id = v_booking.chef_id) end,
		'guest_topic', private.guest_topic(v_booking.id));
end
$$;
comment on function public.chef_progress(uuid, text) is
	'How far a booking''s chef is: {stage: on_the_way | arrived | done | null, since, chef, guest_topic}, for its customer, the holder of its token and staff. Refuses NOT_FOUND.';

-- An assignment's chef and station are its booking's, kept equal by trigger. As foreign keys of their own they would make a
-- second way from bookings to chefs, and the API refuses to embed what it can reach in two ways.
alter table public.booking_assignments
	drop constraint booking_assignments_chef_id_fkey,
	drop constraint booking_assignments_station_id_fkey;
drop index public.booking_assignments_chef;
comment on column public.booking_assignments.chef_id is 'Of the booking: who was asked.';
