/*
  Scaling: the check of every five minutes. It measures, keeps the figures, opens and resolves recommendations, and writes the
  messages; the job scaling-alert sends them. One message for each breach and level, one when it is over, one summary a day at
  nine o'clock where the first station is.
  Tables: none of its own.
*/

select private.create_job_queue('scaling-check', 1, 5, 60, interval '10 minutes');
select private.create_job_queue('scaling-alert', 12, 10, 60);

/* A figure with its unit, as messages say it. */
create function private.scaling_figure(p_value numeric, p_unit text) returns text
language sql immutable
set search_path = ''
as $$
	select case p_unit when 'USD' then '$' else '' end || trim_scale(round(p_value, 2))::text
		|| case p_unit when '%' then ' %' when 'count' then '' when 'USD' then '' else ' ' || p_unit end
$$;

/* Writes a message, once, and has it sent. */
create function private.raise_scaling_alert(
	p_kind text, p_recommendation uuid, p_level text, p_message text, p_summary_date date default null
) returns boolean
language plpgsql volatile
set search_path = ''
as $$
declare
	v_id uuid;
begin
	insert into public.scaling_alerts (kind, recommendation_id, level, message, summary_date)
	values (p_kind, p_recommendation, p_level, p_message, p_summary_date)
	on conflict do nothing
	returning id into v_id;
	if v_id is not null then
		perform private.enqueue('scaling-alert', jsonb_build_object('alert_id', v_id), now(), v_id::text);
	end if;
	return v_id is not null;
end
$$;

/* Holds one figure against its thresholds. Nothing measured changes nothing: silence is no recovery. */
create function private.evaluate_scaling(p_metric text, p_value numeric) returns void
language plpgsql volatile
set search_path = ''
as $$
declare
	v_rule public.scaling_thresholds;
	v_open public.scaling_recommendations;
	v_level text;
	v_limit numeric;
	v_muted boolean;
begin
	select * into v_rule from public.scaling_thresholds where metric = p_metric;
	v_level := private.scaling_level(p_value, v_rule.direction, v_rule.warning, v_rule.critical);
	if not v_rule.alerts or v_level = 'unknown' then
		return;
	end if;
	select * into v_open from public.scaling_recommendations where metric = p_metric and status <> 'resolved' for update;

	if v_level = 'ok' then
		if v_open.id is not null then
			update public.scaling_recommendations set status = 'resolved', resolved_at = now(), snoozed_until = null, value = p_value
			where id = v_open.id;
			-- Who was never told of the breach is not told of its end.
			if exists (select from public.scaling_alerts where recommendation_id = v_open.id and kind = 'breach') then
				perform private.raise_scaling_alert('recovery', v_open.id, v_open.level,
					format('Resolved: %s is %s again.', v_rule.label, private.scaling_figure(p_value, v_rule.unit)));
			end if;
		end if;
		return;
	end if;

	v_limit := case v_level when 'critical' then v_rule.critical else v_rule.warning end;
	v_muted := v_open.status = 'snoozed' and v_open.snoozed_until > now();
	if v_open.id is null then
		insert into public.scaling_recommendations (metric, level, value, threshold) values (p_metric, v_level, p_value, v_limit)
		returning * into v_open;
	else
		update public.scaling_recommendations
		set level = v_level, value = p_value, threshold = v_limit,
			status = case when v_open.status = 'snoozed' and not v_muted
				or v_open.status = 'acknowledged' and v_level = 'critical' and v_open.level = 'warning' then 'open' else v_open.status end,
			snoozed_until = case when v_muted then v_open.snoozed_until end
		where id = v_open.id and (level, threshold, status) is distinct from (v_level, v_limit, 'open'::text) or id = v_open.id and value <> p_value;
	end if;
	if not coalesce(v_muted, false) then
		perform private.raise_scaling_alert('breach', v_open.id, v_level,
			format('%s: %s is %s, the limit is %s. %s', initcap(v_level), v_rule.label,
				private.scaling_figure(p_value, v_rule.unit), private.scaling_figure(v_limit, v_rule.unit), v_rule.advice));
	end if;
end
$$;

/*
  The day's summary, once, between nine and noon on the clock of the first station: what was down at nine still tells, and
  after noon it is no morning summary any more. The clock's zone knows about summer time.
*/
create function private.scaling_summary(p_now timestamptz) returns boolean
language plpgsql volatile
set search_path = ''
as $$
declare
	v_local timestamp := p_now at time zone coalesce(
		(select timezone from public.stations where active and deleted_at is null order by created_at, id limit 1), 'America/Los_Angeles');
	v_message text;
begin
	if v_local::time < '09:00' or v_local::time >= '12:00' then
		return false;
	end if;
	select coalesce('Good morning. ' || count(*) || ' to look at: ' || string_agg(
			format('%s %s (%s)', t.label, private.scaling_figure(r.value, t.unit), r.level), '; ' order by r.level, t.sort_order) || '.',
			'Good morning. Everything is within its limits.')
		|| (select case when count(*) > 0 then format(' %s jobs were given up.', count(*)) else '' end
			from pgboss.job j join pgboss.queue q on q.dead_letter = j.name where j.state < 'active')
	into v_message
	from public.scaling_recommendations r join public.scaling_thresholds t on t.metric = r.metric
	where r.status <> 'resolved';
	return private.raise_scaling_alert('summary', null, null, v_message, v_local::date);
end
$$;

/* The whole check; answers {measured, breached, alerts}. */
create function private.scaling_check(p_now timestamptz default now()) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
	v_before bigint;
	v_measured integer := 0;
	v_row record;
