/*
  Booking: what the chef says to an assignment. It is offered, accepted or declined; then the chef is on the way, there, and
  done, which completes the booking. Declining gives no time back: it asks for another chef.
  Table: booking_assignments, one a booking, made and reset by the booking (triggers), so that no way of assigning forgets it.
  Functions: assignment_deed, chef_progress, my_assignments (with the answers, and the city within the window only).
*/

create table public.booking_assignments (
	booking_id uuid primary key references public.bookings (id) on delete cascade,
	chef_id uuid not null references public.chefs (id) on delete restrict,
	station_id uuid not null references public.stations (id) on delete restrict,
	status text not null default 'offered',
	decline_reason text,
	offered_at timestamptz not null default now(),
	answered_at timestamptz,
	on_my_way_at timestamptz,
	arrived_at timestamptz,
	done_at timestamptz,
	updated_at timestamptz not null default now(),
	version integer not null default 1,
	constraint booking_assignments_status_known check (status in ('offered', 'accepted', 'declined')),
	constraint booking_assignments_answered check ((status = 'offered') = (answered_at is null)),
	constraint booking_assignments_declined_say_why check ((status = 'declined') = (decline_reason is not null)),
	constraint booking_assignments_reason_bounded check (length(decline_reason) between 10 and 500),
	constraint booking_assignments_steps_of_accepted check (
		status = 'accepted' or (on_my_way_at is null and arrived_at is null and done_at is null))
);
create index booking_assignments_chef on public.booking_assignments (chef_id); -- the foreign key
create index booking_assignments_declined on public.booking_assignments (station_id) where status = 'declined'; -- what needs a chef
comment on table public.booking_assignments is 'What the chef of a booking answered and how far they are. Earlier chefs'' answers are in the audit.';
comment on column public.booking_assignments.station_id is 'Of the booking; here so that policies need no join.';
comment on column public.booking_assignments.offered_at is 'Since when this chef has this booking at this time.';
comment on column public.booking_assignments.done_at is 'When the dinner was over. The booking is completed then.';

/*
  After a booking got a chef, another one or another time: the assignment is offered anew. After it was completed by another
  way: the chef is done.
*/
create function private.assignment_follows_booking() returns trigger
language plpgsql security definer -- nobody may write assignments directly
set search_path = ''
as $$
begin
	if new.chef_id is null then
		delete from public.booking_assignments where booking_id = new.id;
	elsif tg_op = 'INSERT' or (new.chef_id, new.event_at) is distinct from (old.chef_id, old.event_at) then
		insert into public.booking_assignments (booking_id, chef_id, station_id) values (new.id, new.chef_id, new.station_id)
		on conflict (booking_id) do update set
			chef_id = excluded.chef_id, station_id = excluded.station_id, status = 'offered', decline_reason = null, offered_at = now(),
			answered_at = null, on_my_way_at = null, arrived_at = null, done_at = null;
	end if;
	if new.status = 'completed' and (tg_op = 'INSERT' or old.status <> 'completed') then
		update public.booking_assignments set
			status = 'accepted', decline_reason = null, answered_at = coalesce(answered_at, now()), done_at = coalesce(new.completed_at, now())
		where booking_id = new.id and done_at is null;
	end if;
	return null;
end
$$;
create trigger assignment_follows after insert or update of chef_id, event_at, status on public.bookings
	for each row execute function private.assignment_follows_booking();

/*
  After a chef's answer or step: the booking is completed with the last one, and not any more when that was a slip. Its version
  grows with each, so that lists, its page, its chef and the catch-up by cursor hear of it the way they hear of every change.
*/
create function private.booking_follows_assignment() returns trigger
language plpgsql security definer -- bookings are nobody's to write
set search_path = ''
as $$
begin
	update public.bookings set
		status = case when new.done_at is not null then 'completed' when old.done_at is not null then 'confirmed' else status end,
		completed_at = case when new.done_at is not null then new.done_at when old.done_at is null then completed_at end
	where id = new.booking_id;
	if (new.on_my_way_at, new.arrived_at) is distinct from (old.on_my_way_at, old.arrived_at) then
		perform realtime.send(
			jsonb_build_object('on_my_way_at', new.on_my_way_at, 'arrived_at', new.arrived_at), 'booking_changed',
			private.guest_topic(new.booking_id), false);
	end if;
	return null;
end
$$;
-- what the booking itself set off needs no second word of it
create trigger booking_follows after update on public.booking_assignments
	for each row when (pg_trigger_depth() = 0) execute function private.booking_follows_assignment();

select private.create_job_queue('assignment-declined', 12, 10, 60);

