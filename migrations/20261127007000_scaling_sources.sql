/*
  Scaling: what the panel says where nothing measures yet; the one limit of the workers' silence, a row that people edit, for both
  pages; and the flag scaling_dashboard.
  Tables: none of its own.
*/

update public.scaling_thresholds set missing = 'Comes with AI.' where panel = 'ai';
update public.scaling_thresholds set missing = 'Comes with a response cache: the guide says when it is worth one.'
	where metric in ('response_cache_hit', 'cache_evictions', 'cache_size');
update public.scaling_thresholds set missing = 'Neither an app nor a function has reported in the last five minutes.'
	where metric in ('request_p95', 'error_rate');
insert into public.scaling_thresholds (sort_order, panel, metric, label, unit, direction, warning, critical, guide, missing, advice)
values (125, 'cache', 'cache_entries', 'Response-cache entries', 'count', 'above', 50000, 100000, 'cache',
	'Comes with a response cache: the guide says when it is worth one.', 'Shorten what is kept, or give the cache more memory.');

/* Every queue now, how old the workers' last sign of life is, and from what age on they count as silent. */
create or replace function private.read_job_queues() returns jsonb
language plpgsql stable security definer -- pgboss is the workers' alone
set search_path = ''
as $$
begin
	perform private.require('jobs.read', 'You may not see the jobs.');
	return private.job_queues()
		|| jsonb_build_object('silent_after_seconds', (select critical from public.scaling_thresholds where metric = 'worker_age'));
end
$$;

/*
  {enabled, as_of, status, heartbeat_age_seconds, checked_at, metrics: [...], recommendations: [...]}; {enabled: false} alone while
  the flag scaling_dashboard is off. scaling.read.
*/
create or replace function public.scaling_health() returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
	if not private.flag('scaling_dashboard') then
		return jsonb_build_object('enabled', false);
	end if;
	return private.scaling_health() || jsonb_build_object('enabled', true);
end
$$;
