select plan(50);

select tests.only_chefs(1);
create function tests.event(p_id text, p_type text, p_object jsonb, p_previous jsonb default '{}') returns jsonb language sql stable set search_path = '' as $$
	select jsonb_build_object('id', p_id, 'type', p_type, 'created', extract(epoch from now())::bigint,
		'data', jsonb_build_object('object', p_object, 'previous_attributes', p_previous)) $$;
/* A card payment of an attempt, as its event has it. */
create function tests.intent(p_checkout jsonb, p_intent text, p_over jsonb default '{}') returns jsonb language sql immutable set search_path = '' as $$
	select jsonb_build_object('object', 'payment_intent', 'id', p_intent, 'amount', p_checkout -> 'total_cents', 'amount_received', p_checkout -> 'total_cents',
		'currency', 'usd', 'metadata', jsonb_build_object('checkout_id', p_checkout -> 'checkout_id', 'booking_id', p_checkout -> 'booking_id')) || p_over $$;
create function tests.session(p_checkout jsonb, p_intent text, p_over jsonb default '{}') returns jsonb language sql immutable set search_path = '' as $$
	select jsonb_build_object('object', 'checkout.session', 'id', 'cs_' || p_intent, 'amount_total', p_checkout -> 'total_cents', 'payment_intent', p_intent,
		'currency', 'usd', 'payment_status', 'paid', 'client_reference_id', p_checkout -> 'checkout_id') || p_over $$;
create function tests.charge(p_checkout jsonb, p_intent text, p_refunded int, p_over jsonb default '{}') returns jsonb language sql immutable set search_path = '' as $$
	select jsonb_build_object('object', 'charge', 'id', 'ch_' || p_intent, 'amount', p_checkout -> 'total_cents', 'amount_refunded', p_refunded, 'payment_intent', p_intent,
		'currency', 'usd', 'metadata', jsonb_build_object('checkout_id', p_checkout -> 'checkout_id')) || p_over $$;
create function tests.dispute(p_intent text, p_cents int, p_status text) returns jsonb language sql immutable set search_path = '' as $$
	select jsonb_build_object('object', 'dispute', 'id', 'dp_' || p_intent, 'charge', 'ch_' || p_intent, 'payment_intent', p_intent, 'amount', p_cents,
		'currency', 'usd', 'status', p_status, 'reason', 'fraudulent', 'created', 1790000000) $$;
/* Books and begins to pay; answers the attempt. */
create function tests.begun(p_days int, p_key text, p_over jsonb default '{}') returns jsonb language plpgsql set search_path = public, tests as $$
declare
	v_booked jsonb := public.create_booking(tests.wish(tests.slot(p_days), jsonb_build_object('contact', tests.contact(p_days))));
begin
	return public.begin_checkout((v_booked ->> 'booking_id')::uuid, jsonb_build_object('idempotency_key', p_key) || p_over, v_booked ->> 'access_token');
end $$;
create function tests.receive(p jsonb) returns text language sql set search_path = '' as $$ select public.receive_stripe_event(p) ->> 'result' $$;
create function tests.booking(p_checkout jsonb) returns public.bookings language sql stable security definer set search_path = '' as $$
	select b from public.bookings b where id = (p_checkout ->> 'booking_id')::uuid $$;
create function tests.ledger(p_checkout jsonb) returns text language sql stable security definer set search_path = '' as $$
	select string_agg(kind || ' ' || amount_cents, ', ' order by kind collate "C", amount_cents) from public.payments where booking_id = (p_checkout ->> 'booking_id')::uuid $$;
grant execute on all functions in schema tests to public;

