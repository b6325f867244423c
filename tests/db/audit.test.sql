select plan(25);

select set_config('request.headers', '{"x-request-id": "r-42", "x-forwarded-for": "203.0.113.9"}', true);
select tests.as_user('admin@demo.test');
update stations set min_notice_hours = 24 where slug = 'fremont';
select tests.as_owner();

select results_eq(
	$$select actor, actor_id, actor_roles, station_id, action, row_id, changes, request_id, address from audit_log
		where table_name = 'stations' and action = 'update'$$,
	$$select 'user:' || u, u, array['admin'], s, 'update', s::text, '{"min_notice_hours": {"old": 48, "new": 24}}'::jsonb, 'r-42', '203.0.113.9'
		from tests.user_id('admin@demo.test') u, tests.station('fremont') s$$,
	'A change is logged with who, which columns, old, new, request and address');
select is((select version from stations where slug = 'fremont'), 2, 'A change counts the row''s version up');
update stations set name = name where slug = 'fremont';
select is((select count(*)::int from audit_log where table_name = 'stations' and action = 'update'), 1, 'A write that changes nothing is not logged');

insert into station_start_times values (tests.station('fremont'), '10:00');
select is((select row_id from audit_log where table_name = 'station_start_times' and action = 'insert' order by id desc limit 1),
	tests.station('fremont') || ',10:00:00', 'A row with a composed key is named by all of it');
delete from station_start_times where start_time = '10:00';
select is((select changes -> 'start_time' ->> 'old' from audit_log where table_name = 'station_start_times' and action = 'delete' limit 1),
	'10:00:00', 'A deletion keeps what was deleted');

create table private.things (id int primary key, station_id uuid, access_token text, body text, name text);
select private.track('private.things');
insert into private.things values (1, tests.station('sacramento'), 's3cret', 'Dear Ana', 'x');
update private.things set access_token = 'other';
select is((select count(*)::int from audit_log where table_name = 'things' and changes::text ~ 's3cret|Dear Ana|other'), 0, 'Secrets and message texts are NOT logged');
select is((select count(*)::int from audit_log where table_name = 'things'), 2, 'That a secret changed is logged');
select is((select station_id from audit_log where table_name = 'things' limit 1), tests.station('sacramento'), 'An entry belongs to its row''s station');
select set_config('app.actor', 'webhook:stripe', true);
update private.things set name = 'y';
select is((select actor from audit_log where table_name = 'things' order by id desc limit 1), 'webhook:stripe', 'A webhook is an actor');

-- Append-only
select throws_ok('update audit_log set actor = null', 'PT403', null, 'The owner can NOT change the log');
select throws_ok('delete from audit_log', 'PT403', null, 'The owner can NOT delete from the log');
select throws_ok('truncate audit_log', 'PT403', null, 'The owner can NOT empty the log');
select tests.as_user('super_admin@demo.test');
select is(tests.code($$update audit_log set actor = ''$$), '42501', 'A super admin can NOT change the log');
select is(tests.code('delete from audit_log'), '42501', 'A super admin can NOT delete from the log');
select is(tests.code($$insert into audit_log (actor, action, table_name) values ('x', 'insert', 'x')$$), '42501', 'A super admin can NOT forge an entry');
select tests.as_service();
select is(tests.code('delete from audit_log'), '42501', 'The server''s key can NOT delete from the log');

-- Who reads it
select tests.as_user('super_admin@demo.test');
select ok((select count(distinct coalesce(station_id::text, '')) > 2 from audit_log), 'Head office CAN read all of the log');
select tests.as_user('manager.fremont@demo.test');
select set_eq('select distinct station_id from audit_log', $$select tests.station('fremont')$$, 'A manager CAN read the own station''s log only');
select tests.as_user('chef.fremont@demo.test');
select is_empty('select id from audit_log', 'A chef can NOT read the log');
select tests.as_anon();
select is(tests.code('select id from audit_log'), '42501', 'A visitor can NOT read the log');

-- Partitions
select tests.as_owner();
select is(private.ensure_audit_partitions(3), 0, 'The months ahead are there');
insert into audit_log (actor, action, table_name, occurred_at) values ('system', 'insert', 'far_off', now() + interval '5 months');
select is((select count(*)::int from private.audit_log_default), 1, 'What no month takes is caught');
select is(private.ensure_audit_partitions(5), 2, 'Missing months are made');
select is((select count(*)::int from private.audit_log_default), 0, 'What was caught moves to its month once that is made');
select is((select count(*)::int from audit_log where table_name = 'far_off'), 1, 'Nothing is lost by moving');

select * from finish();
