/*
  Audit: the trash. Business rows are deleted softly, with a reason, by one function; for 30 days another one brings them back,
  and a booking its chef's time with it. Then a job purges them; the audit keeps what they were.
  Tables: none of its own. Functions: delete_record, restore_record, trash_items; private.purge_trash (a job).
  Unique keys of what can be deleted are partial already; a booking's reference and idempotency key stay unique for good, because
  people were told the one and a repeated request must find the other.
*/

-- What is in the trash is hidden from editors too, and only the functions below put it there or take it out.
alter policy "Everybody signed in reads the menu, its editors also what is off it" on public.menu_items
	using (deleted_at is null and (active or (select private.has_permission_everywhere('menu.write'))));
alter policy "Menu items are changed by those who edit the menu" on public.menu_items
	using (deleted_at is null and (select private.has_permission_everywhere('menu.write')));
revoke insert, update on public.menu_items from authenticated;
grant insert (code, name, description, kind, price_code, allergens, diets, age_restricted, sort_order, active),
	update (code, name, description, kind, price_code, allergens, diets, age_restricted, sort_order, active)
	on public.menu_items to authenticated;
revoke update (deleted_at, delete_reason) on public.chefs from authenticated;

create index bookings_trash on public.bookings (deleted_at) where deleted_at is not null; -- the trash and its purge
create index customers_trash on public.customers (deleted_at) where deleted_at is not null;
create index leads_trash on public.leads (deleted_at) where deleted_at is not null;
create index chefs_trash on public.chefs (deleted_at) where deleted_at is not null;
create index menu_items_trash on public.menu_items (deleted_at) where deleted_at is not null;

/* Before a row goes to the trash or comes back, whatever path it takes: who did it; and back means without a trace of it. */
create function private.trash_columns() returns trigger
language plpgsql
set search_path = ''
as $$
begin
	if new.deleted_at is null then
		new.deleted_by := null;
		new.delete_reason := null;
	else
		new.deleted_by := coalesce(auth.uid(), new.deleted_by);
	end if;
	return new;
end
$$;
create trigger d_trash before update on public.bookings
	for each row when (old.deleted_at is distinct from new.deleted_at) execute function private.trash_columns();
create trigger d_trash before update on public.customers
	for each row when (old.deleted_at is distinct from new.deleted_at) execute function private.trash_columns();
create trigger d_trash before update on public.leads
	for each row when (old.deleted_at is distinct from new.deleted_at) execute function private.trash_columns();
create trigger d_trash before update on public.chefs
	for each row when (old.deleted_at is distinct from new.deleted_at) execute function private.trash_columns();
create trigger d_trash before update on public.menu_items
	for each row when (old.deleted_at is distinct from new.deleted_at) execute function private.trash_columns();

/* After a booking went to the trash or came back: its guest's open page looks again. */
create function private.announce_trash() returns trigger
language plpgsql security definer -- realtime.send needs rights on realtime.messages
set search_path = ''
as $$
begin
	perform realtime.send(jsonb_build_object('status', new.status, 'event_at', new.event_at), 'booking_changed',
		private.guest_topic(new.id), false);
	return null;
end
$$;
create trigger announce_trash after update on public.bookings
	for each row when ((old.deleted_at is null) <> (new.deleted_at is null)) execute function private.announce_trash();

-- What can be deleted, and by whom ----------------------------------------------------------------------------------------

/* The tables whose rows go to the trash: who may read and who may delete a row, and what a row is called. */
create function private.trash_tables() returns table (name text, reads text, deletes text, thing text)
language sql immutable
set search_path = ''
as $$
	values
		('bookings', 'bookings.read', 'bookings.delete', 'booking'),
		('customers', 'customers.read', 'records.delete', 'customer'),
		('leads', 'leads.read', 'records.delete', 'lead'),
		('chefs', 'chefs.read', 'records.delete', 'chef'),
		('menu_items', null, 'records.delete', 'menu item')
$$;

/* Whether the caller holds a permission for a row of that station; rows without a station are head office's. */
create function private.permitted_at(p_permission text, p_station uuid) returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
	return auth.role() is not distinct from 'service_role' or p_permission is null
		or (p_station is not null and p_station in (select private.stations_with(p_permission)))
		or private.has_permission_everywhere(p_permission);
end
$$;

/* Locks a row for its deletion (p_deleted false) or restoration, or says why not. */
create function private.open_record(p_table text, p_id uuid, p_deleted boolean, out record jsonb, out problem jsonb)
language plpgsql volatile
set search_path = ''
as $$
declare
	v_table record;
	v_station uuid;
