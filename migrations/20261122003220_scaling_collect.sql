/*
  Scaling: measuring. Each figure comes from where it arises: pg_stat_*, the tables of pg-boss, the workers' heartbeat, what the
  servers of both apps count and report each minute. What has no source here has no figure, never an invented one.
  Tables: none of its own.
*/

/* The time in ms under which p_share of the requests stayed, by straight line within a bucket; null without requests. */
create function private.histogram_quantile(p_buckets bigint[], p_share numeric) returns numeric
language plpgsql immutable
set search_path = ''
as $$
declare
	v_bounds constant numeric[] := '{0, 5, 10, 25, 50, 100, 200, 350, 500, 750, 1000, 2000, 5000, 10000}';
	v_wanted numeric := (select sum(b) from unnest(p_buckets) b) * p_share;
	v_before numeric := 0;
begin
	if coalesce(v_wanted, 0) = 0 then
		return null;
	end if;
	for i in 1 .. cardinality(p_buckets) loop
		if v_before + p_buckets[i] >= v_wanted then
			return round(v_bounds[i] + (v_bounds[i + 1] - v_bounds[i]) * (v_wanted - v_before) / p_buckets[i], 1);
		end if;
		v_before := v_before + p_buckets[i];
	end loop;
	return null;
end
$$;

/*
  What a server process counted since its last report. The apps hold no secret key of the API; they have a token of their own
  that opens this function and nothing else. Its SHA-256 is the setting metrics_token_sha256.
*/
create function private.record_metrics(p_token text, p_report jsonb) returns void
language plpgsql volatile security definer -- the token's hash and the reports are nobody's to read
set search_path = ''
as $$
begin
	if private.setting('metrics_token_sha256') is distinct from encode(sha256(convert_to(coalesce(p_token, ''), 'UTF8')), 'hex') then
		perform private.fail('NOT_ALLOWED', 403, 'This token may not report metrics.', null, 'Set METRICS_TOKEN as docs/deploy.md says.');
	end if;
	insert into private.request_reports (service, process, buckets, errors, people, memory_percent, cpu_percent)
	values (p_report ->> 'service', (p_report ->> 'process')::uuid,
		array(select b::integer from jsonb_array_elements_text(p_report -> 'buckets') b), (p_report ->> 'errors')::integer,
		(p_report ->> 'people')::integer, (p_report ->> 'memory_percent')::numeric, (p_report ->> 'cpu_percent')::numeric);
exception when check_violation or not_null_violation or invalid_text_representation or numeric_value_out_of_range then
	perform private.fail('INVALID_REQUEST', 422, 'That is no report of metrics.', '{"fields": {"p_report": "See kit/server/metrics.ts."}}', null);
end
$$;

create function public.record_metrics(p_token text, p_report jsonb) returns void
language sql volatile
set search_path = ''
as $$
	select private.record_metrics(p_token, p_report)
$$;

/* Keeps the latest figure of what only another process knows. */
create function private.record_sample(p_metric text, p_value numeric) returns void
language sql volatile
set search_path = ''
as $$
	insert into private.scaling_samples (metric, value, measured_at) values (p_metric, p_value, now())
	on conflict (metric) do update set value = excluded.value, measured_at = excluded.measured_at
$$;

/* Counters of the database that only grow, where it has them: (metric, part, total). */
create function private.scaling_counter_readings() returns table (metric text, part numeric, total numeric)
language plpgsql stable
set search_path = ''
as $$
declare
	v_statements text := (
		select n.nspname from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
		where e.extname = 'pg_stat_statements');
begin
	return query select 'buffer_hit', d.blks_hit::numeric, (d.blks_hit + d.blks_read)::numeric
		from pg_catalog.pg_stat_database d where d.datname = current_database() and d.blks_hit + d.blks_read > 0;
	if v_statements is not null then
		begin
			return query execute format(
				'select %L::text, coalesce(sum(calls) filter (where mean_exec_time > 100), 0)::numeric, coalesce(sum(calls), 0)::numeric from %I.pg_stat_statements',
				'db_slow_queries', v_statements);
		exception when object_not_in_prerequisite_state then
			null; -- the extension is made, its library isn't loaded
		end;
	end if;
