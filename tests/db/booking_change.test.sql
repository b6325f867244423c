select plan(62);

-- A booking of the demo: whoever books in this transaction holds the lock that is asked for here.
create function tests.prices_held() returns boolean language sql volatile set search_path = '' as $$
	select exists (select from pg_catalog.pg_locks where locktype = 'advisory' and pid = pg_catalog.pg_backend_pid() and mode = 'ShareLock'
		and classid = ((hashtext('pricing.prices')::bigint >> 32) & 4294967295)::oid and objid = (hashtext('pricing.prices')::bigint & 4294967295)::oid)
$$;
create temp table demo as select id, version from bookings where idempotency_key = 'demo:liam.patel@example.test:38';
grant all on demo to public;
grant execute on function tests.prices_held() to public;
select tests.as_user('manager.fremont@demo.test');
select is(update_booking((select id from demo), (select version from demo), '{"notes": "Ring twice."}') ->> 'code', null, 'Notes are edited');
select is(tests.prices_held(), false, 'without waiting for prices');
select update_booking((select id from demo), (select version from bookings where id = (select id from demo)), '{"adults": 12}');
select is(tests.prices_held(), true, 'An edit of the guests takes turns with changes of prices');
select tests.as_owner();

select tests.only_chefs(2);
select tests.as_customer('ana@example.test');
create temp table ana as select create_booking(tests.wish(tests.slot(), jsonb_build_object('contact', tests.contact(1) || '{"email": "ana@example.test"}'))) as b;
grant all on ana to public;
select tests.as_anon();
create temp table bo as select create_booking(tests.wish(tests.slot(110), jsonb_build_object('contact', tests.contact(2)))) as b;
grant all on bo to public;
select tests.as_owner();
create function tests.id(p_answer jsonb) returns uuid language sql immutable set search_path = '' as $$ select (p_answer ->> 'booking_id')::uuid $$;
create function tests.refusal(p_answer jsonb) returns text language sql immutable set search_path = '' as $$ select p_answer ->> 'code' $$;
grant execute on function tests.id(jsonb), tests.refusal(jsonb) to public;

-- Who may
select tests.as_anon();
select is(tests.refusal(get_booking('nonsense')), 'NOT_FOUND', 'A visitor can NOT open a booking by guessing');
select is(tests.refusal(get_booking(translate((select b ->> 'access_token' from bo), 'abcdefABCDEF0123', 'bcdefaBCDEFA1230'))), 'NOT_FOUND', 'nor by a changed token');
select is(get_booking((select b ->> 'access_token' from bo)) ->> 'reference', (select b ->> 'reference' from bo), 'A guest CAN open the own booking by its token');
select ok(get_booking((select b ->> 'access_token' from bo)) @> '{"can_cancel": true, "can_reschedule": true, "status": "pending", "venue": {"zip": "94538"}}', 'and sees what can be done');
select is(get_booking((select b ->> 'access_token' from bo)) ->> 'guest_topic', 'guest:' || encode(sha256(convert_to((select b ->> 'access_token' from bo), 'UTF8')), 'hex'), 'and where to hear of changes');
select is(tests.refusal(cancel_booking((select tests.id(b) from bo), 'not mine')), 'NOT_FOUND', 'A visitor can NOT cancel a booking by its id');
select is(tests.refusal(cancel_booking((select tests.id(b) from bo), 'not mine', (select b ->> 'access_token' from ana))), 'NOT_FOUND', 'nor with the token of another one');
select is(tests.refusal(reschedule_booking((select tests.id(b) from bo), tests.slot(120))), 'NOT_FOUND', 'nor move it');
select is(tests.code(format('select confirm_booking(%L)', (select tests.id(b) from bo))), '42501', 'nor confirm it');
select tests.as_customer('ana@example.test');
select is(tests.refusal(cancel_booking((select tests.id(b) from bo), 'not mine')), 'NOT_FOUND', 'A customer can NOT cancel another customer''s booking');
select is(tests.refusal(confirm_booking((select tests.id(b) from ana))), 'NOT_ALLOWED', 'nor confirm the own one');
select is(tests.refusal(assign_chef((select tests.id(b) from ana), gen_random_uuid())), 'NOT_ALLOWED', 'nor choose the chef');
select is((select count(*)::int from bookings), 1, 'A customer reads the own bookings only');
select tests.as_user('chef.fremont@demo.test');
select is(tests.refusal(cancel_booking((select tests.id(b) from bo), 'not mine')), 'NOT_FOUND', 'A chef can NOT cancel bookings');
select tests.as_user('manager.sacramento@demo.test');
select is(tests.refusal(cancel_booking((select tests.id(b) from bo), 'not mine')), 'NOT_FOUND', 'A manager can NOT cancel another station''s booking');
select tests.as_user('support@demo.test');
select is(tests.refusal(cancel_booking((select tests.id(b) from bo), 'asked by phone')), 'NOT_ALLOWED', 'Support can NOT cancel');
select is(tests.refusal(confirm_booking((select tests.id(b) from bo))), 'NOT_ALLOWED', 'nor confirm');
select is(tests.refusal(assign_chef((select tests.id(b) from bo), gen_random_uuid())), 'NOT_ALLOWED', 'nor assign a chef');
select is(tests.refusal(update_booking((select tests.id(b) from bo), 1, '{"adults": 12}')), 'NOT_ALLOWED', 'nor change what is priced');
select is(tests.refusal(update_booking((select tests.id(b) from bo), 1, '{"notes": "Ring twice."}')), null, 'Support CAN edit notes');

