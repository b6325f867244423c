select plan(27);

select tests.only_chefs(2);
select tests.as_customer('ana@example.test');
create temp table ana as select create_booking(tests.wish(tests.slot(), jsonb_build_object('contact', tests.contact(1) || '{"email": "ana@example.test"}'))) as b;
grant all on ana to public;
select tests.as_anon();
create temp table bo as select create_booking(tests.wish(tests.slot(110), jsonb_build_object('contact', tests.contact(2)))) as b;
grant all on bo to public;
create function pg_temp.ana() returns uuid language sql stable as $$ select (b ->> 'booking_id')::uuid from ana $$;
create function pg_temp.bo() returns uuid language sql stable as $$ select (b ->> 'booking_id')::uuid from bo $$;
create function pg_temp.token() returns text language sql stable as $$ select b ->> 'access_token' from bo $$;

-- How far an attempt is
select ok(payment_progress(pg_temp.bo(), null, pg_temp.token()) @> '{"checkout": null, "entries": []}', 'Before paying there is no attempt');
create temp table begun as select begin_checkout(pg_temp.bo(), '{"purpose": "deposit", "idempotency_key": "progress-1"}', pg_temp.token()) as c;
grant all on begun to public;
select ok(payment_progress(pg_temp.bo(), (c ->> 'checkout_id')::uuid, pg_temp.token()) @> '{"checkout": {"status": "open", "total_cents": 10300, "funding": "credit"}, "entries": []}',
	'A guest CAN follow an attempt') from begun;
select is(payment_progress(pg_temp.bo(), (c ->> 'checkout_id')::uuid) ->> 'code', 'NOT_FOUND', 'nobody else CAN') from begun;
select is(payment_progress(pg_temp.ana(), (c ->> 'checkout_id')::uuid, pg_temp.token()) ->> 'code', 'NOT_FOUND', 'nor CAN another booking''s guest') from begun;
select tests.as_customer('ana@example.test');
select is(payment_progress(pg_temp.ana(), (c ->> 'checkout_id')::uuid) -> 'checkout', 'null'::jsonb, 'An attempt of another booking can NOT be followed through the own') from begun;
select isnt(payment_progress(pg_temp.ana()) ->> 'topic', null, 'A customer CAN learn where changes are told');
select is(payment_progress(pg_temp.bo()) ->> 'code', 'NOT_FOUND', 'and can NOT follow another one''s booking');
select tests.as_owner();
select private.receive_stripe_event(jsonb_build_object('id', 'evt_progress', 'type', 'payment_intent.succeeded', 'created', extract(epoch from now())::bigint,
	'data', jsonb_build_object('object', jsonb_build_object('id', 'pi_progress', 'object', 'payment_intent', 'amount', 10300, 'amount_received', 10300,
		'currency', 'usd', 'status', 'succeeded', 'metadata', jsonb_build_object('checkout_id', c ->> 'checkout_id', 'booking_id', pg_temp.bo()))))) from begun;
select tests.as_anon();
select is((select jsonb_agg(e ->> 'kind' order by e ->> 'kind') from begun, jsonb_array_elements(payment_progress(pg_temp.bo(), (c ->> 'checkout_id')::uuid, pg_temp.token()) -> 'entries') e),
	'["card_fee", "deposit"]', 'A paid attempt comes with what it brought in');
select is(payment_progress(pg_temp.bo(), null, pg_temp.token()) #>> '{checkout,status}', 'succeeded', 'and says so');

-- Paid by hand
select is(report_payment(pg_temp.ana(), '{"method": "zelle"}', pg_temp.token()) ->> 'code', 'NOT_FOUND', 'A visitor can NOT report for another booking');
select tests.as_customer('ana@example.test');
select is(report_payment(pg_temp.ana(), '{"method": "card"}') ->> 'code', 'INVALID_REQUEST', 'A card can NOT be reported');
select is(report_payment(pg_temp.ana(), '{"method": "zelle", "amount_cents": 1}') ->> 'code', 'INVALID_REQUEST', 'An amount can NOT be sent');
select is(report_payment(pg_temp.ana(), jsonb_build_object('method', 'zelle', 'note', repeat('x', 501))) ->> 'code', 'INVALID_REQUEST', 'A note can NOT be endless');
select ok(report_payment(pg_temp.ana(), '{"method": "zelle", "note": "From Ana Lee"}') @> '{"reported": true}', 'A customer CAN say that it was sent');
select is((select count(*) from payment_attention), 0::bigint, 'and can NOT read what staff are told');
select report_payment(pg_temp.ana(), '{"method": "venmo", "note": "Sent again"}');
select tests.as_user('manager.fremont@demo.test');
select is((select jsonb_agg(jsonb_build_array(status, details ->> 'method', details ->> 'note', amount_cents)) from payment_attention where kind = 'manual_reported' and booking_id = pg_temp.ana()),
	'[["open", "venmo", "Sent again", 10000]]', 'The station''s manager CAN read it, once, with the newest note');
select ok((select hold_expires_at > now() + interval '23 hours' from bookings where id = pg_temp.ana()), 'The hold lasts as long as one that is paid by hand');
select tests.as_user('manager.sacramento@demo.test');
select is((select count(*) from payment_attention where kind = 'manual_reported'), 0::bigint, 'Another station''s manager can NOT');
select tests.as_user('admin@demo.test');
select ok(record_payment(pg_temp.ana(), '{"kind": "deposit", "method": "zelle", "amount_cents": 10000, "idempotency_key": "by-hand-1"}') @> '{"status": "confirmed"}', 'Recording it confirms the booking');
select is((select status from payment_attention where kind = 'manual_reported' and booking_id = pg_temp.ana()), 'resolved', 'and settles what was reported');
select tests.as_customer('ana@example.test');
select ok(report_payment(pg_temp.ana(), '{"method": "check"}') @> '{"reported": true}', 'The balance CAN be reported next');
select tests.as_anon();
select is(report_payment(pg_temp.bo(), '{"method": "zelle"}') ->> 'code', 'NOT_FOUND', 'Without its token a booking is not there');

-- All of the own dinners
select tests.as_anon();
select is(tests.code('select my_balances()'), '42501', 'A visitor has no balances');
select tests.as_customer('nobody.yet@example.test');
select is(my_balances(), '[]', 'nor has who booked nothing');
select tests.as_customer('ana@example.test');
select is((select array_agg(m ->> 'booking_id') from jsonb_array_elements(my_balances()) m), array[pg_temp.ana()::text], 'A customer reads the own ones only');
select ok(my_balances() -> 0 @> '{"payment_status": "deposit_paid", "payable": "balance", "balance_due_cents": 45000}', 'with what is due');
select cancel_booking(pg_temp.ana(), 'We are ill.');
select is(my_balances() -> 0 -> 'payable', 'null', 'and nothing to pay for what is cancelled');
select * from finish();