/* After a chef declined: the station's open pages hear who and why at once, and its managers by mail. */
create function private.announce_decline() returns trigger
language plpgsql security definer -- realtime.send needs rights on realtime.messages
set search_path = ''
as $$
begin
	perform realtime.send(
		jsonb_build_object('booking_id', new.booking_id, 'reason', new.decline_reason,
			'reference', (select b.reference from public.bookings b where b.id = new.booking_id),
			'chef', (select s.name from public.chefs c join public.staff s on s.id = c.staff_id where c.id = new.chef_id)),
		'assignment_declined', 'station:' || new.station_id || ':bookings', true);
	perform private.enqueue('assignment-declined', jsonb_build_object('booking_id', new.booking_id, 'answered_at', new.answered_at),
		now(), new.booking_id || ':' || extract(epoch from new.answered_at));
	return null;
end
$$;
create trigger announce_decline after update of status on public.booking_assignments
	for each row when (new.status = 'declined' and old.status <> 'declined') execute function private.announce_decline();

-- Those that were assigned before chefs could answer; the past ones are done.
insert into public.booking_assignments (booking_id, chef_id, station_id, status, answered_at, done_at, offered_at)
select b.id, b.chef_id, b.station_id,
	case when b.status = 'completed' then 'accepted' else 'offered' end,
	case when b.status = 'completed' then coalesce(b.completed_at, b.updated_at) end,
	case when b.status = 'completed' then coalesce(b.completed_at, b.updated_at) end,
	b.created_at
from public.bookings b where b.chef_id is not null;

select private.track('public.booking_assignments');

alter table public.booking_assignments enable row level security;
grant select on public.booking_assignments to authenticated;
-- no write: assignment_deed and the booking do it
-- not read by chefs, who have my_assignments, nor by customers, who have chef_progress: a reason is for the office
create policy "Assignments are read by staff who read the booking" on public.booking_assignments
	for select to authenticated using (
		station_id in (select private.stations_with('bookings.read'))
		and exists (select from public.bookings b where b.id = booking_id)
	);

-- What chefs say -----------------------------------------------------------------------------------------------------------

/* The problem OUT_OF_ORDER: a step whose turn it is not. details.reason names which rule. */
create function private.out_of_order(p_why text, p_message text, p_hint text) returns jsonb
language sql immutable
set search_path = ''
as $$
	select jsonb_build_object('code', 'OUT_OF_ORDER', 'status', 409, 'message', p_message, 'details', jsonb_build_object('reason', p_why), 'hint', p_hint)
$$;

/* When a deed was done; null where it was not. */
create function private.deed_done_at(p_assignment public.booking_assignments, p_deed text) returns timestamptz
language sql immutable
set search_path = ''
as $$
	select case p_deed
		when 'accept' then case when p_assignment.status = 'accepted' then p_assignment.answered_at end
		when 'decline' then case when p_assignment.status = 'declined' then p_assignment.answered_at end
		when 'on_my_way' then p_assignment.on_my_way_at
		when 'arrived' then p_assignment.arrived_at
		when 'done' then p_assignment.done_at
	end
$$;

/*
  Why a deed can't be done now, as a problem; null where it can. Chefs keep the order; the office may leave steps out. On the
  way from 12 hours before the event, done from its start.
*/
create function private.deed_problem(p_booking public.bookings, p_assignment public.booking_assignments, p_deed text, p_staff boolean)
returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
	return case
		when p_booking.status not in ('pending', 'confirmed') then private.not_changeable(p_booking.status)
		when p_deed = 'accept' then null
		when p_deed = 'decline' and p_assignment.on_my_way_at is not null
			then private.out_of_order('under_way', 'This event is under way already.', 'Call the office.')
		when p_deed = 'decline' then null
		when p_booking.status <> 'confirmed' then private.not_changeable(p_booking.status)
		when p_deed = 'done' and now() < p_booking.event_at
			then private.out_of_order('too_early', 'An event is done after it began, not before.', 'Come back when it is over.')
		when now() < p_booking.event_at - interval '12 hours'
			then private.out_of_order('too_early', 'That is for the day of the event.', 'It can be said from 12 hours before the start.')
		when p_staff then null
		when p_assignment.status <> 'accepted'
			then private.out_of_order('not_accepted', 'Accept the event first.', 'Then say that you are on the way.')
		when p_deed in ('arrived', 'done') and p_assignment.on_my_way_at is null
			then private.out_of_order('not_on_my_way', 'Say first that you are on the way.', 'The steps go in order.')
		when p_deed = 'done' and p_assignment.arrived_at is null
			then private.out_of_order('not_arrived', 'Say first that you arrived.', 'The steps go in order.')
	end;
end
$$;

