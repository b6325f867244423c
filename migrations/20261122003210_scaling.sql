/*
  Scaling: what is watched and how it stands. Thresholds are rows that people edit; measurements are a time series that is pruned;
  a breach opens a recommendation, which people snooze or acknowledge and which resolves by itself; each message that went out is
  an alert.
  Tables: scaling_thresholds, scaling_metrics, scaling_recommendations, scaling_alerts, private.request_reports.
*/

create table public.scaling_thresholds (
	metric text primary key,
	panel text not null,
	label text not null,
	unit text not null,
	direction text not null default 'above',
	warning numeric not null,
	critical numeric not null,
	advice text not null,
	guide text,
	missing text not null default 'Not measured yet.',
	alerts boolean not null default true,
	sort_order integer not null,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	version integer not null default 1,
	constraint scaling_thresholds_panel_known check (panel in ('database', 'cache', 'ai', 'application')),
	constraint scaling_thresholds_unit_known check (unit in ('%', 'ms', 's', 'GB', 'USD', 'count')),
	constraint scaling_thresholds_direction_known check (direction in ('above', 'below')),
	constraint scaling_thresholds_not_negative check (warning >= 0 and critical >= 0),
	constraint scaling_thresholds_in_order check (
		(direction = 'above' and critical >= warning) or (direction = 'below' and critical <= warning))
);
comment on table public.scaling_thresholds is 'Every metric of scaling health with its two thresholds and what to do. People edit the thresholds only.';
comment on column public.scaling_thresholds.direction is 'above: worse when higher. below: worse when lower, such as hit rates.';
comment on column public.scaling_thresholds.guide is 'File of docs/guides without its ending.';
comment on column public.scaling_thresholds.missing is 'What is said while nothing measures it.';
comment on column public.scaling_thresholds.alerts is 'Whether a breach makes a recommendation and a message. The workers'' own sign of life can''t: who would send it?';

create table public.scaling_metrics (
	metric text not null references public.scaling_thresholds (metric) on delete cascade,
	measured_at timestamptz not null default now(),
	value numeric not null,
	primary key (metric, measured_at)
);
create index scaling_metrics_measured_at on public.scaling_metrics (measured_at); -- pruning
comment on table public.scaling_metrics is 'What was measured at each check, for trends. Kept for 14 days.';

create table public.scaling_recommendations (
	id uuid primary key default private.uuid_v7(),
	metric text not null references public.scaling_thresholds (metric) on delete cascade,
	level text not null,
	status text not null default 'open',
	value numeric not null,
	threshold numeric not null,
	snoozed_until timestamptz,
	acknowledged_at timestamptz,
	acknowledged_by uuid,
	resolved_at timestamptz,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	version integer not null default 1,
	constraint scaling_recommendations_level_known check (level in ('warning', 'critical')),
	constraint scaling_recommendations_status_known check (status in ('open', 'snoozed', 'acknowledged', 'resolved')),
	constraint scaling_recommendations_snoozed_until check ((status = 'snoozed') = (snoozed_until is not null)),
	constraint scaling_recommendations_resolved_when check ((status = 'resolved') = (resolved_at is not null))
);
create unique index scaling_recommendations_one_unresolved on public.scaling_recommendations (metric) where status <> 'resolved';
create index scaling_recommendations_metric on public.scaling_recommendations (metric, created_at desc);
comment on table public.scaling_recommendations is 'A breach from its first check to the one that finds it over. One at a time for each metric.';
comment on column public.scaling_recommendations.acknowledged_by is 'The user; kept when the user is gone, so no foreign key.';

create table public.scaling_alerts (
	id uuid primary key default private.uuid_v7(),
	kind text not null,
	recommendation_id uuid references public.scaling_recommendations (id) on delete cascade,
	level text,
	message text not null,
	summary_date date,
	channel text,
	sent_at timestamptz,
	created_at timestamptz not null default now(),
	constraint scaling_alerts_kind_known check (kind in ('breach', 'recovery', 'summary')),
	constraint scaling_alerts_level_known check (level in ('warning', 'critical')),
	constraint scaling_alerts_channel_known check (channel in ('whatsapp', 'email', 'nobody')),
	constraint scaling_alerts_about_something check ((kind = 'summary') = (recommendation_id is null) and (kind = 'summary') = (summary_date is not null))
);
create unique index scaling_alerts_once on public.scaling_alerts (recommendation_id, kind, level) where recommendation_id is not null;
create unique index scaling_alerts_one_summary_a_day on public.scaling_alerts (summary_date) where summary_date is not null;
create index scaling_alerts_created_at on public.scaling_alerts (created_at desc);
comment on table public.scaling_alerts is 'Each message to the administrators: one for each breach and level, one for its end, one summary a day.';
comment on column public.scaling_alerts.channel is 'Where it went; nobody where neither a number nor an administrator''s e-mail is known.';

