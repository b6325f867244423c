/*
  Scaling: the jobs page. What stands in the queues, what was given up after all retries, and another try for it. The tables of
  pg-boss stay the workers' alone; these functions show of them what staff need.
  Tables: none of its own.
*/

/*
  Every queue now, and how old the workers' last sign of life is. The age is reckoned here, at the time of reading, so that a
  dead worker, who can't tell, is seen.
*/
create function private.job_queues() returns jsonb
language sql stable security definer -- pgboss is the workers' alone
set search_path = ''
as $$
	with standing as (
		select u.name as queue,
			count(j.id) filter (where j.state < 'active' and j.start_after <= now()) as due,
			count(j.id) filter (where j.state < 'active' and j.start_after > now()) as later,
			count(j.id) filter (where j.state = 'active') as active,
			count(j.id) filter (where j.state = 'failed' and j.completed_on > now() - interval '1 day') as failed,
			count(j.id) filter (where j.state = 'retry') as retrying,
			(select count(*) from pgboss.job d where d.name = u.dead_letter and d.state < 'active') as dead,
			round(extract(epoch from now() - min(j.start_after) filter (where j.state < 'active' and j.start_after <= now()))) as oldest_due_seconds,
			max(j.completed_on) filter (where j.state = 'completed') as last_done_at
		from pgboss.queue u
		left join pgboss.job j on j.name = u.name
		where u.dead_letter is not null
		group by u.name, u.dead_letter
	)
	select jsonb_build_object(
		'as_of', now(),
		'heartbeat_age_seconds', (
			select round(extract(epoch from clock_timestamp() - beat_at)) from private.heartbeats where name = 'jobs'),
		'queues', (select coalesce(jsonb_agg(to_jsonb(s) order by s.queue), '[]') from standing s)
	)
$$;

/* Raises NOT_ALLOWED unless the caller holds the permission for all stations. */
create function private.require(p_permission text, p_message text) returns void
language plpgsql stable
set search_path = ''
as $$
begin
	if not private.has_permission_everywhere(p_permission) then
		perform private.fail('NOT_ALLOWED', 403, p_message, null, 'Ask a super admin.');
	end if;
end
$$;

create function private.read_job_queues() returns jsonb
language plpgsql stable security definer -- pgboss is the workers' alone
set search_path = ''
as $$
begin
	perform private.require('jobs.read', 'You may not see the jobs.');
	return private.job_queues();
end
$$;

/*
  What was given up, newest first. Of a payload only what names a thing is shown (ids, kinds, dates): the rest may be more than
  its reader should see.
*/
create function private.dead_jobs(p_queue text, p_limit integer) returns jsonb
language plpgsql stable security definer -- pgboss is the workers' alone
set search_path = ''
as $$
begin
	perform private.require('jobs.read', 'You may not see the jobs.');
	return (select coalesce(jsonb_agg(to_jsonb(d) order by d.died_at desc, d.id), '[]')
	from (
		select j.id, u.name as queue, j.created_on as died_at, j.source_created_on as enqueued_at, j.source_retry_count as retries,
			left(coalesce(j.source_output ->> 'reason', j.source_output ->> 'message', j.source_output #>> '{value,message}',
				'The worker stopped before it could say why.'), 500) as reason,
			(select coalesce(jsonb_object_agg(e.key, e.value), '{}') from jsonb_each_text(j.data) e
				where e.key like '%\_id' or e.key in ('kind', 'date', 'level')) as payload
		from pgboss.queue u
		join pgboss.job j on j.name = u.dead_letter and j.state < 'active'
		where p_queue is null or u.name = p_queue
		order by j.created_on desc, j.id
		limit least(greatest(p_limit, 1), 200)
	) d);
end
$$;

/* Puts jobs back from their dead letter queues: one by its id, or all of a queue. Answers how many. */
create function private.retry_dead_jobs(p_job_id uuid, p_queue text) returns integer
language plpgsql security definer -- pgboss is the workers' alone
set search_path = ''
as $$
declare
	v_job record;
	v_count integer := 0;
begin
	perform private.require('jobs.manage', 'You may not retry jobs.');
	for v_job in
		select j.id, j.data, j.singleton_key, u.name as queue
		from pgboss.queue u
		join pgboss.job j on j.name = u.dead_letter and j.state < 'active'
		where (j.id = p_job_id or p_job_id is null) and (u.name = p_queue or p_queue is null)
		order by j.created_on, j.id
		limit 1000
		for update of j skip locked
	loop
		-- Of one key one job waits at most; where one does already, this one is done by it.
		perform private.enqueue(v_job.queue, v_job.data, now(), v_job.singleton_key);
		delete from pgboss.job where id = v_job.id and name = v_job.queue || '-dead';
		insert into public.audit_log (actor, actor_id, action, table_name, row_id, changes)
		values (private.current_actor(), auth.uid(), 'update', 'jobs', v_job.id::text,
			jsonb_build_object('state', jsonb_build_object('old', 'dead', 'new', 'created'),
				'queue', jsonb_build_object('old', v_job.queue, 'new', v_job.queue)));
		v_count := v_count + 1;
	end loop;
	return v_count;
end
$$;

-- The API's functions ------------------------------------------------------------------------------------------------------

/* {as_of, heartbeat_age_seconds, queues: [{queue, due, later, active, retrying, failed, dead, oldest_due_seconds, last_done_at}]}; jobs.read. */
create function public.job_queues() returns jsonb
language sql stable
set search_path = ''
as $$
	select private.read_job_queues()
$$;

/* [{id, queue, died_at, enqueued_at, retries, reason, payload}], newest first, of one queue or all; jobs.read. */
create function public.dead_jobs(p_queue text default null, p_limit integer default 100) returns jsonb
language sql stable
set search_path = ''
as $$
	select private.dead_jobs(p_queue, p_limit)
$$;

/* Tries a dead job again; 0 where somebody else already did. jobs.manage. */
create function public.retry_dead_job(p_job_id uuid) returns integer
language sql volatile
set search_path = ''
as $$
	select private.retry_dead_jobs(p_job_id, null)
	where p_job_id is not null
$$;

/* Tries every dead job of a queue again, 1,000 at a time; answers how many. jobs.manage. */
create function public.retry_dead_queue(p_queue text) returns integer
language sql volatile
set search_path = ''
as $$
	select private.retry_dead_jobs(null, p_queue)
	where p_queue is not null
$$;

revoke execute on function private.job_queues(), private.require(text, text), private.read_job_queues(),
	private.dead_jobs(text, integer), private.retry_dead_jobs(uuid, text) from public, anon, authenticated;
grant execute on function private.read_job_queues(), private.dead_jobs(text, integer), private.retry_dead_jobs(uuid, text)
	to authenticated;
revoke execute on function public.job_queues(), public.dead_jobs(text, integer), public.retry_dead_job(uuid),
	public.retry_dead_queue(text) from public, anon;
grant execute on function public.job_queues(), public.dead_jobs(text, integer), public.retry_dead_job(uuid),
	public.retry_dead_queue(text) to authenticated;