begin
	select * into v_table from private.trash_tables() t where t.name = p_table;
	if not found then
		problem := private.invalid_request('{"table": "Rows of that table can''t be deleted."}');
		return;
	end if;
	execute format('select to_jsonb(r) from public.%I r where r.id = $1 and %s for update of r', p_table,
		case when p_deleted then $sql$r.deleted_at > now() - interval '30 days'$sql$ else 'r.deleted_at is null' end)
		into record using p_id;
	v_station := (record ->> 'station_id')::uuid;
	if record is null or not (private.permitted_at(v_table.deletes, v_station)
		or (not p_deleted and auth.uid() is not null and private.is_staff() and private.permitted_at(v_table.reads, v_station))) then
		problem := jsonb_build_object('code', 'NOT_FOUND', 'status', 404, 'message', format('There is no such %s.', v_table.thing),
			'hint', case when p_deleted then 'It may be restored already, or gone after 30 days.' else 'It may be deleted already.' end);
	elsif not private.permitted_at(v_table.deletes, v_station) then
		problem := jsonb_build_object('code', 'NOT_ALLOWED', 'status', 403, 'message', format('You may not delete this %s.', v_table.thing),
			'hint', 'Ask somebody who may, or sign in with another account.');
	end if;
end
$$;

-- Deleting ------------------------------------------------------------------------------------------------------------------

