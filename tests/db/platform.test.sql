select plan(34);

-- Ids and normalising
select is(substr(private.uuid_v7()::text, 15, 1), '7', 'Ids are UUIDs of version 7');
select ok((select array_agg(id order by n) = array_agg(id order by id) from (
	select n, private.uuid_v7() as id, pg_sleep(0.00002) from generate_series(1, 50) n order by n) made), 'Ids come in order');
select is(private.normal_email('  Ana@Example.COM '), 'ana@example.com', 'An e-mail address is trimmed and lower case');
select is(private.normal_email('ana@localhost'), null, 'An address without a domain is none');
select is(private.normal_email('a b@example.com'), null, 'An address with a space is none');
select is(private.e164('(510) 555-0101'), '+15105550101', 'Ten digits are a US number');
select is(private.e164('1-510-555-0101'), '+15105550101', 'Eleven digits with 1 are a US number');
select is(private.e164('+44 20 7946 0958'), '+442079460958', 'A number with + keeps its country');
select is(private.e164('555-0101'), null, 'Seven digits are no number');
select is(private.e164('+1 510'), null, 'Too short a number is none');
select is(private.e164('call me'), null, 'Words are no number');
select is(private.zip5(' 94538-1234 '), '94538', 'ZIP+4 is read as its ZIP');
select is(private.zip5('9453a'), null, 'Letters are no ZIP');

-- Distance
select ok(abs(private.road_miles(37.5308, -121.9712, 38.5804, -121.4922) - 92.9) < 2, 'Road miles are the great circle × 1.2');
select is(private.drive_minutes(3), 30, 'A drive takes at least 30 minutes');
select is(private.drive_minutes(42), 84, 'A drive goes at 30 miles an hour');

-- Refusals
select is(private.refuse('TOO_SOON', 422, 'Soon.', '{"a": 1}', 'Wait.'),
	'{"code": "TOO_SOON", "message": "Soon.", "details": {"a": 1}, "hint": "Wait."}', 'A refusal has code, message, details, hint');
select is(current_setting('response.status'), '422', 'A refusal sets the status that PostgREST answers with');
select throws_ok($$select private.fail('NOT_FOUND', 404, 'There is no such booking.')$$, 'PT404', 'There is no such booking.', 'A failure is raised as PT<status>');
select is(tests.code($$select private.fail('NOT_FOUND', 404, 'There is none.', '{"id": 1}')$$), 'NOT_FOUND', 'A failure names its code in the details');

-- Rate limits
select is((select array_agg(private.rate_limit('test', 'somebody', 2, '1 minute') order by n) from generate_series(1, 3) n), array[true, true, false], 'The call beyond the limit is refused');
select ok(private.rate_limit('test', 'somebody else', 2, '1 minute'), 'Another caller has a limit of their own');
update private.rate_limits set window_started_at = window_started_at - interval '2 minutes';
select ok(private.rate_limit('test', 'somebody', 2, '1 minute'), 'A new window forgives');
select is((select count(*)::int from private.rate_limits where key_hash like '%somebody%'), 0, 'No caller is stored in clear');

-- Request and actor
select set_config('request.headers', '{"x-forwarded-for": "203.0.113.9, 10.0.0.1", "x-request-id": "r-1"}', true);
select is(private.client_address(), '203.0.113.9', 'The caller''s address is the first that the gateway forwards');
select set_config('request.headers', '{"x-forwarded-for": "<script>"}', true);
select is(private.client_address(), null, 'What is no address is none');
select is(private.current_actor(), 'system', 'Without a caller the system acts');
select set_config('app.actor', 'job:booking-hold-expire', true);
select is(private.current_actor(), 'job:booking-hold-expire', 'A job names itself');
select tests.as_user('admin@demo.test');
select set_config('role', 'none', true);
select is(private.current_actor(), 'user:' || tests.user_id('admin@demo.test'), 'A person can NOT act under a job''s name');
select tests.as_owner();

-- Flags
select is(private.flag('loyalty_program'), false, 'A flag is as it was switched');
insert into private.settings (key, value) values ('feature.loyalty_program', 'true');
select is(private.flag('loyalty_program'), true, 'The environment overrides a flag');
select is(private.flag('no_such_flag'), false, 'An unknown flag is off');
select is((select count(*)::int from feature_flags), 46, 'Every flag of the product is there');
select tests.as_anon();
select is((site_catalog() -> 'flags' ->> 'loyalty_program')::boolean, true, 'Visitors CAN read the flags in force');

select * from finish();
