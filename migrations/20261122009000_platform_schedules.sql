/*
  Platform: what happens by the clock, all of it here. pg_cron ticks in UTC and only enqueues or sweeps: the work itself is
  done by jobs/, or is one short statement. Where a day at the station matters, the SQL reckons it, not the schedule.
  Tables: none of its own.
*/

do $$
begin
	-- The local stack brings its own schema cron where the extension can't be; hosted Supabase has the extension.
	if to_regprocedure('cron.schedule(text, text, text)') is null then
		begin
			create extension if not exists pg_cron;
		exception when others then
			raise warning 'pg_cron can''t be installed here (%): nothing happens by the clock in this database.', sqlerrm;
			return;
		end;
	end if;

	-- A hold that ran out frees its slot at once for whoever asks; this tells the customer and tidies the row.
	perform cron.schedule('booking-hold-expire', '* * * * *',
		$cron$select private.enqueue('booking-hold-expire', '{}', now(), 'sweep')$cron$);

	-- A minute without a worker's heartbeat is seen in scaling health.
	perform cron.schedule('heartbeat', '* * * * *',
		$cron$select private.enqueue('heartbeat', '{}', now(), 'beat')$cron$);

	-- Next month's partition is there long before the month: a missed night, or ten, does no harm.
	perform cron.schedule('audit-partitions', '0 2 * * *',
		$cron$select private.enqueue('audit-partitions', '{}', now(), 'daily')$cron$);

	-- A lead whose next action is due comes up again; the job drops those that somebody has dealt with meanwhile.
	perform cron.schedule('lead-follow-up', '*/10 * * * *', $cron$
		select private.enqueue('lead-follow-up', jsonb_build_object('lead_id', id), now(), id::text)
		from public.leads
		where status = 'new' and deleted_at is null and next_action_at <= now()
		order by next_action_at
		limit 500
	$cron$);

	-- No window is longer than a day.
	perform cron.schedule('rate-limits-clean-up', '17 * * * *',
		$cron$delete from private.rate_limits where window_started_at < now() - interval '1 day'$cron$);

	perform cron.schedule('cron-history-clean-up', '23 3 * * *',
		$cron$delete from cron.job_run_details where end_time < now() - interval '3 days'$cron$);
end
$$;