-- A deposit
select tests.as_anon();
create temp table one as select tests.begun(100, 'events-0001') as c;
grant all on one to public;
select tests.as_service();
select is(tests.receive(tests.event('evt_1', 'payment_intent.succeeded', tests.intent(c, 'pi_1'))), 'processed', 'The server CAN receive an event') from one;
select is(tests.receive(tests.event('evt_1', 'payment_intent.succeeded', tests.intent(c, 'pi_1'))), 'duplicate', 'The same one again changes nothing') from one;
select is(tests.receive(tests.event('evt_2', 'checkout.session.completed', tests.session(c, 'pi_1', '{"customer": "cus_events_1"}'))), 'processed', 'another one of the same payment') from one;
select is(tests.ledger(c), 'card_fee 300, deposit 10000', 'neither') from one;
select is((tests.booking(c)).status, 'confirmed', 'A deposit confirms its booking') from one;
select is(tests.receive(tests.event('evt_3', 'customer.updated', '{"object": "customer"}')), 'kept', 'What means nothing to us is kept');
select is(receive_stripe_event('{"id": "evt_4"}') ->> 'code', 'INVALID_REQUEST', 'What is no event can NOT be received');
select tests.as_owner();
select is((select array_agg(status || ' ' || stripe_payment_intent_id) from payment_checkouts k, one where k.id = (c ->> 'checkout_id')::uuid), array['succeeded pi_1'], 'The attempt has succeeded');
select is((select s.stripe_customer_id from private.stripe_customers s, one where s.customer_id = (tests.booking(c)).customer_id), 'cus_events_1', 'who paid is known at the card provider');
select is((select count(*)::int from pgboss.job where name = 'payments-receipt'), 1, 'and has one receipt');
select is((select count(*)::int from pgboss.job, one where name = 'booking-notify' and data ->> 'kind' = 'confirmed' and data ->> 'booking_id' = c ->> 'booking_id'), 1, 'The customer is told once');
select isnt_empty($$select 1 from realtime.messages m, one where topic = 'booking:' || (c ->> 'booking_id') and event = 'payment_changed' and private$$, 'An open page hears of it');
select isnt_empty($$select 1 from realtime.messages m, one where topic = private.guest_topic((c ->> 'booking_id')::uuid) and event = 'payment_changed' and not private and not payload ? 'booking_id'$$, 'the guest''s, too');
select isnt_empty($$select 1 from realtime.messages m where topic = 'station:' || tests.station('fremont') || ':payments' and event = 'payment_changed' and private$$, 'and the station''s list');

-- Declined, then paid; the refusal's event comes last
select tests.as_anon();
create temp table two as select tests.begun(102, 'events-0002') as c;
grant all on two to public;
select tests.as_service();
select is(tests.receive(tests.event('evt_20', 'payment_intent.payment_failed', tests.intent(c, 'pi_2', '{"last_payment_error": {"code": "card_declined", "decline_code": "insufficient_funds", "message": "Your card has insufficient funds."}}'))), 'processed', 'A refusal is received') from two;
select tests.as_owner();
select is((select status || ' ' || failure_code from payment_checkouts k, two where k.id = (c ->> 'checkout_id')::uuid), 'failed insufficient_funds', 'and its reason kept');
select tests.as_service();
select is(tests.receive(tests.event('evt_21', 'checkout.session.completed', tests.session(c, 'pi_2'))), 'processed', 'The next card is taken') from two;
select is(tests.receive(tests.event('evt_22', 'payment_intent.payment_failed', tests.intent(c, 'pi_2', '{"last_payment_error": {"code": "card_declined"}}'))), 'processed', 'A late refusal') from two;
select is(tests.receive(tests.event('evt_23', 'checkout.session.expired', tests.session(c, 'pi_2', '{"payment_status": "unpaid"}'))), 'processed', 'and an expiry') from two;
select tests.as_owner();
select is((select status from payment_checkouts k, two where k.id = (c ->> 'checkout_id')::uuid), 'succeeded', 'can NOT undo a success');

-- Refunds: by us and elsewhere, told in any order
select tests.as_service();
select is(tests.receive(tests.event('evt_30', 'charge.refunded', tests.charge(c, 'pi_2', 10300), '{"amount_refunded": 300}')), 'processed', 'A refund''s event comes, the second first') from two;
select is(tests.receive(tests.event('evt_31', 'charge.refunded', tests.charge(c, 'pi_2', 300), '{"amount_refunded": 0}')), 'processed', 'then the first') from two;
select is(tests.receive(tests.event('evt_32', 'charge.refunded', tests.charge(c, 'pi_2', 300), '{"amount_refunded": 0}')), 'processed', 'and under another name again') from two;
select is(tests.ledger(c), 'card_fee 300, deposit 10000, refund -10000, refund -300', 'Each is one row') from two;
select is((private.balance_of((c ->> 'booking_id')::uuid)).payment_status, 'refunded', 'All of it is given back') from two;
select tests.as_anon();
create temp table three as select tests.begun(104, 'events-0003') as c;
grant all on three to public;
select tests.as_service();
select is(tests.receive(tests.event('evt_40', 'charge.refunded', tests.charge(c, 'pi_3', 2500))), 'processed', 'A refund that is told before its payment') from three;
select is(tests.ledger(c), 'card_fee 300, deposit 10000, refund -2500', 'proves the payment') from three;
select is((tests.booking(c)).status, 'confirmed', 'and confirms') from three;

-- Disputes: closed before opened, both before their payment
select tests.as_anon();
create temp table four as select tests.begun(106, 'events-0004') as c;
grant all on four to public;
select tests.as_service();
select is(tests.receive(tests.event('evt_50', 'charge.dispute.closed', tests.dispute('pi_4', 10300, 'lost'))), 'processed', 'A lost dispute of an unknown payment waits');
select is(tests.receive(tests.event('evt_51', 'payment_intent.succeeded', tests.intent(c, 'pi_4'))), 'processed', 'until its payment comes') from four;
select is(tests.receive(tests.event('evt_52', 'charge.dispute.created', tests.dispute('pi_4', 10300, 'needs_response'))), 'processed', 'Its opening comes last') from four;
select is(tests.ledger(c), 'adjustment -10000, adjustment -300, card_fee 300, deposit 10000', 'It takes the money out of the sums that it was in') from four;
select tests.as_owner();
select is((select array_agg(status) from payment_disputes where stripe_dispute_id = 'dp_pi_4'), array['lost'], 'and stays closed');
select is((select status || ' ' || resolution from payment_attention where subject = 'dp_pi_4'), 'resolved lost', 'so does what was raised');