end
$$;

/* p95 over all calls of each statement's mean time, by pg_stat_statements; null where it isn't there. */
create function private.statement_p95() returns numeric
language plpgsql stable
set search_path = ''
as $$
declare
	v_schema text := (
		select n.nspname from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
		where e.extname = 'pg_stat_statements');
	v_value numeric;
begin
	if v_schema is null then
		return null;
	end if;
	execute format('
		select mean::numeric from (
			select mean_exec_time as mean, sum(calls) over (order by mean_exec_time) as upto, sum(calls) over () as calls
			from %I.pg_stat_statements where dbid = (select oid from pg_catalog.pg_database where datname = current_database())
		) s where upto >= calls * 0.95 order by mean limit 1', v_schema) into v_value;
	return round(v_value, 1);
exception when object_not_in_prerequisite_state then
	return null;
end
$$;

/* Everything that can be measured now. A metric without a source has no row. */
create function private.measure_scaling() returns table (metric text, value numeric)
language plpgsql stable
set search_path = ''
as $$
declare
	-- One process, one connection: what it says of connections means nothing.
	v_embedded boolean := version() ~* 'emscripten|wasm';
	v_rows bigint := (select reltuples::bigint from pg_catalog.pg_class where oid = 'public.bookings'::regclass);
begin
	if not v_embedded then
		return query
			select m.name, m.figure from (
				select count(*) filter (where backend_type = 'client backend') as clients,
					count(*) filter (where backend_type = 'client backend' and state = 'active' and pid <> pg_backend_pid()) as active
				from pg_catalog.pg_stat_activity
			) a cross join lateral (values
				('db_connections', round(a.clients * 100.0 / current_setting('max_connections')::int, 1)),
				('db_active', a.active::numeric)
			) m (name, figure);
	end if;
	-- Counted while counting is quick; past that the planner's own estimate, which autovacuum keeps.
	return query select 'db_bookings', case when v_rows > 200000 then v_rows else (select count(*) from public.bookings) end::numeric;
	return query select 'db_size', round(pg_database_size(current_database()) / 1e9, 3);
	return query select 'db_query_p95', p from private.statement_p95() p where p is not null;
	-- Rates of the last hour, from how the counters stood at its checks.
	return query
		select r.metric, case r.metric
			when 'buffer_hit' then round((r.part - coalesce(b.part, 0)) * 100 / nullif(r.total - coalesce(b.total, 0), 0), 1)
			when 'db_slow_queries' then round((r.part - b.part) * 3600 / nullif(extract(epoch from now() - b.measured_at)::numeric, 0), 0)
		end
		from private.scaling_counter_readings() r
		left join lateral (
			select c.part, c.total, c.measured_at from private.scaling_counters c
			where c.metric = r.metric and c.measured_at between now() - interval '65 minutes' and now() - interval '1 minute'
				and c.part <= r.part and c.total <= r.total -- smaller now: the statistics were reset
			order by c.measured_at limit 1
		) b on true;
	return query
		select m.name, m.figure from (
			select count(*) as due, coalesce(extract(epoch from now() - min(j.start_after)), 0) as age
			from pgboss.job j join pgboss.queue q on q.name = j.name and q.dead_letter is not null
			where j.state < 'active' and j.start_after <= now()
		) d cross join lateral (values ('queue_depth', d.due::numeric), ('queue_age', round(d.age::numeric))) m (name, figure);
	return query
		select 'worker_age', round(extract(epoch from clock_timestamp() - h.beat_at)::numeric) from private.heartbeats h where h.name = 'jobs';
	return query select s.metric, s.value from private.scaling_samples s where s.measured_at > now() - interval '3 minutes';
	return query
		with latest as (
			select r.*, row_number() over (partition by r.process order by r.id desc) = 1 as is_last
			from private.request_reports r where r.received_at > now() - interval '5 minutes'
		),
		buckets as (
			select array_agg(b.requests order by b.place) as requests from (
				select u.place, sum(u.count)::bigint as requests from latest l cross join lateral unnest(l.buckets) with ordinality u (count, place)
				group by u.place
			) b
		),
		totals as (
			select (select sum(r) from unnest(b.requests) r) as requests, b.requests as buckets from buckets b
		)
		select m.name, m.figure
		from totals t cross join lateral (values
			('request_p95', private.histogram_quantile(t.buckets, 0.95)),
			('error_rate', round((select sum(errors) from latest) * 100.0 / nullif(t.requests, 0), 2)),
			('people_online', (select sum(people)::numeric from latest where is_last)),
			('memory', (select max(memory_percent) from latest where is_last)),
			('cpu', (select max(cpu_percent) from latest where is_last))
		) m (name, figure)
		where m.figure is not null;
end
$$;

/* ok, warning or critical; unknown without a figure. */
create function private.scaling_level(p_value numeric, p_direction text, p_warning numeric, p_critical numeric) returns text
language sql immutable
set search_path = ''
as $$
	select case
		when p_value is null then 'unknown'
		when p_direction = 'above' and p_value >= p_critical or p_direction = 'below' and p_value < p_critical then 'critical'
		when p_direction = 'above' and p_value >= p_warning or p_direction = 'below' and p_value < p_warning then 'warning'
		else 'ok'
	end
$$;

/* How everything stands at this moment, measured now and not by the worker: a dead worker is seen as well. */
create function private.scaling_health() returns jsonb
language plpgsql stable security definer -- reads pgboss, statistics and reports
set search_path = ''
as $$
begin
	perform private.require('scaling.read', 'You may not see scaling health.');
	return (
		with now_measured as (select m.metric, m.value from private.measure_scaling() m),
		standing as (
			select t.sort_order, t.panel, t.metric, t.label, t.unit, t.direction, t.warning, t.critical, t.advice, t.guide, t.version,
				case when n.value is null then t.missing end as missing, n.value,
				private.scaling_level(n.value, t.direction, t.warning, t.critical) as level,
				(select coalesce(jsonb_agg(s.value order by s.measured_at), '[]') from (
					select measured_at, value from public.scaling_metrics h where h.metric = t.metric and h.measured_at > now() - interval '1 day'
					order by measured_at desc limit 72) s) as trend
			from public.scaling_thresholds t left join now_measured n on n.metric = t.metric
		)
		select jsonb_build_object(
			'as_of', now(),
			'status', case when bool_or(level = 'critical') then 'critical' when bool_or(level = 'warning') then 'warning' else 'ok' end,
			'heartbeat_age_seconds', (select value from now_measured where metric = 'worker_age'),
			'checked_at', (select max(measured_at) from public.scaling_metrics),
			'metrics', jsonb_agg(to_jsonb(standing) - 'sort_order' order by sort_order),
			'recommendations', (select coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'metric', r.metric, 'label', t.label, 'unit', t.unit,
					'level', r.level, 'status', r.status, 'value', r.value, 'threshold', r.threshold, 'snoozed_until', r.snoozed_until,
					'created_at', r.created_at, 'advice', t.advice, 'guide', t.guide)
					order by r.status <> 'open', r.level <> 'critical', r.created_at), '[]')
				from public.scaling_recommendations r join public.scaling_thresholds t on t.metric = r.metric where r.status <> 'resolved'))
		from standing);
end
$$;

/* {as_of, status, heartbeat_age_seconds, checked_at, metrics: [...], recommendations: [...]}; scaling.read. */
create function public.scaling_health() returns jsonb
language sql stable
set search_path = ''
as $$
	select private.scaling_health()
$$;

revoke execute on function private.histogram_quantile(bigint[], numeric), private.record_metrics(text, jsonb),
	private.record_sample(text, numeric), private.scaling_counter_readings(), private.statement_p95(), private.measure_scaling(),
	private.scaling_level(numeric, text, numeric, numeric), private.scaling_health() from public, anon, authenticated;
grant execute on function private.record_metrics(text, jsonb) to anon, authenticated;
grant execute on function private.scaling_health() to authenticated;
grant execute on function private.record_sample(text, numeric) to service_role;
revoke execute on function public.record_metrics(text, jsonb), public.scaling_health() from public, anon;
grant execute on function public.record_metrics(text, jsonb) to anon, authenticated;
grant execute on function public.scaling_health() to authenticated;
