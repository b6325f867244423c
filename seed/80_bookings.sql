/*
  Booking: the demo's bookings from four weeks back to six weeks ahead, and a few leads. Only where the demo's accounts are,
  which is the local stack. Each gets its chef the way a real one does; one that finds none is left out.
*/

do $$
declare
	v_plan record;
	v_id uuid;
	v_station public.stations;
	v_quote jsonb;
	v_starts_at timestamptz;
	v_chef uuid;
	v_hold timestamptz;
begin
	if not exists (select from auth.users where email = 'super_admin@demo.test') then
		return;
	end if;
	for v_plan in
		select p.*, c.id as customer, c.name, c.phone, c.station_id
		from (
			values
				('customer@demo.test', -24, time '18:00', 'completed', 12, 2, 0, 4.2, '2100 Mission Ridge', 'Fremont', '94539', 'Dad turns 70.', '[{"code": "upgrade_lobster", "quantity": 4}]'),
				('olivia.brooks@example.test', -21, '15:00', 'completed', 10, 0, 1, 6.8, '88 Paseo Padre', 'Fremont', '94538', '', '[]'),
				('emma.schultz@example.test', -20, '18:00', 'completed', 16, 4, 0, 3.1, '410 Almaden Walk', 'San Jose', '95112', 'Shellfish allergy: two guests.', '[{"code": "addon_gyoza", "quantity": 8}]'),
				('isaac.cohen@example.test', -17, '18:00', 'completed', 22, 0, 0, 9.5, '15 Capitol Mews', 'Sacramento', '95814', 'Kosher-style, please.', '[]'),
				('noah.ramirez@example.test', -14, '21:00', 'completed', 14, 0, 0, 12.4, '7 Lake Elizabeth', 'Fremont', '94536', '', '[{"code": "addon_sake", "quantity": 10}]'),
				('leila.rahimi@example.test', -12, '15:00', 'cancelled', 11, 3, 0, 18.3, '62 Delta Road', 'Davis', '95616', '', '[]'),
				('ava.nguyen@example.test', -10, '18:00', 'completed', 18, 6, 2, 22.7, '903 Orchard Lane', 'San Jose', '95112', 'The gate code is on the door.', '[]'),
				('mateo.silva@example.test', -6, '12:00', 'completed', 10, 1, 0, 5.5, '300 The Alameda', 'San Jose', '95126', '', '[{"code": "upgrade_filet", "quantity": 2}]'),
				('jack.olsen@example.test', -3, '18:00', 'completed', 30, 5, 0, 41.2, '1 Vineyard Court', 'Lodi', '95240', 'Long table on the lawn.', '[{"code": "addon_noodles", "quantity": 12}]'),
				('liam.patel@example.test', 3, '18:00', 'confirmed', 13, 2, 0, 7.7, '51 Niles Canyon', 'Fremont', '94536', 'Four vegetarians.', '[]'),
				('customer@demo.test', 5, '18:00', 'confirmed', 10, 2, 0, 4.2, '2100 Mission Ridge', 'Fremont', '94539', 'No peanuts, please.', '[{"code": "upgrade_filet", "quantity": 2}, {"code": "upgrade_lobster", "quantity": 4}]'),
				('zoe.campbell@example.test', 6, '15:00', 'confirmed', 20, 0, 0, 11.9, '770 Winchester', 'San Jose', '95128', '', '[{"code": "addon_sake", "quantity": 15}]'),
				('isaac.cohen@example.test', 6, '18:00', 'confirmed', 12, 0, 0, 9.5, '15 Capitol Mews', 'Sacramento', '95814', '', '[]'),
				('olivia.brooks@example.test', 7, '12:00', 'confirmed', 15, 5, 3, 6.8, '88 Paseo Padre', 'Fremont', '94538', 'First birthday.', '[{"code": "addon_edamame", "quantity": 10}]'),
				('noah.ramirez@example.test', 9, '18:00', 'pending', 10, 0, 0, 12.4, '7 Lake Elizabeth', 'Fremont', '94536', '', '[]'),
				('emma.schultz@example.test', 11, '18:00', 'confirmed', 26, 2, 0, 3.1, '410 Almaden Walk', 'San Jose', '95112', '', '[{"code": "protein_third", "quantity": 10}]'),
				('jack.olsen@example.test', 13, '15:00', 'confirmed', 17, 4, 1, 41.2, '1 Vineyard Court', 'Lodi', '95240', '', '[]'),
				('ava.nguyen@example.test', 14, '21:00', 'pending', 12, 0, 0, 22.7, '903 Orchard Lane', 'San Jose', '95112', '', '[{"code": "addon_gyoza", "quantity": 6}]'),
				('mateo.silva@example.test', 17, '18:00', 'confirmed', 11, 0, 0, 5.5, '300 The Alameda', 'San Jose', '95126', 'Retirement party.', '[]'),
				('leila.rahimi@example.test', 20, '18:00', 'confirmed', 14, 2, 0, 18.3, '62 Delta Road', 'Davis', '95616', '', '[]'),
				('customer@demo.test', 27, '15:00', 'pending', 24, 3, 1, 4.2, '2100 Mission Ridge', 'Fremont', '94539', 'Graduation.', '[{"code": "addon_rice", "quantity": 10}]'),
				('zoe.campbell@example.test', 31, '12:00', 'confirmed', 40, 10, 4, 11.9, '770 Winchester', 'San Jose', '95128', 'Two grills.', '[]'),
				('liam.patel@example.test', 38, '18:00', 'confirmed', 10, 0, 0, 7.7, '51 Niles Canyon', 'Fremont', '94536', '', '[]')
		) p (email, days, at_time, status, adults, children, toddlers, miles, line1, city, zip, notes, items)
		join public.customers c on c.email = p.email and c.deleted_at is null
	loop
		select * into v_station from public.stations where id = v_plan.station_id;
		v_starts_at := ((now() at time zone v_station.timezone)::date + v_plan.days + v_plan.at_time) at time zone v_station.timezone;
		continue when exists (select from public.bookings where idempotency_key = 'demo:' || v_plan.email || ':' || v_plan.days);
		v_id := private.uuid_v7();
		v_quote := jsonb_build_object('station', jsonb_build_object('id', v_station.id, 'name', v_station.name), 'road_miles', v_plan.miles)
			|| private.price_quote(v_plan.adults, v_plan.children, v_plan.toddlers, v_plan.items::jsonb, v_plan.miles, v_station.free_travel_miles);
		v_hold := now() + interval '3 days';
		v_chef := private.reserve(v_id, v_station, v_starts_at, v_plan.miles, v_hold);
		continue when v_chef is null;
		perform private.write_booking(v_id, jsonb_build_object(
			'idempotency_key', 'demo:' || v_plan.email || ':' || v_plan.days, 'starts_at', v_starts_at,
			'adults', v_plan.adults, 'children', v_plan.children, 'toddlers', v_plan.toddlers,
			'contact', jsonb_build_object('name', v_plan.name, 'phone', v_plan.phone),
			'venue', jsonb_build_object('line1', v_plan.line1, 'city', v_plan.city, 'state', 'CA', 'zip', v_plan.zip),
			'notes', v_plan.notes, 'source', 'website', 'utm', '{}'::jsonb), v_quote, v_station, v_plan.customer, v_chef, v_hold);
		update public.bookings set
			status = v_plan.status,
			hold_expires_at = case when v_plan.status = 'pending' then v_hold end,
			confirmed_at = case when v_plan.status in ('confirmed', 'completed') then least(now(), v_starts_at - interval '5 days') end,
			completed_at = case when v_plan.status = 'completed' then event_ends_at end,
			cancelled_at = case when v_plan.status = 'cancelled' then v_starts_at - interval '4 days' end,
			cancel_reason = case when v_plan.status = 'cancelled' then 'We moved the party to spring.' end
		where id = v_id;
	end loop;

	if not exists (select from public.leads where source = 'demo') then
		perform private.keep_lead(
			jsonb_build_object('name', d.name, 'email', d.email, 'phone', d.phone, 'sms_consent', true),
			jsonb_build_object('zip', d.zip, 'event_at', now() + make_interval(days => d.days), 'adults', d.adults, 'notes', d.notes),
			'demo', d.reason, t.id)
		from (
			values
				('Harper Quinn', 'harper.quinn@example.test', '+15105550301', '94538', 12, 14, 'A rehearsal dinner; asks about two grills.', 'quote', 'fremont'),
				('Diego Alvarez', 'diego.alvarez@example.test', '+15105550302', '94541', 20, 10, 'Left the form at the menu.', 'abandoned form', 'fremont'),
				('Ruth Feldman', 'ruth.feldman@example.test', null, '95112', 33, 25, 'Company dinner, needs an invoice.', 'contact form', 'san-jose'),
				('Tariq Aziz', 'tariq.aziz@example.test', '+19165550303', '95616', 9, 18, 'Halal for all.', 'quote', 'sacramento')
		) d (name, email, phone, zip, days, adults, notes, reason, slug)
		join public.stations t on t.slug = d.slug and t.deleted_at is null;
		update public.leads set status = 'contacted' where email = 'diego.alvarez@example.test';
		-- demo people get no follow-up mail
		update public.leads set next_action_at = null where source = 'demo';
	end if;
end
$$;
