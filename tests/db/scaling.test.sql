select plan(50);

-- Measuring, for real
select ok((select value > 0 from private.measure_scaling() where metric = 'db_size'), 'The size of the database is measured');
select is((select value::bigint from private.measure_scaling() where metric = 'db_bookings'), (select count(*) from bookings), 'Bookings are counted');
select is((select array_agg(metric order by metric) from private.measure_scaling() where metric in ('request_p95', 'error_rate', 'people_online')), null, 'Without a report nothing is said of requests');
insert into private.request_reports (service, process, buckets, errors, people, memory_percent, cpu_percent) values
	('app', '0190a000-0000-7000-8000-00000000000a', '{0,0,0,0,0,0,0,0,0,0,0,0,0}', 0, 4, 50, 20),
	('functions', '0190a000-0000-7000-8000-00000000000f', '{0,0,0,0,90,10,0,0,0,0,0,0,0}', 3, 0, null, null);
select is((select array_agg((metric, value)::text order by metric) from private.measure_scaling() where metric in ('request_p95', 'error_rate', 'people_online', 'memory', 'cpu')),
	'{"(cpu,20)","(error_rate,3.00)","(memory,50)","(people_online,4)","(request_p95,150.0)"}', 'Edge functions count like the apps; what they can''t know they leave to them');
select is((select critical < 120 from scaling_thresholds where metric = 'worker_age'), true, 'A dead worker shows within two minutes');
select is_empty($$select metric from private.measure_scaling() where metric like 'ai%' or metric like '%cache%'$$, 'What has no source has no figure');

/* The database is quiet: figures are what the test says. */
create temp table figure (metric text primary key, value numeric);
create or replace function private.measure_scaling() returns table (metric text, value numeric)
language sql stable set search_path = '' as $$ select f.metric, f.value from pg_temp.figure f $$;
create function pg_temp.measured(p_metric text, p_value numeric) returns void language sql as $$
	delete from figure where metric = p_metric;
	insert into figure values (p_metric, p_value);
	select private.scaling_check('2026-07-01 03:00+00')
$$;
create function pg_temp.alerts() returns text[] language sql as $$
	select coalesce(array_agg(kind || coalesce(' ' || level, '') order by id), '{}') from scaling_alerts
$$;
grant select on figure to public;

-- Thresholds
select is((select count(*)::int from scaling_thresholds where panel = 'database'), 6, 'The database has six metrics');
select is(private.scaling_level(70, 'above', 70, 90), 'warning', 'A threshold that is reached is breached');
select is(private.scaling_level(59.9, 'below', 80, 60), 'critical', 'A hit rate is worse when lower');
select is(private.scaling_level(null, 'above', 70, 90), 'unknown', 'No figure is no level');
select throws_ok($$update scaling_thresholds set critical = 1 where metric = 'db_size'$$, '23514', null, 'A critical threshold can NOT lie before its warning');

-- Breach, level, recovery
select pg_temp.measured('queue_depth', 50);
select is(pg_temp.alerts(), '{}', 'Within the limits nothing is said');
select pg_temp.measured('queue_depth', 120);
select pg_temp.measured('queue_depth', 130);
select is(pg_temp.alerts(), '{"breach warning"}', 'A breach is told once, not at each check');
select pg_temp.measured('queue_depth', 600);
select pg_temp.measured('queue_depth', 130);
select pg_temp.measured('queue_depth', 600);
select is(pg_temp.alerts(), '{"breach warning","breach critical"}', 'Each level is told once');
select is((select (level, value, threshold)::text from scaling_recommendations), '(critical,600,500)', 'The recommendation says how it stands');
select is((select message from scaling_alerts where level = 'critical'), 'Critical: Jobs due and waiting is 600, the limit is 500. Start another jobs worker.',
	'A message says what, how much, the limit and what to do');
delete from figure;
select private.scaling_check('2026-07-01 03:00+00');
select is((select status from scaling_recommendations), 'open', 'Silence is no recovery');
select pg_temp.measured('queue_depth', 3);
select is(pg_temp.alerts(), '{"breach warning","breach critical","recovery critical"}', 'Recovery says so');
select is((select status from scaling_recommendations), 'resolved', 'What is over is resolved');
select pg_temp.measured('queue_depth', 120);
select is((select count(*)::int from scaling_alerts where kind = 'breach' and level = 'warning'), 2, 'The next breach is told again');
select is((select count(*)::int from pgboss.job where name = 'scaling-alert'), 4, 'Each message is a job');
select is((select count(*)::int from scaling_metrics where metric = 'queue_depth'), 1, 'A moment has one figure');