-- What does not fit is never lost
select tests.as_service();
select is(tests.receive(tests.event('evt_60', 'payment_intent.succeeded', '{"object": "payment_intent", "id": "pi_6", "amount_received": 4200, "currency": "usd", "metadata": {}}')), 'processed', 'Money of nobody is received');
select tests.as_anon();
create temp table seven as select tests.begun(108, 'events-0007') as c;
grant all on seven to public;
select tests.as_service();
select is(tests.receive(tests.event('evt_70', 'payment_intent.succeeded', tests.intent(c, 'pi_7', '{"amount_received": 5000}'))), 'processed', 'another sum than we asked for, too') from seven;
select is(tests.ledger(c), 'deposit 5000', 'as what it is') from seven;
select is((tests.booking(c)).status, 'pending', 'Too little does NOT confirm') from seven;
select tests.as_owner();
select results_eq($$select kind, amount_cents from payment_attention where status = 'open' and subject in ('pi_6', 'pi_7') order by kind$$, $$values ('amount_mismatch'::text, 5000), ('unknown_booking', 4200)$$, 'Both are raised to the staff');
select is((select count(*)::int from payments where booking_id is null and station_id is null and amount_cents = 4200), 1, 'the ledger has it without a booking');

-- A refund that comes back
select tests.as_anon();
create temp table back as select tests.begun(118, 'events-0010') as c;
grant all on back to public;
select tests.as_service();
select tests.receive(tests.event('evt_95', 'charge.refunded', tests.charge(c, 'pi_10', 4000))) from back;
select is(tests.receive(tests.event('evt_96', 'refund.failed', '{"object": "refund", "id": "re_10", "status": "failed", "payment_intent": "pi_10", "amount": 4000, "failure_reason": "lost_or_stolen_card"}')), 'processed',
	'A refund that the bank sends back is taken');
select is(tests.receive(tests.event('evt_97', 'charge.refund.updated', '{"object": "refund", "id": "re_10", "status": "failed", "payment_intent": "pi_10", "amount": 4000}')), 'processed', 'told of twice');
select tests.as_owner();
select results_eq($$select a.status, a.amount_cents, a.details ->> 'failure' from payment_attention a where a.kind = 'refund_failed' and a.subject = 're_10' and a.booking_id is not null$$,
	$$values ('open'::text, 4000, 'lost or stolen card'::text)$$, 'and raised to the staff once');

-- After the hold
select tests.as_anon();
create temp table late as select tests.begun(110, 'events-0008') as c;
grant all on late to public;
create temp table later as select tests.begun(112, 'events-0009') as c;
grant all on later to public;
select tests.as_owner();
update bookings set hold_expires_at = now() - interval '1 minute' where id in (select (c ->> 'booking_id')::uuid from late union all select (c ->> 'booking_id')::uuid from later);
select private.expire_holds();
select tests.as_anon();
select is((tests.booking(c)).status, 'cancelled', 'A hold ran out') from late;
select tests.as_service();
select is(tests.receive(tests.event('evt_80', 'checkout.session.completed', tests.session(c, 'pi_8'))), 'processed', 'Its deposit comes late') from late;
select ok((tests.booking(c)).status = 'confirmed' and (tests.booking(c)).cancel_reason is null, 'A chef is free, so it is booked again') from late;
select tests.as_anon();
create temp table taker as select create_booking(tests.wish(tests.slot(112), jsonb_build_object('contact', tests.contact(1)))) as b;
select tests.as_service();
select tests.receive(tests.event('evt_90', 'checkout.session.completed', tests.session(c, 'pi_9'))) from later;
select is((tests.booking(c)).status, 'cancelled', 'Where none is free it stays cancelled') from later;
select tests.as_owner();
select results_eq($$select amount_cents, status, automatic from payment_refunds where payment_intent = 'pi_9'$$, $$values (10300, 'requested'::text, true)$$, 'and all of it goes back by itself');
select is((select count(*)::int from pgboss.job where name = 'payments-refund'), 1, 'by a job');
select results_eq($$select payment_intent, status, resolution from payment_attention where kind = 'late_payment' order by 1$$, $$values ('pi_8'::text, 'resolved'::text, 'rebooked'::text), ('pi_9', 'open', null)$$, 'The staff are told of both');

select * from finish();