begin
	perform pg_advisory_xact_lock(hashtext('scaling.check'));
	select count(*) into v_before from public.scaling_alerts;
	create temp table if not exists scaling_now (metric text primary key, value numeric) on commit drop;
	truncate pg_temp.scaling_now;
	insert into pg_temp.scaling_now select m.metric, m.value from private.measure_scaling() m where m.value is not null;
	insert into public.scaling_metrics (metric, measured_at, value) select n.metric, now(), n.value from pg_temp.scaling_now n
	on conflict do nothing;
	insert into private.scaling_counters (metric, part, total) select r.metric, r.part, r.total from private.scaling_counter_readings() r
	on conflict do nothing;
	for v_row in select n.metric, n.value from pg_temp.scaling_now n join public.scaling_thresholds t on t.metric = n.metric order by t.sort_order loop
		perform private.evaluate_scaling(v_row.metric, v_row.value);
		v_measured := v_measured + 1;
	end loop;
	perform private.scaling_summary(p_now);
	delete from public.scaling_metrics where measured_at < now() - interval '14 days';
	delete from private.scaling_counters where measured_at < now() - interval '1 day';
	delete from private.request_reports where received_at < now() - interval '1 day';
	delete from public.scaling_alerts where created_at < now() - interval '1 year';
	return jsonb_build_object('measured', v_measured,
		'breached', (select count(*) from public.scaling_recommendations where status <> 'resolved'),
		'alerts', (select count(*) from public.scaling_alerts) - v_before);
end
$$;

/* A changed threshold is held against the figures at once. */
create function private.recheck_scaling() returns trigger
language plpgsql security definer -- enqueues
set search_path = ''
as $$
begin
	perform private.enqueue('scaling-check', '{}', now(), 'check');
	return null;
end
$$;
create trigger recheck_scaling after update of warning, critical on public.scaling_thresholds
	for each statement execute function private.recheck_scaling();

-- What people do with a recommendation -------------------------------------------------------------------------------------

/* Sets a recommendation's status; raises NOT_FOUND where it has resolved meanwhile. */
create function private.settle_recommendation(p_id uuid, p_status text, p_until timestamptz) returns void
language plpgsql volatile security definer -- people write no column of it themselves
set search_path = ''
as $$
begin
	perform private.require('scaling.manage', 'You may not settle recommendations.');
	update public.scaling_recommendations
	set status = p_status, snoozed_until = p_until,
		acknowledged_at = case when p_status = 'acknowledged' then now() end,
		acknowledged_by = case when p_status = 'acknowledged' then auth.uid() end
	where id = p_id and status <> 'resolved';
	if not found then
		perform private.fail('NOT_FOUND', 404, 'This recommendation has resolved already.', null, 'Reload the page.');
	end if;
end
$$;

/* Not heard of for so many days, a week unless said otherwise; scaling.manage. */
create function public.snooze_recommendation(p_id uuid, p_days integer default 7) returns void
language sql volatile
set search_path = ''
as $$
	select private.settle_recommendation(p_id, 'snoozed', now() + make_interval(days => least(greatest(coalesce(p_days, 7), 1), 90)))
$$;

/* Somebody looks after it; it stays listed until it resolves. scaling.manage. */
create function public.acknowledge_recommendation(p_id uuid) returns void
language sql volatile
set search_path = ''
as $$
	select private.settle_recommendation(p_id, 'acknowledged', null)
$$;

/* Takes a snooze or an acknowledgement back; scaling.manage. */
create function public.reopen_recommendation(p_id uuid) returns void
language sql volatile
set search_path = ''
as $$
	select private.settle_recommendation(p_id, 'open', null)
$$;

-- For the job scaling-alert --------------------------------------------------------------------------------------------------

/*
  Claims a message that was not sent yet, and says to whom: {message, kind, level, numbers, emails}. Numbers only while the flag
  scaling_whatsapp_alerts is on. Null where it was sent.
*/
create function private.claim_scaling_alert(p_id uuid) returns jsonb
language sql volatile
set search_path = ''
as $$
	update public.scaling_alerts a set sent_at = clock_timestamp()
	where a.id = p_id and a.sent_at is null
	returning jsonb_build_object('message', a.message, 'kind', a.kind, 'level', a.level,
		'whatsapp', private.flag('scaling_whatsapp_alerts'),
		'emails', (select coalesce(jsonb_agg(distinct s.email), '[]')
			from public.user_roles g
			join public.role_permissions p on p.role = g.role and p.permission = 'scaling.manage'
			join public.staff s on s.user_id = g.user_id and s.deleted_at is null
			where g.station_id is null))
$$;

revoke execute on function private.scaling_figure(numeric, text), private.raise_scaling_alert(text, uuid, text, text, date),
	private.evaluate_scaling(text, numeric), private.scaling_summary(timestamptz), private.scaling_check(timestamptz),
	private.settle_recommendation(uuid, text, timestamptz), private.claim_scaling_alert(uuid) from public, anon, authenticated;
grant execute on function private.settle_recommendation(uuid, text, timestamptz) to authenticated;
revoke execute on function public.snooze_recommendation(uuid, integer), public.acknowledge_recommendation(uuid),
	public.reopen_recommendation(uuid) from public, anon;
grant execute on function public.snooze_recommendation(uuid, integer), public.acknowledge_recommendation(uuid),
	public.reopen_recommendation(uuid) to authenticated;

-- The clock ------------------------------------------------------------------------------------------------------------------

do $$
begin
	if to_regprocedure('cron.schedule(text, text, text)') is null then
		begin
			create extension if not exists pg_cron;
		exception when others then
			raise warning 'pg_cron can''t be installed here (%): nothing checks scaling health in this database.', sqlerrm;
			return;
		end;
	end if;
	perform cron.schedule('scaling-check', '*/5 * * * *',
		$cron$select private.enqueue('scaling-check', '{}', now(), 'check')$cron$);
end
$$;
