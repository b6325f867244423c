select plan(57);

select tests.only_chefs(1);
create function tests.event(p_id text, p_type text, p_object jsonb, p_previous jsonb default '{}') returns jsonb language sql stable set search_path = '' as $$
	select jsonb_build_object('id', p_id, 'type', p_type, 'created', extract(epoch from now())::bigint,
		'data', jsonb_build_object('object', p_object, 'previous_attributes', p_previous)) $$;
create function tests.charge(p_checkout jsonb, p_intent text, p_refunded int, p_over jsonb default '{}') returns jsonb language sql immutable set search_path = '' as $$
	select jsonb_build_object('object', 'charge', 'id', 'ch_' || p_intent, 'amount', p_checkout -> 'total_cents', 'amount_refunded', p_refunded, 'payment_intent', p_intent,
		'currency', 'usd', 'metadata', jsonb_build_object('checkout_id', p_checkout -> 'checkout_id')) || p_over $$;
/* Books, begins and pays the deposit by card as a guest; answers the attempt with the access token. */
create function tests.paid(p_days int, p_intent text, p_over jsonb default '{}') returns jsonb language plpgsql security definer set search_path = public, tests as $$
declare
	v_booked jsonb := public.create_booking(tests.wish(tests.slot(p_days), jsonb_build_object('contact', tests.contact(p_days))));
	v_begun jsonb := public.begin_checkout((v_booked ->> 'booking_id')::uuid, jsonb_build_object('idempotency_key', 'key_' || p_intent), v_booked ->> 'access_token');
begin
	perform private.receive_stripe_event(tests.event('evt_' || p_intent, 'charge.succeeded', tests.charge(v_begun, p_intent, 0, p_over)));
	return v_begun || jsonb_build_object('token', v_booked ->> 'access_token');
end $$;
create function tests.id(p jsonb) returns uuid language sql immutable set search_path = '' as $$ select (p ->> 'booking_id')::uuid $$;
create function tests.refunds(p jsonb) returns text language sql stable security definer set search_path = '' as $$
	select string_agg(amount_cents || ' ' || applies_to, ', ' order by amount_cents) from public.payments where kind = 'refund' and booking_id = (p ->> 'booking_id')::uuid $$;
create function tests.attention(p jsonb) returns text language sql stable security definer set search_path = '' as $$
	select string_agg(kind || ' ' || status, ', ' order by kind) from public.payment_attention where booking_id = (p ->> 'booking_id')::uuid $$;
create function tests.attention_id(p_subject text) returns uuid language sql stable security definer set search_path = '' as $$
	select id from public.payment_attention where subject = p_subject $$;
create function tests.refund(p_booking jsonb, p_over jsonb) returns jsonb language sql set search_path = '' as $$
	select public.request_refund((p_booking ->> 'booking_id')::uuid,
		'{"amount_cents": 4000, "method": "stripe", "reason": "The grill came late.", "idempotency_key": "refund-0001"}'::jsonb || p_over) $$;
grant execute on all functions in schema tests to public;
create temp table one as select tests.paid(100, 'pi_1') as c;
grant all on one to public;

-- Asking
select tests.as_anon();
select is(tests.code(format('select request_refund(%L, ''{}'')', tests.id(c))), '42501', 'A visitor can NOT refund') from one;
select is(refund_suggestion(tests.id(c)) ->> 'code', 'NOT_FOUND', 'nor see what would come back') from one;
select ok(refund_suggestion(tests.id(c), c ->> 'token') @> '{"suggested_cents": 10300, "full": true}' and not refund_suggestion(tests.id(c), c ->> 'token') ? 'by_method', 'A guest CAN see it by the token') from one;
select tests.as_user('manager.fremont@demo.test');
select is(tests.refund(c, '{}') ->> 'code', 'NOT_ALLOWED', 'A manager can NOT refund') from one;
select tests.as_user('support@demo.test');
select is(tests.refund(c, '{}') ->> 'code', 'NOT_ALLOWED', 'nor support') from one;
select tests.as_user('admin@demo.test');
select is(tests.refund(c, '{"reason": "Too short"}') ->> 'code', 'INVALID_REQUEST', 'A refund needs a reason') from one;
select is(tests.refund(c, '{"amount_cents": -1}') ->> 'code', 'INVALID_REQUEST', 'and a sum') from one;
select is(tests.refund(c, '{"amount_cents": 10301}') ->> 'code', 'REFUND_TOO_HIGH', 'More than was paid can NOT be refunded') from one;
select is(tests.refund(c, '{"method": "zelle", "amount_cents": 1}') ->> 'code', 'REFUND_TOO_HIGH', 'nor by a way that nothing was paid') from one;
create temp table asked as select tests.refund(c, '{}') as r from one;
grant all on asked to public;
select ok((select r @> '{"status": "requested", "payment_intent": "pi_1", "amount_cents": 4000}' from asked), 'An admin CAN refund a part');
select is(tests.refund(c, '{}') ->> 'refund_id', r ->> 'refund_id', 'The same key is the same refund') from one, asked;
select is(tests.refund(c, '{"amount_cents": 6301, "idempotency_key": "refund-0002"}') ->> 'code', 'REFUND_TOO_HIGH', 'What is on its way counts') from one;
select is(tests.refunds(c), null, 'The ledger waits until it is done') from one;