-- Snooze and acknowledge
create function pg_temp.open_id() returns uuid language sql security definer as $$ select id from public.scaling_recommendations where status <> 'resolved' $$;
grant execute on all functions in schema pg_temp to public;
select tests.as_user('manager.fremont@demo.test');
select is(tests.code('select snooze_recommendation(pg_temp.open_id())'), 'NOT_ALLOWED', 'A manager can NOT snooze');
select is(tests.code('select scaling_health()'), 'NOT_ALLOWED', 'A manager can NOT see scaling health');
select is_empty('select * from scaling_recommendations', 'A manager can NOT read recommendations');
select tests.as_user('admin@demo.test');
select snooze_recommendation(pg_temp.open_id());
select is((select snoozed_until::date from scaling_recommendations where status = 'snoozed'), (now() + interval '7 days')::date, 'A snooze lasts 7 days unless said otherwise');
select tests.as_owner();
select pg_temp.measured('queue_depth', 700);
select is((select count(*)::int from scaling_alerts), 4, 'What is snoozed is not told, worse or not');
update scaling_recommendations set snoozed_until = now() - interval '1 second' where status = 'snoozed';
select pg_temp.measured('queue_depth', 700);
select is((select status from scaling_recommendations where status <> 'resolved'), 'open', 'A snooze ends');
select is((select count(*)::int from scaling_alerts), 5, 'After it the level that was not told is told');
select tests.as_user('admin@demo.test');
select acknowledge_recommendation(pg_temp.open_id());
select is((select acknowledged_by from scaling_recommendations where status = 'acknowledged'), tests.user_id('admin@demo.test'), 'Who acknowledged is kept');
select is(tests.code('select snooze_recommendation(gen_random_uuid())'), 'NOT_FOUND', 'What has resolved can NOT be snoozed');
select is(tests.touched($$update scaling_thresholds set warning = 90 where metric = 'queue_depth'$$), 1, 'An admin CAN change a threshold');
select is(tests.touched($$update scaling_thresholds set label = 'x' where metric = 'queue_depth'$$), null, 'An admin can NOT change what is measured');
select is(scaling_health() ->> 'status', 'critical', 'The overall status is the worst of all');
select is((select m ->> 'missing' from jsonb_array_elements(scaling_health() -> 'metrics') m where m ->> 'metric' = 'ai_cost_month'),
	'Comes with AI.', 'What nothing measures says so instead of a figure');
select is((scaling_health() ->> 'enabled')::boolean, true, 'Scaling health is on as it comes');
select tests.as_owner();
update feature_flags set enabled = false where key = 'scaling_dashboard';
select tests.as_user('admin@demo.test');
select is(scaling_health(), '{"enabled": false}', 'With its flag off it measures nothing and says so');
select tests.as_owner();
update feature_flags set enabled = true where key = 'scaling_dashboard';
select tests.as_user('admin@demo.test');
select is((job_queues() ->> 'silent_after_seconds')::int, 105, 'The jobs page has the same limit of silence');
select tests.as_owner();
select is((select count(*)::int from pgboss.job where name = 'scaling-check' and state = 'created'), 1, 'A changed threshold is checked at once');
select tests.as_user('support@demo.test');
select is(tests.touched($$update scaling_thresholds set warning = 80 where metric = 'queue_depth'$$), 0, 'Support can NOT change a threshold');
select tests.as_owner();

-- The daily summary
select ok(not private.scaling_summary('2026-07-01 15:59+00'), 'Before nine in the morning there is no summary');
select ok(private.scaling_summary('2026-07-01 16:00+00'), 'In summer nine o''clock is 16:00 UTC');
select ok(not private.scaling_summary('2026-07-01 17:00+00'), 'A day has one summary');
select ok(not private.scaling_summary('2026-12-01 16:00+00'), 'In winter 16:00 UTC is eight o''clock');
select ok(private.scaling_summary('2026-12-01 17:00+00'), 'In winter nine o''clock is 17:00 UTC');
select ok(not private.scaling_summary('2026-12-02 21:00+00'), 'After noon it is no morning summary');

-- Reports of the apps
insert into private.settings (key, value) values ('metrics_token_sha256', encode(sha256('secret'), 'hex'))
	on conflict (key) do update set value = excluded.value;
select tests.as_anon();
select is(tests.code($$select record_metrics('wrong', '{}')$$), 'NOT_ALLOWED', 'A report needs the token');
select is(tests.code($$select record_metrics('secret', '{"service": "app"}')$$), 'INVALID_REQUEST', 'A report that is none is refused');
select is(tests.code($$select record_metrics('secret', '{"service": "app", "process": "0190a000-0000-7000-8000-000000000001",
	"buckets": [0,0,0,0,90,10,0,0,0,0,0,0,0], "errors": 1, "people": 3, "memory_percent": 12.5, "cpu_percent": 3}')$$), null, 'A report with the token is taken');
select tests.as_owner();
select is(private.histogram_quantile('{0,0,0,0,90,10,0,0,0,0,0,0,0}', 0.95), 150.0, 'p95 lies in the bucket of the 95th of 100');

select * from finish();
