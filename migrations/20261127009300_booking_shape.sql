/*
  Booking: what writes and watches bookings holds for one table and for one that is partitioned (docs/guides/partitioning-bookings.md).
  A trigger of a partition names the partition, and a partitioned table has no unique index for "on conflict (reference)". No tables.
*/

/* What a table is called in policies, the audit and the trash: a partition by the name of the table that it is part of. */
create function private.table_name(p_table oid) returns text
language plpgsql stable
set search_path = ''
as $$
begin
	return (select relname from pg_catalog.pg_class where oid = coalesce(pg_catalog.pg_partition_root(p_table), p_table));
end
$$;

/* After a row went to the trash, came back or was purged: those who may restore it. */
create or replace function private.announce_trash_list() returns trigger
language plpgsql security definer -- realtime.send needs rights on realtime.messages
set search_path = ''
as $$
declare
	v_station constant uuid := private.station_of(private.table_name(tg_relid), case when tg_op = 'DELETE' then to_jsonb(old) else to_jsonb(new) end);
begin
	perform private.announce_once(coalesce('station:' || v_station || ':trash', 'staff:trash'), 'trash_changed');
	return null;
end
$$;

/* Writes the booking whose chef is reserved. */
create or replace function private.write_booking(
	p_id uuid, p_request jsonb, p_quote jsonb, p_station public.stations, p_customer uuid, p_chef uuid, p_hold_ends timestamptz
) returns void
language plpgsql volatile
set search_path = ''
as $$
declare
	v_starts_at constant timestamptz := p_request ->> 'starts_at';
	v_customer public.customers;
	v_constraint text;
begin
	select * into v_customer from public.customers where id = p_customer;
	loop
		begin
			insert into public.bookings (
				id, reference, station_id, customer_id, chef_id, event_at, event_ends_at, timezone, adults, children, toddlers,
				contact_name, contact_phone, venue_line1, venue_line2, venue_city, venue_state, venue_zip, road_miles, notes,
				quote, total_cents, deposit_cents, price_version, source, idempotency_key, hold_expires_at, utm
			) values (
				p_id, private.new_reference(), p_station.id, p_customer, p_chef,
				v_starts_at, v_starts_at + make_interval(mins => p_station.event_minutes), p_station.timezone,
				(p_request ->> 'adults')::int, (p_request ->> 'children')::int, (p_request ->> 'toddlers')::int,
				nullif(p_request #>> '{contact,name}', v_customer.name), nullif(p_request #>> '{contact,phone}', v_customer.phone),
				p_request #>> '{venue,line1}', p_request #>> '{venue,line2}', p_request #>> '{venue,city}',
				p_request #>> '{venue,state}', p_request #>> '{venue,zip}', (p_quote ->> 'road_miles')::numeric, p_request ->> 'notes',
				p_quote, (p_quote ->> 'total_cents')::int, (p_quote ->> 'deposit_cents')::int, p_quote ->> 'price_version',
				p_request ->> 'source', p_request ->> 'idempotency_key', p_hold_ends, p_request -> 'utm'
			);
			exit;
		exception when unique_violation then
			get stacked diagnostics v_constraint = constraint_name;
			if v_constraint <> 'bookings_reference_key' then
				raise;
			end if;
			-- the reference was taken: draw another
		end;
	end loop;
	perform private.write_items(p_id, p_quote);
	update private.booking_requests set booking_id = p_id where idempotency_key = p_request ->> 'idempotency_key';
end
$$;