-- Settling: the answer and the event, whichever comes first
select tests.as_service();
select is(settle_refund((r ->> 'refund_id')::uuid, 're_1', 'pending') ->> 'status', 'requested', 'The provider may take its time') from asked;
select is(receive_stripe_event(tests.event('evt_r1', 'charge.refunded', tests.charge(c, 'pi_1', 4000))) ->> 'result', 'processed', 'The event comes') from one;
select is(tests.refunds(c), '-4000 booking', 'and is the refund that was asked for') from one;
select is(settle_refund((r ->> 'refund_id')::uuid, 're_1', 'succeeded') ->> 'status', 'succeeded', 'The answer comes') from asked;
select is(tests.refunds(c), '-4000 booking', 'and is the same row') from one;
select is(settle_refund((r ->> 'refund_id')::uuid, 're_1', 'failed', 'The bank returned it.') ->> 'status', 'succeeded', 'A failure can NOT undo what is booked') from asked;
select is(tests.attention(c), 'refund_failed open', 'but is raised to the staff') from one;
select tests.as_user('admin@demo.test');
create temp table again as select tests.refund(c, '{"amount_cents": 1000, "idempotency_key": "refund-0003"}') as r from one;
grant all on again to public;
select tests.as_service();
select is(settle_refund((r ->> 'refund_id')::uuid, 're_2', 'succeeded') ->> 'status', 'succeeded', 'Another one is answered first') from again;
select is(receive_stripe_event(tests.event('evt_r2', 'charge.refunded', tests.charge(c, 'pi_1', 5000), '{"amount_refunded": 4000}')) ->> 'result', 'processed', 'then told') from one;
select is(tests.refunds(c), '-4000 booking, -1000 booking', 'and is one row, too') from one;
select is(settle_refund(gen_random_uuid(), 're_3', 'succeeded') ->> 'code', 'NOT_FOUND', 'An unknown refund can NOT be settled');
select tests.as_owner();
select is((select payment_status from booking_balances b, one where b.booking_id = tests.id(c)), 'partially_refunded', 'The booking says so');

-- By hand
select tests.as_user('admin@demo.test');
select is(record_payment(tests.id(c), '{"kind": "balance", "method": "cash", "amount_cents": 5000, "idempotency_key": "cash-00001"}') ->> 'paid_cents', '15000', 'Cash is taken') from one;
select ok(tests.refund(c, '{"method": "cash", "amount_cents": 5000, "idempotency_key": "refund-0004"}') @> '{"status": "succeeded", "payment_intent": null}', 'A refund by hand is done at once') from one;
select is(tests.refund(c, '{"method": "cash", "amount_cents": 1, "idempotency_key": "refund-0005"}') ->> 'code', 'REFUND_TOO_HIGH', 'and NOT above what was paid by hand') from one;

-- A card that may not be charged a fee
select tests.as_owner();
create temp table debit as select tests.paid(102, 'pi_2', '{"payment_method_details": {"card": {"funding": "debit"}}}') as c;
grant all on debit to public;
select results_eq($$select amount_cents, applies_to, automatic from payment_refunds where payment_intent = 'pi_2'$$, $$values (300, 'card_fee'::text, true)$$, 'A debit card''s fee goes back by itself');
select tests.as_service();
select is(settle_refund((select id from payment_refunds where payment_intent = 'pi_2'), 're_4', 'succeeded') ->> 'status', 'succeeded', 'It is carried out');
select is(tests.refunds(c) || ', ' || tests.attention(c), '-300 card_fee, fee_on_debit resolved', 'and settles what was raised') from debit;
select tests.as_owner();
select is((select payment_status from booking_balances b, debit where b.booking_id = tests.id(c)), 'deposit_paid', 'The deposit is still paid');

