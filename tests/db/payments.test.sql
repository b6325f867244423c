select plan(64);

select tests.only_chefs(2);
select tests.as_customer('ana@example.test');
create temp table ana as select create_booking(tests.wish(tests.slot(), jsonb_build_object('contact', tests.contact(1) || '{"email": "ana@example.test"}'))) as b;
grant all on ana to public;
select tests.as_anon();
create temp table bo as select create_booking(tests.wish(tests.slot(110), jsonb_build_object('contact', tests.contact(2)))) as b;
grant all on bo to public;
select tests.as_owner();
create function tests.ana() returns uuid language sql stable set search_path = '' as $$ select (b ->> 'booking_id')::uuid from pg_temp.ana $$;
create function tests.bo() returns uuid language sql stable set search_path = '' as $$ select (b ->> 'booking_id')::uuid from pg_temp.bo $$;
create function tests.bo_token() returns text language sql stable set search_path = '' as $$ select b ->> 'access_token' from pg_temp.bo $$;
create function tests.balance(p_booking uuid) returns public.booking_balances language sql stable security definer set search_path = '' as $$
	select private.balance_of(p_booking) $$;
grant execute on all functions in schema tests to public;

-- Rules
select is(private.card_fee_rate('CA', 'credit'), 0.03, 'A credit card costs 3 %');
select is(private.card_fee_rate('CA', 'debit'), 0::numeric, 'a debit card nothing');
select is(private.card_fee_rate('CT', 'credit'), 0::numeric, 'A state''s rule goes before the one of all states');
select is(private.share_cents(75118 + 15600, 0.03), 2722, 'The fee is rounded half up');
select is(array[private.share_cents(50, 0.03), private.share_cents(49, 0.03), private.share_cents(150, 0.03)], array[2, 1, 5], 'at exactly half a cent, too');
select throws_ok($$insert into card_fee_rules (funding, rate, reason) values ('credit', 0.02, 'A second one')$$, '23P01', null, 'Two rules can NOT be in force at once');
select throws_ok($$insert into card_fee_rules (state, funding, rate, reason) values ('TX', 'credit', 0.05, 'Above the cap of cost')$$, '23514', null, 'A fee can NOT be above its cap');
select isnt((select cancellation_policy_id from bookings where id = tests.bo()), null, 'A booking keeps the policy in force');
insert into cancellation_policies (full_refund_days, free_reschedules, free_reschedule_hours, reschedule_fee_cents, note) values (14, 0, 48, 9900, 'A stricter one, from now on.');
select is(private.policy_of(b) ->> 'full_refund_days', '7', 'a later version does not touch it') from bookings b where id = tests.bo();

-- The page
select tests.as_anon();
select is(payment_page(tests.bo()) ->> 'code', 'NOT_FOUND', 'A visitor can NOT open a pay page by its id');
select is(payment_page(tests.ana(), tests.bo_token()) ->> 'code', 'NOT_FOUND', 'nor by another booking''s token');
select ok(payment_page(tests.bo(), tests.bo_token()) @> '{"payable": "deposit", "amount_due_cents": 10000, "total_cents": 55000, "paid_cents": 0, "balance_due_cents": 55000,
	"online": true, "payment_status": "unpaid", "can_tip": false, "caller": "guest", "fee": {"credit": 0.03, "debit": 0},
	"tips": [{"percent": 20, "cents": 11000}, {"percent": 25, "cents": 13750}, {"percent": 30, "cents": 16500}]}', 'A guest CAN see what to pay by the token');
select tests.as_customer('ana@example.test');
select is(payment_page(tests.ana()) ->> 'caller', 'customer', 'A customer CAN see the own');
select is(payment_page(tests.bo()) ->> 'code', 'NOT_FOUND', 'A customer can NOT see another one''s');
select tests.as_user('chef.fremont@demo.test');
select is(payment_page(tests.bo()) ->> 'code', 'NOT_FOUND', 'A chef can NOT see money');
select tests.as_user('manager.fremont@demo.test');
select is(payment_page(tests.bo()) ->> 'caller', 'staff', 'A manager CAN see the station''s');
select tests.as_user('manager.sacramento@demo.test');
select is(payment_page(tests.bo()) ->> 'code', 'NOT_FOUND', 'and can NOT see another station''s');

