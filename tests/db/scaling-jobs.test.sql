select plan(14);

/* A job that was given up, as pg-boss leaves it. */
create function pg_temp.dead(p_queue text, p_data jsonb, p_key text default null) returns uuid language sql as $$
	insert into pgboss.job (name, data, singleton_key, policy, source_name, source_retry_count, source_output, source_created_on)
	values (p_queue || '-dead', p_data, p_key, 'standard', p_queue, 12, '{"reason": "The mail server said no."}', now())
	returning id
$$;
delete from pgboss.job;
select private.enqueue('lead-follow-up', '{"lead_id": "0190a000-0000-7000-8000-000000000001"}');
update pgboss.job set start_after = now() - interval '90 seconds';
select private.enqueue('lead-follow-up', '{}', now() + interval '1 hour', 'later');
create temp table given_up as
	select pg_temp.dead('booking-notify', '{"v": 1, "kind": "confirmed", "booking_id": "0190a000-0000-7000-8000-000000000002", "email": "ana@example.test"}', 'k') as id;
grant select on given_up to public;
create function pg_temp.queue(p_name text) returns jsonb language sql as $$
	select q from jsonb_array_elements(job_queues() -> 'queues') q where q ->> 'queue' = p_name
$$;
insert into private.heartbeats (name, beat_at) values ('jobs', now() - interval '130 seconds')
	on conflict (name) do update set beat_at = excluded.beat_at;
grant execute on all functions in schema pg_temp to public;

select tests.as_user('admin@demo.test');
select is(pg_temp.queue('lead-follow-up') - array['last_done_at', 'queue'],
	'{"due": 1, "later": 1, "dead": 0, "active": 0, "failed": 0, "retrying": 0, "oldest_due_seconds": 90}',
	'A queue is shown with what is due, what comes later and how long the oldest has waited');
select is(pg_temp.queue('booking-notify') ->> 'dead', '1', 'What was given up is counted with the queue it came from');
select ok((job_queues() ->> 'heartbeat_age_seconds')::int between 130 and 200, 'The workers'' last sign of life ages without them');
select is(dead_jobs() #>> '{0,reason}', 'The mail server said no.', 'A dead job says why');
select is(dead_jobs() #> '{0,payload}', '{"kind": "confirmed", "booking_id": "0190a000-0000-7000-8000-000000000002"}',
	'Of a payload only what names a thing is shown');
select is(dead_jobs('lead-follow-up'), '[]', 'Dead jobs can be asked for by queue');

select tests.as_user('manager.fremont@demo.test');
select is(tests.code('select job_queues()'), 'NOT_ALLOWED', 'A manager can NOT see the queues');
select is(tests.code('select dead_jobs()'), 'NOT_ALLOWED', 'A manager can NOT see dead jobs');
select is(tests.code('select retry_dead_job(id) from given_up'), 'NOT_ALLOWED', 'A manager can NOT retry a job');
select tests.as_anon();
select is(tests.code('select job_queues()'), '42501', 'A visitor can NOT see the queues');

select tests.as_user('admin@demo.test');
select is((select retry_dead_job(id) from given_up), 1, 'An admin CAN retry a dead job');
select is((select retry_dead_job(id) from given_up), 0, 'A job is retried once, however often the button is pressed');
select tests.as_owner();
select is((select data - 'v' from pgboss.job where name = 'booking-notify' and state = 'created'),
	'{"kind": "confirmed", "booking_id": "0190a000-0000-7000-8000-000000000002", "email": "ana@example.test"}',
	'A retried job waits in its queue with all it had');
select is((select actor from audit_log where table_name = 'jobs' and row_id = (select id::text from given_up)),
	'user:' || tests.user_id('admin@demo.test'), 'Who retried is in the audit');

select * from finish();