-- Cancelling by the policy
create temp table early as select tests.paid(104, 'pi_3') as c;
create temp table late as select tests.paid(106, 'pi_4') as c;
create temp table staff as select tests.paid(108, 'pi_5') as c;
grant all on early, late, staff to public;
select tests.as_anon();
select ok(cancel_booking(tests.id(c), 'The party is off.', c ->> 'token') -> 'refund' @> '{"suggested_cents": 10300, "automatic_cents": 10300, "full": true}', 'A guest who cancels in time gets all of it back') from early;
select tests.as_owner();
select is((select array_agg(status || ' ' || automatic) from payment_refunds where payment_intent = 'pi_3'), array['requested true'], 'by itself');
select is(tests.attention(c), null, 'without anybody doing anything') from early;
update chef_reservations set released_at = now() where booking_id = (select tests.id(c) from late);
update bookings set event_at = now() + interval '5 days', event_ends_at = now() + interval '122 hours' where id = (select tests.id(c) from late);
select tests.as_anon();
select ok(cancel_booking(tests.id(c), 'The party is off.', c ->> 'token') -> 'refund' @> '{"suggested_cents": 300, "automatic_cents": 0, "full": false}', 'Later the deposit is kept, what is above it suggested') from late;
select is(tests.attention(c), 'refund_due open', 'and raised to the staff') from late;
select tests.as_user('manager.fremont@demo.test');
select ok(cancel_booking(tests.id(c), 'Our chef is ill.') -> 'refund' @> '{"suggested_cents": 10300, "automatic_cents": 0}', 'Staff who cancel are told what to give back') from staff;
select is(tests.attention(c), 'refund_due open', 'and reminded') from staff;
select tests.as_user('admin@demo.test');
create temp table given as select tests.refund(c, '{"amount_cents": 10300, "idempotency_key": "refund-0006"}') as r from staff;
grant all on given to public;
select tests.as_service();
select is(settle_refund((r ->> 'refund_id')::uuid, 're_5', 'succeeded') ->> 'status', 'succeeded', 'Once it is given back') from given;
select is(tests.attention(c), 'refund_due resolved', 'that is settled') from staff;

-- Resolving
select tests.as_owner();
create temp table gone as select tests.paid(110, 'pi_6') as c;
grant all on gone to public;
select private.receive_stripe_event(tests.event('evt_u', 'charge.succeeded', '{"object": "charge", "id": "ch_u", "payment_intent": "pi_u", "amount": 777, "currency": "usd", "metadata": {}}'));
select tests.as_anon();
select cancel_booking(tests.id(c), 'The party is off.', c ->> 'token') from gone;
select tests.as_owner();
select private.receive_stripe_event(tests.event('evt_6b', 'charge.succeeded', tests.charge(c || '{"checkout_id": null}', 'pi_6b', 0,
	jsonb_build_object('metadata', jsonb_build_object('booking_id', c ->> 'booking_id'))))) from gone;
select is(tests.attention(c), 'amount_mismatch open, cancelled_booking open', 'Money for a cancelled booking is raised') from gone;
select tests.as_user('chef.fremont@demo.test');
select is(resolve_attention(tests.attention_id('pi_u'), 'dismiss', 'Not ours') ->> 'code', 'NOT_FOUND', 'A chef can NOT see what was raised');
select tests.as_user('manager.fremont@demo.test');
select is(resolve_attention(tests.attention_id('pi_u'), 'dismiss', 'Not ours') ->> 'code', 'NOT_FOUND', 'nor a manager what no station has');
select is(resolve_attention((select id from payment_attention where kind = 'cancelled_booking'), 'refund', 'Cancelled already.') ->> 'code', 'NOT_ALLOWED', 'nor refund');
select tests.as_user('admin@demo.test');
select is(resolve_attention(tests.attention_id('pi_u'), 'explode', 'Not ours') ->> 'code', 'INVALID_REQUEST', 'Nobody CAN do what there is not');
select is(resolve_attention(tests.attention_id('pi_u'), 'refund', 'Nobody knows this.') ->> 'status', 'resolved', 'An admin CAN give back money of nobody');
select is((select amount_cents from payment_refunds where payment_intent = 'pi_u'), 777, 'all of it');
select is(resolve_attention((select id from payment_attention where kind = 'cancelled_booking'), 'rebook', 'They want it after all.') ->> 'code', 'BOOKING_NOT_CHANGEABLE', 'What is being refunded can NOT be booked again') from gone;
select is(resolve_attention((select id from payment_attention where kind = 'cancelled_booking'), 'refund', 'Cancelled already.') ->> 'resolution', 'refunded: Cancelled already.', 'but the rest refunded');
select is(resolve_attention((select id from payment_attention where kind = 'cancelled_booking'), 'refund', 'Cancelled already.') ->> 'status', 'resolved', 'twice is once');
select tests.as_owner();
select is((select count(*)::int from payment_refunds where payment_intent = 'pi_6b'), 1, 'for the money, too');
update payment_refunds set status = 'failed' where booking_id = (select tests.id(c) from gone);
update payment_attention set status = 'open', resolution = null, resolved_at = null where kind = 'cancelled_booking';
select tests.as_user('admin@demo.test');
select is(resolve_attention((select id from payment_attention where kind = 'cancelled_booking'), 'rebook', 'They want it after all.') ->> 'booking_status', 'confirmed', 'An admin CAN book it again where a chef is free');

-- Comparing
select tests.as_service();
select isnt(record_reconciliation(now() - interval '1 day', now(), 12, '[{"subject": "pi_x", "amount_cents": 5, "what": "missing here"}]'), null, 'The server CAN say what differs');
select tests.as_user('admin@demo.test');
select is((select details ->> 'what' from payment_attention where kind = 'reconciliation'), 'missing here', 'which is raised to the staff');
select tests.as_user('manager.fremont@demo.test');
select is((select count(*)::int from payment_reconciliations), 0, 'A manager can NOT see the comparison');
select is(tests.code($$select record_reconciliation(now(), now(), 1, '[]')$$), '42501', 'nor make one');

select * from finish();
