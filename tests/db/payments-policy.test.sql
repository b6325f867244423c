select plan(12);

select tests.only_chefs(2);
select tests.as_anon();
create temp table bo as select create_booking(tests.wish(tests.slot(100), jsonb_build_object('contact', tests.contact(1)))) as b;
grant all on bo to public;
select tests.as_owner();
create function tests.bo() returns uuid language sql stable set search_path = '' as $$ select (b ->> 'booking_id')::uuid from pg_temp.bo $$;
create function tests.move(p_days int) returns jsonb language sql set search_path = '' as $$
	select public.reschedule_booking(tests.bo(), tests.slot(p_days), (select b ->> 'access_token' from pg_temp.bo)) $$;
grant execute on all functions in schema tests to public;

select tests.as_anon();
select is(tests.move(101) ->> 'fee_cents', '0', 'Moving what is not confirmed is free');
select tests.as_user('admin@demo.test');
select is(record_payment(tests.bo(), '{"kind": "deposit", "method": "zelle", "amount_cents": 10000, "idempotency_key": "zelle-0001"}') ->> 'status', 'confirmed', 'The deposit is here');
select tests.as_anon();
select is(get_booking((select b ->> 'access_token' from bo)) ->> 'reschedule_fee_cents', '0', 'The first move of a confirmed booking is free');
select is(tests.move(102) ->> 'fee_cents', '0', 'as promised');
select ok(payment_page(tests.bo(), (select b ->> 'access_token' from bo)) -> 'policy' @> '{"free_reschedules_left": 0, "next_reschedule_cents": 5000}', 'The page says what the next one costs');
select is(tests.move(102) ->> 'fee_cents', '0', 'Where it is already it costs nothing');
select is(tests.move(103) ->> 'fee_cents', '5000', 'Moving again costs $50');
select tests.as_owner();
select ok((select (paid_cents, balance_due_cents, charges_cents, payment_status) = (5000, 50000, 5000, 'deposit_paid') from booking_balances where booking_id = tests.bo()), 'which is added to what is due');
select tests.as_user('manager.fremont@demo.test');
select is(reschedule_booking(tests.bo(), tests.slot(104)) ->> 'fee_cents', '0', 'Staff move it without a fee');
select tests.as_owner();
select is((select array[reschedule_count, own_reschedule_count] from bookings where id = tests.bo()), array[4, 2], 'and it is not counted as the customer''s');
insert into cancellation_policies (full_refund_days, free_reschedules, free_reschedule_hours, reschedule_fee_cents, note) values (7, 5, 48, 0, 'Moving is free from now on.');
select tests.as_anon();
select is(get_booking((select b ->> 'access_token' from bo)) ->> 'reschedule_fee_cents', '5000', 'A later policy does not touch it');
select tests.as_customer('bo@example.test');
select is(tests.code('insert into cancellation_policies (full_refund_days, free_reschedules, free_reschedule_hours, reschedule_fee_cents, note) values (0, 0, 0, 0, ''Everything is free.'')'), '42501', 'A customer can NOT make a policy');

select * from finish();