create table private.request_reports (
	id bigint generated always as identity primary key,
	service text not null,
	process uuid not null,
	received_at timestamptz not null default now(),
	buckets integer[] not null,
	errors integer not null,
	people integer not null,
	memory_percent numeric,
	cpu_percent numeric,
	constraint request_reports_service_known check (service in ('app', 'admin', 'functions')),
	constraint request_reports_buckets check (cardinality(buckets) = 13 and 0 <= all (buckets)),
	constraint request_reports_errors_some check (errors >= 0 and people >= 0),
	constraint request_reports_percent check (memory_percent between 0 and 100 and cpu_percent between 0 and 100)
);
create index request_reports_received_at on private.request_reports (received_at); -- the last minutes; pruning
comment on table private.request_reports is 'What each server process counted in a minute. Kept for a day.';
comment on column private.request_reports.buckets is 'Requests by time: up to 5, 10, 25, 50, 100, 200, 350, 500, 750, 1000, 2000, 5000 ms, and longer.';
alter table private.request_reports enable row level security;

create table private.scaling_samples (
	metric text primary key references public.scaling_thresholds (metric) on delete cascade,
	value numeric not null,
	measured_at timestamptz not null default now()
);
comment on table private.scaling_samples is 'The latest figure of what only another process knows, such as the open sockets of Realtime. Older than three minutes is no figure.';
alter table private.scaling_samples enable row level security;

create table private.scaling_counters (
	metric text not null references public.scaling_thresholds (metric) on delete cascade,
	measured_at timestamptz not null default now(),
	part numeric not null,
	total numeric not null,
	primary key (metric, measured_at)
);
comment on table private.scaling_counters is 'Counters that only grow, as they stood at each check, for rates of the last hour. Kept for a day.';
alter table private.scaling_counters enable row level security;

select private.track('public.scaling_thresholds');
select private.track('public.scaling_recommendations');

/* Tells the panel's open pages that scaling health changed; they read it under their own rights. */
create function private.announce_scaling() returns trigger
language plpgsql security definer -- realtime.send needs rights on realtime.messages
set search_path = ''
as $$
begin
	perform realtime.send('{}'::jsonb, 'scaling_changed', 'staff:scaling', true);
	return null;
end
$$;
create trigger announce_scaling after insert or update or delete on public.scaling_thresholds
	for each statement execute function private.announce_scaling();
create trigger announce_scaling after insert or update or delete on public.scaling_recommendations
	for each statement execute function private.announce_scaling();
create trigger announce_scaling after insert on public.scaling_metrics
	for each statement execute function private.announce_scaling();

-- Row-level security ---------------------------------------------------------------------------------------------------------

alter table public.scaling_thresholds enable row level security;
alter table public.scaling_metrics enable row level security;
alter table public.scaling_recommendations enable row level security;
alter table public.scaling_alerts enable row level security;
grant select on public.scaling_thresholds, public.scaling_metrics, public.scaling_recommendations, public.scaling_alerts
	to authenticated;
grant update (warning, critical) on public.scaling_thresholds to authenticated;
-- no insert or delete, and no update of the rest: migrations say what is watched, the check and two functions write what was found

create policy "Thresholds are read by those who may see scaling health" on public.scaling_thresholds
	for select to authenticated using ((select private.has_permission_everywhere('scaling.read')));
create policy "Thresholds are changed by those who manage scaling" on public.scaling_thresholds
	for update to authenticated using ((select private.has_permission_everywhere('scaling.manage')))
	with check ((select private.has_permission_everywhere('scaling.manage')));
create policy "Measurements are read by those who may see scaling health" on public.scaling_metrics
	for select to authenticated using ((select private.has_permission_everywhere('scaling.read')));
create policy "Recommendations are read by those who may see scaling health" on public.scaling_recommendations
	for select to authenticated using ((select private.has_permission_everywhere('scaling.read')));
create policy "Alerts are read by those who may see scaling health" on public.scaling_alerts
	for select to authenticated using ((select private.has_permission_everywhere('scaling.read')));

revoke all on private.request_reports, private.scaling_samples, private.scaling_counters
	from public, anon, authenticated, service_role;

-- What is watched --------------------------------------------------------------------------------------------------------------