-- Quoting
select tests.as_anon();
create function pg_temp.quote(p jsonb) returns jsonb language sql as $$ select quote_payment(tests.bo(), p, tests.bo_token()) $$;
select ok(pg_temp.quote('{"purpose": "deposit"}') @> '{"amount_cents": 10000, "tip_cents": 0, "fee_cents": 300, "fee_rate": 0.03, "total_cents": 10300}', 'A deposit by credit card has the card fee on top');
select ok(pg_temp.quote('{"funding": "debit"}') @> '{"fee_cents": 0, "total_cents": 10000}', 'by debit card none');
select ok(pg_temp.quote('{"method": "zelle"}') @> '{"fee_cents": 0, "total_cents": 10000}', 'nor by Zelle');
select is(pg_temp.quote('{"amount_cents": 1}') ->> 'code', 'INVALID_REQUEST', 'An amount can NOT be sent');
select is(pg_temp.quote('{"purpose": "balance"}') ->> 'code', 'NOT_PAYABLE', 'The balance can NOT be paid before the deposit');
select is(pg_temp.quote('{"tip_percent": 20}') ->> 'code', 'INVALID_REQUEST', 'A tip can NOT come with the deposit');

-- Checking out
create function pg_temp.begin(p jsonb) returns jsonb language sql as $$ select begin_checkout(tests.bo(), p, tests.bo_token()) $$;
create temp table begun as select pg_temp.begin('{"purpose": "deposit", "idempotency_key": "checkout-1"}') as c;
grant all on begun to public;
select ok((select c @> '{"amount_cents": 10000, "fee_cents": 300, "total_cents": 10300, "status": "open", "session": null, "email": "person2@example.test"}' from begun), 'A guest CAN begin to pay');
select is(pg_temp.begin('{"purpose": "deposit", "idempotency_key": "checkout-1"}') ->> 'checkout_id', (select c ->> 'checkout_id' from begun), 'The same key is the same attempt');
select is(pg_temp.begin('{"purpose": "deposit", "idempotency_key": "checkout-2"}') ->> 'checkout_id', (select c ->> 'checkout_id' from begun), 'another window joins the open one');
select isnt(pg_temp.begin('{"funding": "debit", "idempotency_key": "checkout-3"}') ->> 'checkout_id', (select c ->> 'checkout_id' from begun), 'Other figures are another attempt');
select is(pg_temp.begin('{"idempotency_key": "short"}') ->> 'code', 'INVALID_REQUEST', 'A key is needed');
select is(begin_checkout(tests.bo(), '{"idempotency_key": "checkout-4"}') ->> 'code', 'NOT_FOUND', 'Nobody else CAN begin');
select is(tests.code(format('select attach_checkout(%L, ''cs_1'', ''https://pay.test'', now())', (select c ->> 'checkout_id' from begun))), '42501', 'A visitor can NOT say where it is paid');
select is(tests.code($$select receive_stripe_event('{}')$$), '42501', 'nor send an event');
select is(tests.code($$select settle_refund(gen_random_uuid(), 're_1', 'succeeded')$$), '42501', 'nor settle a refund');
select is(tests.code(format('select record_payment(%L, ''{}'')', tests.bo())), '42501', 'nor record a payment');
select tests.as_service();
select is(attach_checkout((select (c ->> 'checkout_id')::uuid from begun), 'cs_1', 'https://pay.test', now() + interval '30 minutes', 'cus_1') #>> '{session,id}', 'cs_1', 'The server CAN say where');
select is(attach_checkout((select (c ->> 'checkout_id')::uuid from begun), 'cs_2', 'https://pay.test', now() + interval '30 minutes') #>> '{session,id}', 'cs_1', 'the first answer stays');
select is(begin_checkout(tests.bo(), '{"funding": "prepaid", "idempotency_key": "checkout-5"}') #>> '{stripe_customer_id}', 'cus_1', 'The customer at the card provider is known then');
select is(begin_checkout(tests.bo(), '{"funding": "prepaid", "idempotency_key": "checkout-5"}') -> 'obsolete_sessions', '["cs_1"]', 'Older sessions are named, so that they are closed');
select tests.as_owner();
update feature_flags set enabled = false where key = 'stripe';
select tests.as_anon();
select is(pg_temp.begin('{"idempotency_key": "checkout-6"}') ->> 'code', 'PAYMENTS_OFF', 'With the flag off a card can NOT be used');
select ok(payment_page(tests.bo(), tests.bo_token()) ->> 'online' = 'false' and payment_page(tests.bo(), tests.bo_token()) #>> '{manual,zelle}' like '%Zelle%', 'the page says how to pay by hand');
select tests.as_owner();
update feature_flags set enabled = true where key = 'stripe';

-- By hand
create function pg_temp.record(p_booking uuid, p jsonb) returns jsonb language sql as $$ select record_payment(p_booking,
	'{"kind": "deposit", "method": "zelle", "amount_cents": 10000, "idempotency_key": "zelle-0001"}'::jsonb || p) $$;
grant execute on function pg_temp.record(uuid, jsonb) to public;
select tests.as_user('support@demo.test');
select is(pg_temp.record(tests.bo(), '{}') ->> 'code', 'NOT_ALLOWED', 'Support can NOT record a payment');
select tests.as_customer('ana@example.test');
select is(pg_temp.record(tests.ana(), '{}') ->> 'code', 'NOT_ALLOWED', 'nor can the customer');
select tests.as_user('admin@demo.test');
select is(pg_temp.record(tests.bo(), '{"amount_cents": 60000}') ->> 'code', 'INVALID_REQUEST', 'More than is due can NOT be recorded');
select is(pg_temp.record(tests.bo(), '{"method": "stripe"}') ->> 'code', 'INVALID_REQUEST', 'nor a card');
select ok(pg_temp.record(tests.bo(), '{"note": "From Bo''s mother"}') @> '{"status": "confirmed", "paid_cents": 10000, "balance_due_cents": 45000, "payment_status": "deposit_paid"}', 'An admin CAN record a deposit, which confirms the booking');
select is(pg_temp.record(tests.bo(), '{}') ->> 'paid_cents', '10000', 'twice is once');
select is((select count(*)::int from payments where booking_id = tests.bo()), 1, 'in the ledger, too');
select is(pg_temp.record(tests.bo(), '{"kind": "tip", "amount_cents": 2000, "method": "cash", "idempotency_key": "tip-00001"}') ->> 'tip_cents', '2000', 'A tip does not pay the price');
select tests.as_owner();
select is((select count(*)::int from pgboss.job where name = 'payments-receipt'), 2, 'Each payment has its receipt');
select throws_ok('update payments set amount_cents = 1', '42501', null, 'The ledger can NOT be changed, even by its owner');
select throws_ok('delete from payments', '42501', null, 'nor deleted');
select throws_ok('truncate payments cascade', '42501', null, 'nor emptied');
select tests.as_service();
select is(tests.touched('delete from payments'), null, 'nor by the server''s key');
select is(tests.code($$insert into payments (kind, method, amount_cents, applies_to, entry_key, actor) values ('deposit', 'cash', 1, 'booking', 'forged', 'x')$$), '42501', 'nor written past the functions');

-- The balance
select tests.as_anon();
select ok(pg_temp.quote('{"tip_percent": 20}') @> '{"purpose": "balance", "amount_cents": 45000, "tip_cents": 11000, "fee_cents": 1680, "total_cents": 57680}', 'The balance takes a tip of the food and the fee of both');
select ok(pg_temp.quote('{"tip_cents": 0, "method": "venmo"}') @> '{"tip_cents": 0, "total_cents": 45000}', 'or none');
select is(pg_temp.quote('{"tip_cents": -1}') ->> 'code', 'INVALID_REQUEST', 'A tip can NOT be less than nothing');
select is(pg_temp.quote('{"tip_cents": 9000000}') ->> 'code', 'INVALID_REQUEST', 'nor absurd');
select is(pg_temp.quote('{"tip_percent": 21}') ->> 'code', 'INVALID_REQUEST', 'nor of another percentage');
select ok(not payment_page(tests.bo(), tests.bo_token())::text like '%Bo''s mother%', 'Notes are for staff');
select tests.as_owner();
update bookings set quote = quote || '{"subtotal_cents": 78000}', total_cents = 85118 where id = tests.bo();
select tests.as_anon();
select ok(pg_temp.quote('{"tip_percent": 20}') @> '{"amount_cents": 75118, "tip_cents": 15600, "fee_cents": 2722, "total_cents": 93440}', 'The worked example: 851.18 less 100 by Zelle, a tip of 20 % of 780, 3 % of both');
select tests.as_owner();
update chef_reservations set released_at = now() where booking_id = tests.bo();
update bookings set event_at = now() - interval '6 days', event_ends_at = now() - interval '143 hours', status = 'completed' where id = tests.bo();
select tests.as_anon();
select is(payment_page(tests.bo(), tests.bo_token()) ->> 'payable', 'balance', 'The balance CAN be paid until a week after the dinner');
select tests.as_owner();
update bookings set event_at = now() - interval '8 days' where id = tests.bo();
select tests.as_anon();
select is(pg_temp.quote('{}') ->> 'code', 'NOT_PAYABLE', 'and NOT later');
select tests.as_owner();
update bookings set hold_expires_at = now() - interval '1 second' where id = tests.ana();
select tests.as_customer('ana@example.test');
select is(begin_checkout(tests.ana(), '{"idempotency_key": "checkout-7"}') ->> 'code', 'HOLD_EXPIRED', 'A hold that ran out can NOT be paid');
select is(payment_page(tests.ana()) ->> 'why_not', 'HOLD_EXPIRED', 'the page says so');

select * from finish();