/* The next events that still need a customer or chef: [{id, reference, event_at}], at most five. */
create function private.events_that_need(p_table text, p_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$
	select coalesce(jsonb_agg(to_jsonb(n) order by n.event_at), '[]')
	from (
		select b.id, b.reference, b.event_at
		from public.bookings b
		where case p_table when 'customers' then b.customer_id when 'chefs' then b.chef_id end = p_id
			and b.status in ('pending', 'confirmed') and b.event_ends_at > now() and b.deleted_at is null
		order by b.event_at limit 5
	) n
$$;

/* Puts a row into the trash. Answers {table, id, restorable_until}. */
create function private.delete_record(p_table text, p_id uuid, p_reason text) returns jsonb
language plpgsql volatile security definer -- deleted_at is nobody's to write
set search_path = ''
as $$
declare
	v_open record;
	v_events jsonb;
	v_until timestamptz;
begin
	perform set_config('lock_timeout', '3s', true);
	select * into v_open from private.open_record(p_table, p_id, false);
	if v_open.problem is not null then
		return private.refuse_with(v_open.problem);
	elsif coalesce(length(btrim(p_reason)), 0) not between 10 and 500 then
		return private.refuse_with(private.invalid_request('{"reason": "Say why, in 10 to 500 characters."}'));
	end if;
	v_events := private.events_that_need(p_table, p_id);
	if v_events <> '[]' then
		return private.refuse('RECORD_IN_USE', 409, 'Coming events still need it.', jsonb_build_object('bookings', v_events),
			case p_table when 'chefs' then 'Give their events to other chefs first.' else 'Cancel or delete their bookings first.' end);
	end if;
	execute format('update public.%I set deleted_at = now(), delete_reason = $2 where id = $1 returning deleted_at + interval ''30 days''', p_table)
		into v_until using p_id, btrim(p_reason);
	return jsonb_build_object('table', p_table, 'id', p_id, 'restorable_until', v_until);
exception when lock_not_available or deadlock_detected then
	return private.refuse_with(private.busy_problem());
end
$$;

-- Restoring -----------------------------------------------------------------------------------------------------------------

/* What the choice is when a deleted booking's chef is taken: {chef, held_by, free: [{chef_id, name, load}]}. */
create function private.restore_choice(p_booking public.bookings, p_station public.stations, p_chef uuid) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
begin
	return jsonb_build_object(
		'chef', (select jsonb_build_object('chef_id', c.id, 'name', s.name) from public.chefs c join public.staff s on s.id = c.staff_id where c.id = p_chef),
		'held_by', (
			select jsonb_build_object('booking_id', b.id, 'reference', b.reference, 'event_at', b.event_at)
			from public.chef_reservations r
			join public.bookings b on b.id = r.booking_id
			where r.chef_id = p_chef and r.released_at is null and (r.expires_at is null or r.expires_at > now())
				and r.period && private.reservation_period(p_station, p_booking.event_at, p_booking.road_miles)
			order by r.event_at limit 1),
		'free', (
			select coalesce(jsonb_agg(jsonb_build_object('chef_id', f.chef_id, 'name', s.name, 'load', f.booked) order by f.place), '[]')
			from private.free_chefs(p_station, p_booking.event_at, p_booking.road_miles, p_booking.id) with ordinality f (chef_id, booked, place)
			join public.chefs c on c.id = f.chef_id
			join public.staff s on s.id = c.staff_id));
end
$$;

/*
  Brings a booking back. One that is still to come takes its chef's time again: p_chef's, else its own chef's. A hold that ran
  out in the trash ends as it would have: cancelled.
*/
create function private.restore_booking(p_booking public.bookings, p_chef uuid) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
	v_station public.stations;
	v_chef uuid := p_booking.chef_id;
	v_held constant boolean := p_booking.status = 'confirmed' or (p_booking.status = 'pending' and p_booking.hold_expires_at > now());
begin
	if v_held and p_booking.event_ends_at > now() then
		select * into v_station from public.stations where id = p_booking.station_id;
		v_chef := coalesce(p_chef, p_booking.chef_id);
		if v_chef is null or private.reserve(p_booking.id, v_station, p_booking.event_at, p_booking.road_miles,
			p_booking.hold_expires_at, p_only => v_chef) is null then
			return private.refuse('CHEF_UNAVAILABLE', 409, 'That chef is taken at that time.',
				private.restore_choice(p_booking, v_station, v_chef), 'Choose another chef, or leave the booking in the trash.');
		end if;
	end if;
	update public.bookings set deleted_at = null, chef_id = v_chef where id = p_booking.id;
	perform private.expire_holds_of(array[p_booking.id]);
	return private.change_answer(p_booking.id) || jsonb_build_object('chef_id', v_chef);
end
$$;

/* Takes a row out of the trash. Answers {table, id}, for a booking with its status and chef. */
create function private.restore_record(p_table text, p_id uuid, p_chef uuid) returns jsonb
language plpgsql volatile security definer -- deleted_at is nobody's to write
set search_path = ''
as $$
declare
	v_open record;
	v_answer jsonb := jsonb_build_object('table', p_table, 'id', p_id);
begin
	perform set_config('lock_timeout', '3s', true);
	select * into v_open from private.open_record(p_table, p_id, true);
	if v_open.problem is not null then
		return private.refuse_with(v_open.problem);
	end if;
	if p_table = 'bookings' then
		if exists (select from public.customers c where c.id = (v_open.record ->> 'customer_id')::uuid and c.deleted_at is not null) then
			return private.refuse('RECORD_IN_USE', 409, 'Its customer is in the trash.', null, 'Restore the customer first.');
		end if;
		return v_answer || private.restore_booking(jsonb_populate_record(null::public.bookings, v_open.record), p_chef);
	end if;
	execute format('update public.%I set deleted_at = null where id = $1', p_table) using p_id;
	return v_answer;
exception
	when unique_violation then
		return private.refuse('DUPLICATE_RECORD', 409, 'Another one took its place in the meantime.', null,
			'Delete or change the other one first: both have the same e-mail, phone, person or code.');
	when lock_not_available or deadlock_detected then
		return private.refuse_with(private.busy_problem());
end
$$;

-- Looking -------------------------------------------------------------------------------------------------------------------

/* What the caller may restore, newest first, after (p_before, p_before_id); p_table narrows it. */
create function private.trash_items(p_table text, p_before timestamptz, p_before_id uuid, p_limit int)
returns table (table_name text, id uuid, label text, detail text, station_id uuid, deleted_at timestamptz, deleted_by uuid,
	deleted_by_name text, reason text, restorable_until timestamptz)
language sql stable security definer -- what is deleted is hidden by policy from everybody
set search_path = ''
as $$
	select t.table_name, t.id, t.label, t.detail, t.station_id, t.deleted_at, t.deleted_by,
		(select s.name from public.staff s where s.user_id = t.deleted_by), t.delete_reason, t.deleted_at + interval '30 days'
	from (
		select 'bookings' as table_name, 'bookings.delete' as deletes, b.id, b.reference as label,
			to_char(b.event_at at time zone b.timezone, 'Mon DD, YYYY') || coalesce(', ' || b.venue_city, '') as detail,
			b.station_id, b.deleted_at, b.deleted_by, b.delete_reason
		from public.bookings b where b.deleted_at > now() - interval '30 days'
		union all
		select 'customers', 'records.delete', c.id, c.name, coalesce(c.email, c.phone), c.station_id, c.deleted_at, c.deleted_by, c.delete_reason
		from public.customers c where c.deleted_at > now() - interval '30 days'
		union all
		select 'leads', 'records.delete', l.id, coalesce(l.name, l.email, l.phone), l.reason, l.station_id, l.deleted_at, l.deleted_by, l.delete_reason
		from public.leads l where l.deleted_at > now() - interval '30 days'
		union all
		select 'chefs', 'records.delete', k.id, s.name, s.email, k.station_id, k.deleted_at, k.deleted_by, k.delete_reason
		from public.chefs k join public.staff s on s.id = k.staff_id where k.deleted_at > now() - interval '30 days'
		union all
		select 'menu_items', 'records.delete', m.id, m.name, m.kind, null, m.deleted_at, m.deleted_by, m.delete_reason
		from public.menu_items m where m.deleted_at > now() - interval '30 days'
	) t
	where (p_table is null or t.table_name = p_table)
		and case t.deletes
			when 'bookings.delete' then t.station_id in (select private.stations_with('bookings.delete'))
				or (select private.has_permission_everywhere('bookings.delete'))
			else t.station_id in (select private.stations_with('records.delete'))
				or (select private.has_permission_everywhere('records.delete'))
		end
		and (p_before is null or (t.deleted_at, t.id) < (p_before, p_before_id))
	order by t.deleted_at desc, t.id desc
	limit least(greatest(p_limit, 1), 501)
$$;

-- Purging -------------------------------------------------------------------------------------------------------------------

/*
  Takes a row away for good. Where others still need it (a customer of old bookings, a chef of past events), it stays in the
  trash for ever without what tells who it was. True where it is gone.
*/
create function private.purge_record(p_table text, p_id uuid) returns boolean
language plpgsql volatile
set search_path = ''
as $$
begin
	begin
		execute format('delete from public.%I where id = $1', p_table) using p_id;
		return true;
	exception when foreign_key_violation then
		null;
	end;
	if p_table = 'customers' then
		update public.customers set name = 'Deleted customer', email = null, phone = null, user_id = null, notes = '',
			sms_consent = false, sms_consent_at = null
		where id = p_id and name <> 'Deleted customer';
	elsif p_table = 'chefs' then
		update public.chefs set bio = '', photo_path = null where id = p_id and (bio <> '' or photo_path is not null);
	end if;
	return false;
end
$$;

/* Purges what is in the trash for more than 30 days; answers how many rows are gone. Run each night by a job. */
create function private.purge_trash() returns integer
language plpgsql volatile security definer -- called by a job
set search_path = ''
as $$
declare
	v_table text;
	v_id uuid;
	v_purged integer := 0;
begin
	perform set_config('app.actor', 'job:trash-purge', true);
	-- bookings first: a customer goes with the last of them
	foreach v_table in array array['bookings', 'leads', 'customers', 'chefs', 'menu_items'] loop
		for v_id in execute format('select id from public.%I where deleted_at <= now() - interval ''30 days'' order by id', v_table) loop
			v_purged := v_purged + private.purge_record(v_table, v_id)::int;
		end loop;
	end loop;
	return v_purged;
end
$$;
grant execute on function private.purge_trash() to service_role;

-- The API ---------------------------------------------------------------------------------------------------------------------

create function public.delete_record(p_table text, p_id uuid, p_reason text) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.delete_record(p_table, p_id, p_reason)
$$;
comment on function public.delete_record(text, uuid, text) is
	'Puts a booking, customer, lead, chef or menu item into the trash for 30 days: {table, id, restorable_until}. Refuses NOT_FOUND, NOT_ALLOWED, INVALID_REQUEST, RECORD_IN_USE, TRY_AGAIN.';

create function public.restore_record(p_table text, p_id uuid, p_chef uuid default null) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.restore_record(p_table, p_id, p_chef)
$$;
comment on function public.restore_record(text, uuid, uuid) is
	'Takes a row out of the trash: {table, id}, a booking with its chef reserved again. Refuses NOT_FOUND, CHEF_UNAVAILABLE (details: chef, held_by, free), RECORD_IN_USE, DUPLICATE_RECORD, TRY_AGAIN.';

create function public.trash_items(p_table text default null, p_before timestamptz default null, p_before_id uuid default null, p_limit int default 51)
returns table (table_name text, id uuid, label text, detail text, station_id uuid, deleted_at timestamptz, deleted_by uuid,
	deleted_by_name text, reason text, restorable_until timestamptz)
language sql stable
set search_path = ''
as $$
	select * from private.trash_items(p_table, p_before, p_before_id, p_limit)
$$;
comment on function public.trash_items(text, timestamptz, uuid, int) is
	'What the caller may restore, newest first, one page after (p_before, p_before_id).';

grant execute on function private.delete_record(text, uuid, text), public.delete_record(text, uuid, text),
	private.restore_record(text, uuid, uuid), public.restore_record(text, uuid, uuid),
	private.trash_items(text, timestamptz, uuid, int), public.trash_items(text, timestamptz, uuid, int) to authenticated;

select private.create_job_queue('trash-purge', 5, 60, 600, interval '2 days');