/* Why a deed can't be taken back, as a problem; null where it can: the last one only, within ten minutes. */
create function private.undo_problem(p_booking public.bookings, p_assignment public.booking_assignments, p_deed text) returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
	return case
		when p_booking.status = 'cancelled' then private.not_changeable('cancelled')
		when (p_deed <> 'done' and p_assignment.done_at is not null)
			or (p_deed in ('accept', 'on_my_way') and p_assignment.arrived_at is not null)
			or (p_deed = 'accept' and p_assignment.on_my_way_at is not null)
			then private.out_of_order('later_step', 'Something later was said already.', 'Take that back first.')
		when private.deed_done_at(p_assignment, p_deed) < now() - interval '10 minutes'
			then private.out_of_order('too_late', 'That can be taken back for ten minutes only.', 'Call the office.')
	end;
end
$$;

/* Writes a deed, or takes it back. */
create function private.write_deed(p_booking uuid, p_deed text, p_undo boolean, p_reason text) returns void
language plpgsql volatile
set search_path = ''
as $$
declare
	v_at constant timestamptz := case when not p_undo then now() end;
begin
	update public.booking_assignments set
		status = case
			when p_deed in ('accept', 'decline') and p_undo then 'offered'
			when p_deed = 'decline' then 'declined'
			else 'accepted' end,
		answered_at = case
			when p_deed in ('accept', 'decline') then v_at
			else coalesce(answered_at, now()) end,
		decline_reason = case when p_deed = 'decline' and not p_undo then btrim(p_reason) end,
		on_my_way_at = case when p_deed = 'on_my_way' then v_at else on_my_way_at end,
		arrived_at = case when p_deed = 'arrived' then v_at else arrived_at end,
		done_at = case when p_deed = 'done' then v_at else done_at end
	where booking_id = p_booking;
end
$$;

/* The answer of every deed. */
create function private.assignment_answer(p_booking uuid) returns jsonb
language sql stable
set search_path = ''
as $$
	select jsonb_build_object('booking_id', b.id, 'reference', b.reference, 'status', b.status, 'assignment', a.status,
		'decline_reason', a.decline_reason, 'on_my_way_at', a.on_my_way_at, 'arrived_at', a.arrived_at, 'done_at', a.done_at,
		'version', b.version)
	from public.bookings b join public.booking_assignments a on a.booking_id = b.id
	where b.id = p_booking
$$;

/*
  A deed of an assignment, or with p_undo its taking back. Doing what is done already answers the same again.
*/
create function private.assignment_deed(p_booking uuid, p_deed text, p_undo boolean, p_reason text) returns jsonb
language plpgsql volatile security definer -- assignments are nobody's to write
set search_path = ''
as $$
declare
	v_booking public.bookings;
	v_assignment public.booking_assignments;
	v_staff boolean;
	v_done boolean;
	v_problem jsonb;
begin
	perform set_config('lock_timeout', '2500ms', true);
	select * into v_booking from public.bookings b where b.id = p_booking and b.deleted_at is null for update;
	select * into v_assignment from public.booking_assignments a where a.booking_id = v_booking.id;
	v_staff := auth.role() = 'service_role' or v_booking.station_id in (select private.stations_with('bookings.manage'));
	if v_booking.id is null or not (coalesce(v_staff, false)
		or (private.has_permission('bookings.assigned') and exists (
			select from public.chefs c where c.id = v_booking.chef_id and c.user_id = auth.uid() and c.deleted_at is null))) then
		return case when v_booking.station_id in (select private.stations_with('bookings.read'))
			then private.refuse('NOT_ALLOWED', 403, 'You may not do that.', null, 'Ask the chef, or somebody who manages bookings.')
			else private.refuse('NOT_FOUND', 404, 'There is no such booking.', null, 'It may have been given to another chef.') end;
	elsif v_assignment.booking_id is null then
		return private.refuse_with(private.not_changeable('no_chef'));
	elsif p_deed is null or p_deed not in ('accept', 'decline', 'on_my_way', 'arrived', 'done') then
		return private.refuse_with(private.invalid_request('{"deed": "Choose what happened."}'));
	elsif p_deed = 'decline' and not p_undo and coalesce(length(btrim(p_reason)), 0) not between 10 and 500 then
		return private.refuse_with(private.invalid_request('{"reason": "Say why, in 10 to 500 characters."}'));
	end if;
	v_done := private.deed_done_at(v_assignment, p_deed) is not null;
	if v_done <> p_undo then
		return private.assignment_answer(p_booking);
	end if;
	v_problem := case when p_undo then private.undo_problem(v_booking, v_assignment, p_deed)
		else private.deed_problem(v_booking, v_assignment, p_deed, v_staff) end;
	if v_problem is not null then
		return private.refuse_with(v_problem);
	end if;
	perform private.write_deed(p_booking, p_deed, p_undo, p_reason);
	return private.assignment_answer(p_booking);
exception when lock_not_available or deadlock_detected then
	return private.refuse_with(private.busy_problem());
end
$$;