insert into public.scaling_thresholds (sort_order, panel, metric, label, unit, direction, warning, critical, guide, missing, advice)
values
	(10, 'database', 'db_connections', 'Connections used of the pool', '%', 'above', 70, 90, 'connection-pooler', 'The embedded database has no connections to count.', 'Put the connection pooler between the apps and the database.'),
	(20, 'database', 'db_active', 'Active connections', 'count', 'above', 30, 50, 'connection-pooler', 'The embedded database has no connections to count.', 'Look for long statements, then pool connections.'),
	(30, 'database', 'db_query_p95', 'Query time, p95 of statements', 'ms', 'above', 200, 500, 'read-replica', 'Needs the extension pg_stat_statements.', 'Look at the slowest statements; then move reading to a replica.'),
	(40, 'database', 'db_bookings', 'Rows in bookings', 'count', 'above', 500000, 1000000, 'partitioning-bookings', 'Not measured yet.', 'Partition bookings by month.'),
	(50, 'database', 'db_size', 'Size of the database', 'GB', 'above', 20, 50, 'partitioning-bookings', 'Not measured yet.', 'Partition what grows, and move what is old away.'),
	(60, 'database', 'db_slow_queries', 'Slow queries an hour, over 100 ms', 'count', 'above', 20, 50, 'read-replica', 'Needs the extension pg_stat_statements, and an hour.', 'Look at the slowest statements; then move reading to a replica.'),
	(110, 'cache', 'buffer_hit', 'Buffer-cache hit rate', '%', 'below', 80, 60, 'cache', 'The database does not count its reads here.', 'Give the database more memory, or cache answers.'),
	(120, 'cache', 'response_cache_hit', 'Response-cache hit rate', '%', 'below', 80, 60, 'cache', 'There is no response cache yet.', 'Look at what is cached and for how long.'),
	(130, 'cache', 'cache_evictions', 'Cache evictions an hour', 'count', 'above', 100, 1000, 'cache', 'There is no response cache yet.', 'Give the cache more memory.'),
	(140, 'cache', 'cache_size', 'Cache size', 'GB', 'above', 2, 4, 'cache', 'There is no response cache yet.', 'Shorten what is kept, or give the cache more memory.'),
	(150, 'cache', 'realtime_connections', 'Realtime connections', 'count', 'above', 50, 100, 'read-replica', 'The Realtime server does not report here.', 'Check the plan''s limit of concurrent connections.'),
	(160, 'cache', 'queue_depth', 'Jobs due and waiting', 'count', 'above', 100, 500, 'connection-pooler', 'Not measured yet.', 'Start another jobs worker.'),
	(170, 'cache', 'queue_age', 'Oldest job due', 's', 'above', 120, 600, 'connection-pooler', 'Not measured yet.', 'Look at the jobs page; start another jobs worker.'),
	(180, 'cache', 'worker_age', 'Jobs worker''s last sign of life', 's', 'above', 90, 105, null, 'No jobs worker has worked on this database yet.', 'Start the jobs worker: nothing is lost, jobs wait.'),
	(210, 'ai', 'ai_cost_month', 'AI cost this month', 'USD', 'above', 300, 500, 'local-llama', 'Filled once the AI answers.', 'Let a local model answer the simple questions.'),
	(220, 'ai', 'ai_tokens_day', 'AI tokens a day', 'count', 'above', 500000, 1000000, 'local-llama', 'Filled once the AI answers.', 'Let a local model answer the simple questions.'),
	(230, 'ai', 'ai_vectors', 'Vectors', 'count', 'above', 30000, 50000, 'vector-database', 'Filled once the AI answers.', 'Move the vectors to a database of their own.'),
	(240, 'ai', 'ai_vector_search', 'Vector search', 'ms', 'above', 100, 200, 'vector-database', 'Filled once the AI answers.', 'Move the vectors to a database of their own.'),
	(250, 'ai', 'ai_answer_time', 'Answer time', 's', 'above', 3, 5, 'local-llama', 'Filled once the AI answers.', 'Let a local model answer the simple questions.'),
	(310, 'application', 'request_p95', 'Request time, p95', 'ms', 'above', 500, 1000, 'cache', 'No app has reported in the last five minutes.', 'Look at the slowest pages; then cache answers.'),
	(320, 'application', 'error_rate', 'Error rate', '%', 'above', 2, 5, null, 'No app has reported in the last five minutes.', 'Look at the errors in the logs by request id.'),
	(330, 'application', 'people_online', 'People online', 'count', 'above', 50, 100, 'cache', 'No app has reported in the last five minutes.', 'Start another process of the customer site.'),
	(340, 'application', 'memory', 'Memory', '%', 'above', 80, 90, 'cache', 'No app has reported in the last five minutes.', 'Give the servers more memory, or start another.'),
	(350, 'application', 'cpu', 'CPU', '%', 'above', 70, 85, 'cache', 'No app has reported in the last five minutes.', 'Give the servers more processors, or start another.');
update public.scaling_thresholds set alerts = false where metric = 'worker_age';
