select plan(79);

select tests.only_chefs(2);
update feature_flags set enabled = false where key = 'stripe';
delete from realtime.messages;

-- Booking
select tests.as_anon();
create temp table made as select create_booking(tests.wish(tests.slot(), '{"idempotency_key": "key-of-robin"}')) as answer;
grant all on made to public;
select is((select answer ->> 'status' from made), 'pending', 'A visitor CAN book a free slot');
select matches((select answer ->> 'reference' from made), '^MH-[2-9A-HJ-NP-Z]{5}$', 'A booking has a reference that people can say');
select is((select (answer ->> 'total_cents')::int from made), 55000, 'A booking costs what the quote said');
select is(create_booking(tests.wish(tests.slot(), '{"idempotency_key": "key-of-robin"}')), (select answer from made),
	'The same key twice answers the same booking and token');
select is(create_booking(tests.wish(tests.slot(), '{"idempotency_key": "key-of-robin", "price_version": "p000000000000"}')), (select answer from made),
	'also when its price was seen meanwhile');
select is(create_booking(tests.wish(tests.slot(101), '{"idempotency_key": "key-of-robin"}')) #>> '{details,fields,idempotency_key}' is not null, true,
	'The same key can NOT open the booking to another request');
select tests.as_owner();
select is((select count(*)::int from bookings where idempotency_key = 'key-of-robin'), 1, 'A double click makes one booking');
select ok((select b.quote ->> 'total_cents' = '55000' and r.chef_id = b.chef_id and r.period @> tstzrange(b.event_at, b.event_ends_at)
		and lower(r.period) = b.event_at - interval '90 minutes' and upper(r.period) = b.event_ends_at + interval '90 minutes'
	from bookings b join chef_reservations r on r.booking_id = b.id where b.idempotency_key = 'key-of-robin'),
	'It reserves the chef for the event, set-up, clean-up and at least half an hour''s drive each way');
select ok((select hold_expires_at between now() + interval '23 hours 59 minutes' and now() + interval '24 hours 1 minute' from bookings where idempotency_key = 'key-of-robin'),
	'While deposits are asked for by hand a hold lasts 24 hours');
select is((select count(*)::int from pgboss.job where name = 'booking-notify' and data ->> 'kind' = 'received'
	and data ->> 'booking_id' = (select answer ->> 'booking_id' from made)), 1, 'The confirmation is enqueued with it');
select is((select count(*)::int from realtime.messages where topic = 'slots:' || tests.station('fremont') and event = 'slots_changed' and not private
	and payload ->> 'date' = (select event_at at time zone timezone from bookings where idempotency_key = 'key-of-robin')::date::text), 1,
	'Every open calendar is told the day');
select is((select count(*)::int from realtime.messages where topic = 'station:' || tests.station('fremont') || ':bookings' and event = 'booking_changed' and private), 1,
	'The station''s list is told');
update feature_flags set enabled = true where key = 'stripe';
select ok((create_booking(tests.wish(tests.slot(150), jsonb_build_object('contact', tests.contact(1)))) ->> 'hold_expires_at')::timestamptz < now() + interval '31 minutes',
	'While the deposit is paid online a hold lasts half an hour');
update feature_flags set enabled = false where key = 'stripe';
select is(create_booking(tests.wish(tests.slot(151), '{"items": [{"code": "upgrade_lobster", "quantity": 4}, {"code": "addon_gyoza", "quantity": 0}], "idempotency_key": "key-of-items", "children": 2}')) ->> 'total_cents', '67000',
	'Menu choices are priced');
select results_eq($$select code, quantity, unit_cents from booking_items i join bookings b on b.id = i.booking_id where b.idempotency_key = 'key-of-items'$$,
	$$values ('upgrade_lobster'::text, 4, 1500)$$, 'and kept as priced');