-- Moving
select tests.as_anon();
select is((reschedule_booking((select tests.id(b) from bo), tests.slot(111), (select b ->> 'access_token' from bo)) ->> 'event_at')::timestamptz, tests.slot(111), 'A guest CAN move the own booking');
select tests.as_owner();
select is((select array_agg(released_at is null order by created_at) from chef_reservations where booking_id = (select tests.id(b) from bo)), array[false, true], 'Its old time is given back as the new one is taken');
select is((select count(*)::int from pgboss.job where name = 'booking-notify' and data ->> 'kind' = 'rescheduled'), 1, 'and the customer is told');
select tests.as_anon();
create temp table filling as select create_booking(tests.wish(tests.slot(112), jsonb_build_object('contact', tests.contact(n)))) as b from generate_series(3, 4) n;
grant all on filling to public;
select is(tests.refusal(reschedule_booking((select tests.id(b) from bo), tests.slot(112), (select b ->> 'access_token' from bo))), 'SLOT_UNAVAILABLE', 'A booking can NOT be moved where no chef is free');
select is(jsonb_array_length(reschedule_booking((select tests.id(b) from bo), tests.slot(112), (select b ->> 'access_token' from bo)) #> '{details,alternatives}'), 5, 'other times are offered');
select tests.as_owner();
select is((select count(*)::int from chef_reservations where booking_id = (select tests.id(b) from bo) and released_at is null and event_at = tests.slot(111)), 1, 'and it keeps its old time');
select tests.as_anon();
select is(tests.refusal(reschedule_booking((select tests.id(b) from bo), tests.slot(111, '17:00'), (select b ->> 'access_token' from bo))), 'INVALID_START_TIME', 'A booking can NOT be moved to a time that we do not start at');
select is(tests.refusal(reschedule_booking((select tests.id(b) from bo), now() + interval '40 hours', (select b ->> 'access_token' from bo))), 'TOO_SOON', 'nor to one within 48 hours');
select is(reschedule_booking((select tests.id(b) from bo), tests.slot(111, '15:00'), (select b ->> 'access_token' from bo)) ->> 'status', 'pending', 'A booking CAN be moved by an hour or three, over its own old time');

-- Confirming
select tests.as_user('manager.fremont@demo.test');
select is(confirm_booking((select tests.id(b) from bo)) ->> 'status', 'confirmed', 'A manager CAN confirm a booking whose deposit arrived');
select is(confirm_booking((select tests.id(b) from bo)) ->> 'status', 'confirmed', 'twice is once');
select tests.as_owner();
select ok((select hold_expires_at is null and confirmed_at is not null from bookings where id = (select tests.id(b) from bo))
	and (select expires_at is null from chef_reservations where booking_id = (select tests.id(b) from bo) and released_at is null), 'A confirmed booking keeps its chef for good');
update bookings set hold_expires_at = now() - interval '1 second' where id = (select tests.id(b) from ana);
select tests.as_user('manager.fremont@demo.test');
select is(tests.refusal(confirm_booking((select tests.id(b) from ana))), 'HOLD_EXPIRED', 'A booking whose hold ran out can NOT be confirmed');
select is((select cancel_reason from bookings where id = (select tests.id(b) from ana)), 'hold_expired', 'it is cancelled then');

-- Policy: 48 hours
select tests.as_owner();
update chef_reservations set event_at = now() + interval '30 hours', period = tstzrange(now() + interval '28 hours', now() + interval '34 hours')
	where booking_id = (select tests.id(b) from bo) and released_at is null;
update bookings set event_at = now() + interval '30 hours', event_ends_at = now() + interval '32 hours' where id = (select tests.id(b) from bo);
select tests.as_anon();
select is(tests.refusal(cancel_booking((select tests.id(b) from bo), 'We are ill.', (select b ->> 'access_token' from bo))), 'BOOKING_NOT_CHANGEABLE', 'A guest can NOT cancel a confirmed booking within 48 hours');
select is(tests.refusal(reschedule_booking((select tests.id(b) from bo), tests.slot(130), (select b ->> 'access_token' from bo))), 'BOOKING_NOT_CHANGEABLE', 'nor move it');
select ok(get_booking((select b ->> 'access_token' from bo)) @> '{"can_cancel": false, "can_reschedule": false}', 'and sees that');
select tests.as_user('manager.fremont@demo.test');
select is(reschedule_booking((select tests.id(b) from bo), tests.slot(130)) ->> 'status', 'confirmed', 'A manager CAN move it');

-- Assigning
create temp table chefs_of as select array_agg(id order by id) as ids from chefs where station_id = tests.station('fremont') and active;
grant all on chefs_of to public;
create temp table other_chef as select c as id from chefs_of, unnest(ids) c where c <> (select chef_id from bookings where id = (select tests.id(b) from bo));
select is(tests.refusal(assign_chef((select tests.id(b) from bo), (select id from other_chef))), null, 'A manager CAN give a booking another chef');
select is((select array[r.chef_id, b.chef_id] from chef_reservations r join bookings b on b.id = r.booking_id where r.booking_id = (select tests.id(b) from bo) and r.released_at is null),
	(select array[id, id] from other_chef), 'whose time is taken');
select is(tests.refusal(assign_chef((select tests.id(b) from filling limit 1), (select chef_id from bookings where id = (select tests.id(b) from filling offset 1)))), 'CHEF_UNAVAILABLE', 'A chef who is taken can NOT be assigned');
select tests.as_owner();
update bookings set hold_expires_at = now() - interval '1 second' where id = (select tests.id(b) from filling offset 1);
select tests.as_user('manager.fremont@demo.test');
select is(tests.refusal(assign_chef((select tests.id(b) from filling offset 1), (select id from other_chef))), 'HOLD_EXPIRED', 'nor anybody to a hold that has run out');
select is(tests.refusal(assign_chef((select tests.id(b) from bo), (select id from chefs where station_id <> tests.station('fremont') limit 1))), 'CHEF_UNAVAILABLE', 'nor one of another station');

-- Editing
select is((update_booking((select tests.id(b) from bo), (select version from bookings where id = (select tests.id(b) from bo)), '{"adults": 12, "items": [{"code": "upgrade_filet", "quantity": 2}]}') ->> 'total_cents')::int, 67000,
	'Changed guests and items make a new quote');
select results_eq($$select code, quantity from booking_items where booking_id = (select tests.id(b) from bo)$$, $$values ('upgrade_filet'::text, 2)$$, 'and new items');
select is(tests.refusal(update_booking((select tests.id(b) from bo), 1, '{"notes": "x"}')), 'STALE_VERSION', 'An edit of an old version can NOT overwrite');
select is(update_booking((select tests.id(b) from bo), 1, '{"notes": "x"}') #>> '{details,current,adults}', '12', 'it is told the row as it is');
create function pg_temp.edit(p jsonb) returns text language sql as $$ select tests.refusal(update_booking(id, version, p)) from bookings where id = (select tests.id(b) from bo) $$;
select is(pg_temp.edit('{"total_cents": 1}'), 'INVALID_REQUEST', 'A price can NOT be written');
select is(pg_temp.edit('{"adults": 0}'), 'INVALID_GUESTS', 'nor a party of nobody');
select is(pg_temp.edit('{"venue": {"zip": "95814"}}'), 'INVALID_REQUEST', 'nor a ZIP that another station serves');
select is(pg_temp.edit('{"venue": {"zip": "94501"}}'), null, 'A ZIP further away CAN be written');
select is((select upper(r.period) from chef_reservations r where r.booking_id = (select tests.id(b) from bo) and r.released_at is null),
	(select b.event_ends_at + make_interval(mins => 60 + ceil(b.road_miles * 2)::int) from bookings b where b.id = (select tests.id(b) from bo) and b.road_miles > 16), 'and reserves the longer drive');
select is(pg_temp.edit('{"contact": {"name": "Bo''s sister", "phone": "(510) 555-0199"}}'), null, 'Another contact CAN be named for the event');
select is((select contact_phone from bookings where id = (select tests.id(b) from bo)), '+15105550199', 'by a number as people write it');

-- Cancelling
select is(tests.refusal(cancel_booking((select tests.id(b) from bo), ' x ')), 'INVALID_REQUEST', 'A booking can NOT be cancelled without a reason');
select is(cancel_booking((select tests.id(b) from bo), 'The customer fell ill.') ->> 'status', 'cancelled', 'A manager CAN cancel with one');
select is((select count(*)::int from chef_reservations where booking_id = (select tests.id(b) from bo) and released_at is null), 0, 'which frees the chef');
select is(tests.refusal(cancel_booking((select tests.id(b) from bo), 'Once more.')), 'BOOKING_NOT_CHANGEABLE', 'A cancelled booking can NOT be cancelled again');
select is(tests.touched(format('update bookings set total_cents = 1 where id = %L', (select tests.id(b) from bo))), null, 'Nobody writes bookings but through these functions');

select * from finish();