create function public.assignment_deed(p_booking uuid, p_deed text, p_undo boolean default false, p_reason text default null) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.assignment_deed(p_booking, p_deed, coalesce(p_undo, false), p_reason)
$$;
comment on function public.assignment_deed(uuid, text, boolean, text) is
	'The booking''s chef or who manages bookings: accept, decline (with a reason), on_my_way, arrived, done; p_undo takes the last one back within ten minutes. Answers {booking_id, reference, status, assignment, on_my_way_at, arrived_at, done_at, version}. Refuses NOT_FOUND, NOT_ALLOWED, INVALID_REQUEST, OUT_OF_ORDER, BOOKING_NOT_CHANGEABLE, TRY_AGAIN.';
grant execute on function private.assignment_deed(uuid, text, boolean, text), public.assignment_deed(uuid, text, boolean, text) to authenticated;

-- What others see of it ----------------------------------------------------------------------------------------------------

/* How far the chef is, for whoever may open the booking: {stage, since, chef}, the chef by first name; stage null before. */
create function private.chef_progress(p_booking uuid, p_token text) returns jsonb
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
			select split_part(btrim(s.name), ' ', 1) from public.chefs c join public.staff s on s.id = c.staff_id where c.id = v_booking.chef_id) end);
end
$$;

create function public.chef_progress(p_booking uuid, p_token text default null) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.chef_progress(p_booking, p_token)
$$;
comment on function public.chef_progress(uuid, text) is
	'How far a booking''s chef is: {stage: on_the_way | arrived | done | null, since, chef}, for its customer, the holder of its token and staff. Refuses NOT_FOUND.';
grant execute on function private.chef_progress(uuid, text), public.chef_progress(uuid, text) to anon, authenticated;

drop function public.my_assignments();
drop function private.my_assignments();

/*
  The bookings assigned to the signed-in chef from a month back on. Who and where is told from 7 days before the event to one
  day after it (before that the miles to drive are); money, e-mails and other bookings never.
*/
create function private.my_assignments() returns table (
	booking_id uuid, reference text, status text, event_at timestamptz, event_ends_at timestamptz, timezone text,
	adults integer, children integer, toddlers integer, items jsonb, notes text, road_miles numeric,
	customer_name text, customer_phone text, venue_line1 text, venue_line2 text, venue_city text, venue_state text, venue_zip text,
	assignment text, decline_reason text, answered_at timestamptz, on_my_way_at timestamptz, arrived_at timestamptz, done_at timestamptz,
	version integer, updated_at timestamptz
)
language sql stable security definer -- chefs may not read bookings and customers
set search_path = ''
as $$
	select b.id, b.reference, b.status, b.event_at, b.event_ends_at, b.timezone, b.adults, b.children, b.toddlers,
		(select coalesce(jsonb_agg(jsonb_build_object('code', i.code, 'label', i.label, 'quantity', i.quantity) order by i.code), '[]')
			from public.booking_items i where i.booking_id = b.id),
		b.notes, b.road_miles,
		case when w.near then coalesce(b.contact_name, c.name) end,
		case when w.near then coalesce(b.contact_phone, c.phone) end,
		case when w.near then b.venue_line1 end,
		case when w.near then b.venue_line2 end,
		case when w.near then b.venue_city end,
		case when w.near then b.venue_state end,
		case when w.near then b.venue_zip end,
		a.status, a.decline_reason, a.answered_at, a.on_my_way_at, a.arrived_at, a.done_at,
		b.version, b.updated_at
	from public.bookings b
	join public.customers c on c.id = b.customer_id
	join public.booking_assignments a on a.booking_id = b.id
	cross join lateral (
		select now() between b.event_at - interval '7 days' and b.event_ends_at + interval '1 day' as near
	) w
	where b.chef_id in (select k.id from public.chefs k where k.user_id = auth.uid() and k.deleted_at is null)
		and (select private.has_permission('bookings.assigned'))
		and b.status in ('pending', 'confirmed', 'completed') and b.deleted_at is null
		and b.event_at > now() - interval '30 days'
	order by b.event_at, b.id
$$;

create function public.my_assignments() returns table (
	booking_id uuid, reference text, status text, event_at timestamptz, event_ends_at timestamptz, timezone text,
	adults integer, children integer, toddlers integer, items jsonb, notes text, road_miles numeric,
	customer_name text, customer_phone text, venue_line1 text, venue_line2 text, venue_city text, venue_state text, venue_zip text,
	assignment text, decline_reason text, answered_at timestamptz, on_my_way_at timestamptz, arrived_at timestamptz, done_at timestamptz,
	version integer, updated_at timestamptz
)
language sql stable
set search_path = ''
as $$
	select * from private.my_assignments()
$$;
comment on function public.my_assignments() is
	'A chef''s own assignments with what they answered. Name, phone and address only from 7 days before the event to 1 day after; never money or e-mails.';
grant execute on function private.my_assignments(), public.my_assignments() to authenticated;
