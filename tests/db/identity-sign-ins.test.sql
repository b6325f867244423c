select plan(19);

create function pg_temp.wrong(p_email text, p_times integer) returns void language sql as $$
	select record_sign_in(p_email, 'wrong_password', 'a browser') from generate_series(1, p_times)
$$;
create function pg_temp.allowed(p_email text) returns boolean language sql as $$
	select (sign_in_allowed(p_email) ->> 'allowed')::boolean
$$;
/* Calls come from this address. */
create function pg_temp.come_from(p_address text) returns text language sql as $$
	select set_config('request.headers', jsonb_build_object('x-forwarded-for', p_address)::text, true)
$$;
grant execute on all functions in schema pg_temp to public;
delete from private.settings where key = 'rate_limits';

-- The lock of an e-mail
select tests.as_anon();
select pg_temp.come_from('203.0.113.1');
select pg_temp.wrong('support@demo.test', 4);
select ok(pg_temp.allowed('support@demo.test'), 'Four wrong passwords do not lock');
select pg_temp.wrong(' Support@demo.test', 1);
select ok(not pg_temp.allowed('support@demo.test'), 'The fifth wrong password locks the e-mail, however it is typed');
select ok((sign_in_allowed('support@demo.test') ->> 'locked_until')::timestamptz between clock_timestamp() + interval '14 minutes' and clock_timestamp() + interval '15 minutes', 'A lock ends 15 minutes after the last failure');
select ok(pg_temp.allowed('admin@demo.test'), 'The lock of an e-mail locks no other');
select pg_temp.wrong('nobody.at.all@example.test', 5);
select ok(not pg_temp.allowed('nobody.at.all@example.test'), 'An e-mail without an account locks the same way');
select tests.as_owner();
update login_history set occurred_at = occurred_at - interval '16 minutes';
select tests.as_anon();
select ok(pg_temp.allowed('support@demo.test'), 'After 15 minutes it may be tried again');
select pg_temp.wrong('support@demo.test', 4);
select tests.as_user('support@demo.test');
select record_sign_in('support@demo.test', 'password', 'a browser');
select pg_temp.wrong('support@demo.test', 1);
select ok(pg_temp.allowed('support@demo.test'), 'A success forgives the failures before it');

-- The lock of an address
select tests.as_anon();
select pg_temp.come_from('203.0.113.2');
select pg_temp.wrong('person' || n || '@example.test', 1) from generate_series(1, 19) n;
select ok(pg_temp.allowed('admin@demo.test'), 'Nineteen failures of an address do not lock it');
select pg_temp.wrong('person20@example.test', 1);
select ok(not pg_temp.allowed('admin@demo.test'), 'The twentieth locks the address for every e-mail');
select pg_temp.wrong('admin@demo.test', 5);
select pg_temp.come_from('203.0.113.3');
select ok(pg_temp.allowed('admin@demo.test'), 'An address that is locked can NOT lock other people''s e-mails');

-- What is kept
select is(tests.code($$select record_sign_in('admin@demo.test', 'password')$$), 'NOT_ALLOWED', 'Who is not signed in can NOT claim a success');
select is(tests.code($$select record_sign_in('admin@demo.test', 'locked')$$), 'INVALID_REQUEST', 'Nobody CAN say that an e-mail is locked');
select is(tests.code('select id from login_history'), '42501', 'A visitor can NOT read the history');
select tests.as_user('support@demo.test');
select set_eq('select distinct user_id from login_history', $$select tests.user_id('support@demo.test')$$, 'A person CAN read the own history only');
select results_eq($$select success, reason, address, agent from login_history where success$$, $$values (true, 'password', '203.0.113.1', 'a browser')$$, 'An entry has time, address, agent and reason');
select is(tests.code('select email_hash from login_history'), '42501', 'Nobody CAN read what e-mails were typed');
select is(tests.code('delete from login_history'), '42501', 'Nobody CAN delete the own history');
select tests.as_user('super_admin@demo.test');
select ok((select count(distinct user_id) from login_history) > 1, 'A super admin CAN read everybody''s history');
select tests.as_user('admin@demo.test');
select is_empty($$select id from login_history where user_id <> tests.user_id('admin@demo.test')$$, 'An admin can NOT read others'' history');

select * from finish();
