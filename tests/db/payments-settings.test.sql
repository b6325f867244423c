select plan(17);

delete from realtime.messages; -- of the seeds
select tests.as_anon();
create temp table bo as select create_booking(tests.wish(tests.slot(100))) as b;
grant all on bo to public;
create function pg_temp.page() returns jsonb language sql as $$
	select payment_page((select (b ->> 'booking_id')::uuid from bo), (select b ->> 'access_token' from bo)) $$;
select is(tests.code('select * from payment_settings'), '42501', 'A visitor can NOT read the settings');
select ok(pg_temp.page() #>> '{manual,zelle}' like '%by Zelle%', 'but is told how to pay');

select tests.as_user('manager.fremont@demo.test');
select is((select count(*)::int from payment_settings), 1, 'A manager CAN read them');
select is(tests.touched($$update payment_settings set zelle = 'Send it to me, please.'$$), 0, 'and can NOT change them');
select tests.as_user('support@demo.test');
select is(tests.touched($$update payment_settings set zelle = 'Send it to me, please.'$$), 0, 'nor can support');

select tests.as_user('admin@demo.test');
select is(tests.touched($$update payment_settings set zelle = 'pay@myhibachi.test, with your reference.', venmo = null, fee_note = null, balance_days = 1$$), 1, 'Head office CAN change them');
select is(tests.code($$insert into payment_settings (id) values (2)$$), '42501', 'but can NOT make a second row');
select is(tests.code($$delete from payment_settings$$), '42501', 'nor none');
select is(tests.code($$update payment_settings set zelle = ' '$$), '23514', 'Instructions of nothing can NOT be written');
select is(tests.code($$update payment_settings set balance_days = 91$$), '23514', 'nor a balance that is open for ever');
select tests.as_owner();
select is(pg_temp.page() -> 'balance_days', '1', 'The page says for how long');
select is((select actor from audit_log where table_name = 'payment_settings' and action = 'update' order by occurred_at desc, id desc limit 1),
	'user:' || tests.user_id('admin@demo.test'), 'The change is in the audit with who made it');
select is((select count(*)::int from realtime.messages where topic = 'staff:payments' and event = 'payment_settings_changed'), 1, 'and open pages hear of it, once');

select tests.as_anon();
select is(pg_temp.page() #>> '{manual,zelle}', 'pay@myhibachi.test, with your reference.', 'A customer reads the new text');
select is(pg_temp.page() -> 'manual' -> 'venmo', 'null', 'and is not offered what is empty');
select tests.as_owner();
update chef_reservations set event_at = now() - interval '25 hours', period = tstzrange(now() - interval '27 hours', now() - interval '22 hours')
	where booking_id = (select (b ->> 'booking_id')::uuid from bo) and released_at is null;
update bookings set status = 'confirmed', hold_expires_at = null, confirmed_at = now(), event_at = now() - interval '25 hours', event_ends_at = now() - interval '23 hours'
	where id = (select (b ->> 'booking_id')::uuid from bo);
select tests.as_anon();
select is(pg_temp.page() ->> 'why_not', 'TOO_LATE', 'The balance is closed when its days are over');
select is(pg_temp.page() ->> 'why_not_message', 'Paying online ends 1 day after the dinner.', 'which the page says');
select * from finish();
