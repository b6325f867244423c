/*
  Booking: an edit that makes a new quote takes turns with changes of prices, like create_booking. So a snapshot never holds a
  price that had ended by the time it was written. No tables.
*/

/* Edits a booking. Answers change_answer. */
create or replace function private.update_booking(p_booking uuid, p_version int, p_changes jsonb) returns jsonb
language plpgsql volatile security definer -- bookings are nobody's to write
set search_path = ''
as $$
declare
	v_priced constant boolean := p_changes ?| array['adults', 'children', 'toddlers', 'items'] or p_changes #> '{venue,zip}' is not null;
	v_open record;
	v_booking public.bookings;
	v_station public.stations;
	v_fields jsonb;
	v_problem jsonb;
	v_quote jsonb;
	v_chef uuid;
begin
	perform set_config('lock_timeout', '2500ms', true);
	if coalesce(jsonb_typeof(p_changes), '') <> 'object' then
		return private.refuse_with(private.invalid_request('{"changes": "One object with what changes, please."}'));
	end if;
	-- Prices stand still from here to the commit, as in create_booking. Before the booking's row: who waits for one holds nothing.
	if v_priced then
		perform pg_advisory_xact_lock_shared(hashtext('pricing.prices'));
	end if;
	select * into v_open from private.open_booking(p_booking, null, case when v_priced then 'bookings.manage' else 'bookings.write' end);
	v_booking := v_open.booking;
	v_chef := v_booking.chef_id;
	if v_open.problem is null and v_open.caller <> 'staff' then
		v_open.problem := jsonb_build_object('code', 'NOT_ALLOWED', 'status', 403, 'message', 'You may not do that.', 'hint', 'Call us, we change it for you.');
	end if;
	if v_open.problem is not null then
		return private.refuse_with(v_open.problem);
	elsif v_booking.version is distinct from p_version then
		return private.refuse('STALE_VERSION', 409, 'Somebody else changed this in the meantime.',
			jsonb_build_object('current', to_jsonb(v_booking) - 'idempotency_key'), 'Look at both and save again.');
	end if;
	v_fields := private.booking_changes_problems(p_changes);
	if v_fields <> '{}' then
		return private.refuse_with(private.invalid_request(v_fields));
	elsif v_priced and v_booking.status not in ('pending', 'confirmed') then
		return private.refuse_with(private.not_changeable(v_booking.status));
	end if;

	v_booking.notes := case when p_changes ? 'notes' then coalesce(private.text_at(p_changes, 'notes'), '') else v_booking.notes end;
	if p_changes ? 'contact' then
		v_booking.contact_name := coalesce(private.text_at(p_changes, 'contact.name'), v_booking.contact_name);
		v_booking.contact_phone := coalesce(private.e164(btrim(p_changes #>> '{contact,phone}')), v_booking.contact_phone);
	end if;
	if p_changes ? 'venue' then
		v_booking.venue_line1 := coalesce(private.text_at(p_changes, 'venue.line1'), v_booking.venue_line1);
		v_booking.venue_line2 := case when p_changes -> 'venue' ? 'line2' then private.text_at(p_changes, 'venue.line2') else v_booking.venue_line2 end;
		v_booking.venue_city := coalesce(private.text_at(p_changes, 'venue.city'), v_booking.venue_city);
		v_booking.venue_state := coalesce(upper(private.text_at(p_changes, 'venue.state')), v_booking.venue_state);
		v_booking.venue_zip := coalesce(private.zip5(p_changes #>> '{venue,zip}'), v_booking.venue_zip);
	end if;
	if v_priced then
		v_booking.adults := coalesce(private.whole_number(p_changes -> 'adults'), v_booking.adults);
		v_booking.children := coalesce(private.whole_number(p_changes -> 'children'), v_booking.children);
		v_booking.toddlers := coalesce(private.whole_number(p_changes -> 'toddlers'), v_booking.toddlers);
		v_quote := private.build_quote(v_booking.venue_zip, v_booking.adults, v_booking.children, v_booking.toddlers,
			coalesce(p_changes -> 'items', (select jsonb_agg(jsonb_build_object('code', i.code, 'quantity', i.quantity))
				from public.booking_items i where i.booking_id = v_booking.id)), v_booking.event_at);
		v_problem := private.requote_problem(v_booking, v_quote);
		if v_problem is not null then
			return private.refuse_with(v_problem);
		end if;
		if (v_quote ->> 'road_miles')::numeric <> v_booking.road_miles then
			-- another drive is another time of the chef
			select * into v_station from public.stations where id = v_booking.station_id;
			v_chef := private.rereserve(v_booking, v_station, v_booking.event_at, (v_quote ->> 'road_miles')::numeric, p_prefer => v_booking.chef_id);
			if v_chef is null then
				return private.refuse('SLOT_UNAVAILABLE', 409, 'No chef can drive that far at that time.',
					jsonb_build_object('alternatives', private.nearest_slots(v_station, (v_quote ->> 'road_miles')::numeric, v_booking.event_at)),
					'Choose one of the nearest free times first.');
			end if;
		end if;
		delete from public.booking_items where booking_id = v_booking.id;
		perform private.write_items(v_booking.id, v_quote);
	end if;
	update public.bookings set
		notes = v_booking.notes, contact_name = v_booking.contact_name, contact_phone = v_booking.contact_phone,
		venue_line1 = v_booking.venue_line1, venue_line2 = v_booking.venue_line2, venue_city = v_booking.venue_city,
		venue_state = v_booking.venue_state, venue_zip = v_booking.venue_zip,
		adults = v_booking.adults, children = v_booking.children, toddlers = v_booking.toddlers, chef_id = v_chef,
		quote = coalesce(v_quote, quote),
		road_miles = coalesce((v_quote ->> 'road_miles')::numeric, road_miles),
		total_cents = coalesce((v_quote ->> 'total_cents')::int, total_cents),
		deposit_cents = coalesce((v_quote ->> 'deposit_cents')::int, deposit_cents),
		price_version = coalesce(v_quote ->> 'price_version', price_version)
	where id = v_booking.id;
	return private.change_answer(v_booking.id);
exception when lock_not_available or deadlock_detected then
	return private.refuse_with(private.busy_problem());
end
$$;