-- Never double-booked
select tests.as_anon();
select is(tests.code(format('select create_booking(tests.wish(%L, %L))', tests.slot(), jsonb_build_object('contact', tests.contact(2)))), null, 'The second chef CAN be booked for the same time');
create temp table refused as select create_booking(tests.wish(tests.slot(), jsonb_build_object('contact', tests.contact(3)))) as answer;
grant all on refused to public;
select is((select answer ->> 'code' from refused), 'SLOT_UNAVAILABLE', 'With two chefs a third booking can NOT be made');
select is(current_setting('response.status'), '409', 'and is answered with status 409');
select is((select jsonb_array_length(answer #> '{details,alternatives}') from refused), 5, 'with five alternatives');
select ok((select bool_and((a ->> 'capacity')::int > 0 and a ?& array['event_date', 'start_time', 'starts_at']) from refused, jsonb_array_elements(answer #> '{details,alternatives}') a), 'that are free');
select tests.as_owner();
select is((select reason from leads where id = (select (answer #>> '{details,lead_id}')::uuid from refused)), 'SLOT_UNAVAILABLE', 'and the person is a lead');
select is((select count(*)::int from waitlist where lead_id = (select (answer #>> '{details,lead_id}')::uuid from refused)), 1, 'who waits for that slot');
select is((select count(*)::int from bookings b join customers c on c.id = b.customer_id where c.email = 'person3@example.test'), 0, 'while no half-made booking is left');
select is((select count(*)::int from customers where email = 'person3@example.test'), 0, 'nor a customer');
select is((select count(*)::int from private.booking_requests where booking_id is null), 0, 'nor a claimed key');
select is(tests.code(format('insert into chef_reservations (booking_id, chef_id, station_id, event_at, period) select booking_id, chef_id, station_id, event_at + interval ''9 days'', tstzrange(lower(period) + interval ''9 days'', upper(period) + interval ''9 days'') from chef_reservations where event_at = %L limit 1', tests.slot())),
	'23505', 'A booking can NOT hold two chefs');
select throws_ok(format('insert into chef_reservations (booking_id, chef_id, station_id, event_at, period) select %L, chef_id, station_id, event_at, period from chef_reservations where released_at is null limit 1',
	gen_random_uuid()), '23P01', null, 'Not even the database''s owner can give a chef''s time twice');
select is(tests.code(format('select create_booking(tests.wish(%L, %L))', tests.slot(100, '15:00'), jsonb_build_object('contact', tests.contact(4)))), 'SLOT_UNAVAILABLE',
	'A chef can NOT be booked for a dinner that set-up and drive of the next one overlap');
select is(tests.code(format('select create_booking(tests.wish(%L, %L))', tests.slot(100, '12:00'), jsonb_build_object('contact', tests.contact(4)))), null,
	'A chef CAN serve two dinners a day that are far enough apart');
select is((select r.chef_id <> o.chef_id from bookings b join chef_reservations r on r.booking_id = b.id join bookings ob on ob.idempotency_key = 'key-of-robin' join chef_reservations o on o.booking_id = ob.id
	where b.event_at = ob.event_at and b.id <> ob.id), true, 'Each dinner has a chef of its own');

create temp table week as
	select create_booking(tests.wish((date_trunc('week', now() + interval '200 days')::date + n + time '18:00') at time zone 'America/Los_Angeles', jsonb_build_object('contact', tests.contact(100 + n)))) as b
	from generate_series(0, 5) n;
select results_eq($$select count(*)::int from bookings where id in (select (b ->> 'booking_id')::uuid from week) group by chef_id$$, $$values (3), (3)$$,
	'The dinners of a week are shared fairly');

-- Holds
update bookings set hold_expires_at = now() - interval '1 second' where idempotency_key = 'key-of-robin';
select is((select capacity from available_slots('94538', (now() + interval '95 days')::date, (now() + interval '105 days')::date) where starts_at = tests.slot()), 1,
	'An expired hold counts as free');
select tests.as_anon();
select is(tests.code(format('select create_booking(tests.wish(%L, %L))', tests.slot(), jsonb_build_object('contact', tests.contact(5)))), null, 'and the next caller CAN have its slot at once');
select tests.as_owner();
select is((select status || ' ' || cancel_reason from bookings where idempotency_key = 'key-of-robin'), 'cancelled hold_expired', 'The expired booking is cancelled');
select is((select count(*)::int from pgboss.job where name = 'booking-notify' and data ->> 'kind' = 'hold_expired'), 1, 'its customer is told');
select is((select reason from leads where email = 'robin@example.test' and status = 'new'), 'HOLD_EXPIRED', 'and kept as a lead');
update bookings set hold_expires_at = now() - interval '1 second' where event_at = tests.slot(150);
select is(private.expire_holds(), 1, 'The sweep cancels expired holds that nobody asked for');
select is(private.expire_holds(), 0, 'once');
select is((select count(*)::int from chef_reservations where event_at = tests.slot(150) and released_at is null), 0, 'and gives their chefs'' time back');

-- The rules that the calendar shows
select tests.as_anon();
select is(tests.code(format('select create_booking(tests.wish(%L))', now() + interval '47 hours')), 'TOO_SOON', 'A booking can NOT be made within 48 hours');
select is(tests.code(format('select create_booking(tests.wish(%L))', now() + interval '366 days')), 'TOO_FAR_AHEAD', 'nor more than 365 days ahead');
select is(tests.code(format('select create_booking(tests.wish(%L, %L))', tests.slot(40, '18:30'), jsonb_build_object('contact', tests.contact(62)))), 'INVALID_START_TIME', 'nor at a time we do not start at');
select is((create_booking(tests.wish(now() - interval '1 day', jsonb_build_object('contact', tests.contact(6)))) #>> '{details,lead_id}') is not null, true, 'Who asks for a day in the past is kept as a lead');
select is(tests.code(format('select create_booking(tests.wish(%L, %L))', tests.slot(40), jsonb_build_object('contact', tests.contact(63), 'zip', '00000', 'venue', '{"line1": "x", "zip": "00000"}'::jsonb))), 'UNKNOWN_ZIP', 'A booking can NOT be made for a ZIP that is none');
select is(create_booking(tests.wish(tests.slot(40), jsonb_build_object('contact', tests.contact(7), 'zip', '90001', 'venue', '{"line1": "x", "zip": "90001"}'::jsonb))) #>> '{details,lead_id}' is not null, true,
	'Who lives outside every service area is kept as a lead');
select is(tests.code(format('select create_booking(tests.wish(%L, %L))', tests.slot(40), '{"venue": {"line1": "x", "zip": "95814"}}')), 'INVALID_REQUEST', 'A nearer ZIP can NOT be used for the price');
select is(create_booking(tests.wish(tests.slot(40), jsonb_build_object('contact', tests.contact(8), 'zip', '94538-1234', 'venue', '{"line1": "x", "zip": "94538-1234"}'::jsonb))) ->> 'status', 'pending', 'ZIP+4 CAN be used');

-- Bad input
select tests.as_owner();
create function tests.fields(p_over jsonb) returns text[] language sql volatile set search_path = '' as $$
	select array(select jsonb_object_keys(public.create_booking(tests.wish(tests.slot(41), p_over)) #> '{details,fields}') order by 1) $$;
grant execute on function tests.fields(jsonb) to public;
select tests.as_anon();
select is(tests.fields('{"adults": 0}'), array['adults'], 'No adult is told at the field');
select is(tests.fields('{"adults": -1}'), array['adults'], 'as is less than one');
select is(tests.fields(jsonb_build_object('adults', 501, 'contact', tests.contact(61))), array['adults'], 'and more than 500');
select is(tests.fields('{"adults": 499999999, "children": 499999999, "toddlers": 499999999}'), array['adults'], 'however many they are');
select is(tests.fields('{"adults": 999999999, "children": 999999999, "toddlers": 999999999}'), array['adults', 'children', 'toddlers'], 'or more than can be added up');
select is(tests.fields('{"adults": "ten"}'), array['adults'], 'and a word');
select is(tests.fields('{"adults": 2.5}'), array['adults'], 'and half a guest');
select is(tests.fields(jsonb_build_object('notes', repeat('x', 10000))), array['notes'], 'Notes of 10,000 characters are told at the field');
select is(tests.fields('{"starts_at": "2027-02-29T02:00:00Z"}'), array['starts_at'], 'A day that does not exist is told at the field');
select is(tests.fields('{"starts_at": "soon"}'), array['starts_at'], 'as is no time at all');
select is(tests.fields('{"starts_at": "2027-02-01T20:00:00+99:00"}'), array['starts_at'], 'and an offset that no place has');
select is(tests.fields(jsonb_build_object('contact', tests.contact(60) || jsonb_build_object('name', E'\u200b\ufeff\u00a0'))), array['contact.name'], 'and a name that nobody can see');
select is((select count(*)::int from unnest(array['..a@ex.com', 'a.@ex.com', 'a..b@ex.com', 'a@127.0.0.1', '[a]@ex.com']) e where tests.fields(jsonb_build_object('contact', tests.contact(60) || jsonb_build_object('email', e))) <> array['contact.email']), 0, 'and addresses that no mail server takes');
select is(tests.fields('{"contact": {"name": "", "email": "robin", "phone": "12", "admin": true}}'), array['contact.admin', 'contact.email', 'contact.name', 'contact.phone'], 'Each wrong field of the contact has its sentence');
select is(tests.fields('{"items": [{"code": "unicorn", "quantity": 1}]}'), array['items.0.code'], 'An item that is not on the menu is told at the field');
select is(tests.fields('{"status": "confirmed", "total_cents": 1}'), array['status', 'total_cents'], 'Unknown fields are refused');
select is(tests.code('select create_booking(''[]'')'), 'INVALID_REQUEST', 'A list is no request');
select is(tests.code('select create_booking(null)'), 'INVALID_REQUEST', 'nor is nothing');
select is(create_booking(tests.wish(tests.slot(42), jsonb_build_object('notes', '<script>alert(1)</script> 🎉 مرحبا', 'contact', tests.contact(9) || '{"name": "Zoë \"O''Neil\" 🍤"}'))) ->> 'status', 'pending', 'Scripts, emoji and right-to-left text are text');
select tests.as_owner();
select is((select notes from bookings where event_at = tests.slot(42)), '<script>alert(1)</script> 🎉 مرحبا', 'and kept as typed');
select is((select count(*)::int from leads where reason = 'INVALID_REQUEST'), 0, 'What is only mistyped makes no lead');
select is((select array_agg(distinct reason order by reason) from leads where reason in ('INVALID_GUESTS', 'UNKNOWN_ZIP', 'INVALID_START_TIME')), array['INVALID_GUESTS', 'INVALID_START_TIME', 'UNKNOWN_ZIP'], 'Whoever could not book is one');
select is((select station_id from leads where reason = 'OUT_OF_AREA' and zip = '90001'), (select station_id from private.locate_venue('90001')), 'Where nobody drives the nearest station has the lead');
select results_eq($$select adults, station_id from leads where reason = 'INVALID_GUESTS' and email = tests.contact(61) ->> 'email'$$, format($$values (501, %L::uuid)$$, tests.station('fremont')), 'who is told for how many');

-- Limits
insert into private.settings values ('rate_limits', 'on') on conflict (key) do update set value = 'on';
select tests.as_anon();
select is((select string_agg(coalesce(tests.code(format('select create_booking(tests.wish(%L, %L))', tests.slot(200 + n), jsonb_build_object('contact', tests.contact(50)))), 'ok'), ' ' order by n) from generate_series(1, 9) n),
	'ok ok ok ok ok ok ok ok RATE_LIMITED', 'One person can NOT book without end');
select tests.as_owner();
update private.settings set value = 'off' where key = 'rate_limits';

-- What visitors can not
select tests.as_anon();
select is(tests.code('select count(*) from bookings'), '42501', 'A visitor can NOT read bookings');
select is(tests.code('select count(*) from customers'), '42501', 'nor customers');
select is(tests.code('select private.expire_holds()'), '42501', 'nor sweep holds');
select is(tests.code('select private.booking_token(gen_random_uuid())'), '42501', 'nor make tokens');

-- The venue
create temp table plain as select create_booking(tests.wish(tests.slot(3),
	'{"venue": {"line1": "1 Test Street", "zip": "94538"}, "contact": {"name": "Sam", "email": "sam@example.test", "phone": "+15102345679"}}')) as b;
select tests.as_owner();
select is((select venue_city || ', ' || venue_state from bookings where id = (select (b ->> 'booking_id')::uuid from plain)), 'Fremont, CA',
	'A venue without a city has that of its ZIP code');

-- DST
insert into station_start_times values (tests.station('fremont'), '02:30');
select is((select count(*)::int from stations s, private.slots_between(s, '2027-03-14', '2027-03-14') t where s.id = tests.station('fremont') and t.start_time = '02:30'), 0,
	'A wall time that summer time skips is no slot');
select is((select array_agg(extract(hour from t.starts_at at time zone 'UTC')::int order by t.event_date) from stations s, private.slots_between(s, '2027-03-13', '2027-03-14') t where s.id = tests.station('fremont') and t.start_time = '18:00'),
	array[2, 1], 'The same wall time is another instant after the change');

select * from finish();
