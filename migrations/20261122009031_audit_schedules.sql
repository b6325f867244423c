/*
  Audit: what happens by the clock (after platform_schedules, which sees to pg_cron). It only enqueues; jobs/audit.ts works.
  Tables: none of its own.
*/

do $$
begin
	if to_regprocedure('cron.schedule(text, text, text)') is null then
		raise warning 'There is no pg_cron: the audit is not sealed, and the trash not purged, by the clock.';
		return;
	end if;

	-- An entry is part of the chain within a minute of its commit.
	perform cron.schedule('audit-seal', '* * * * *',
		$cron$select private.enqueue('audit-seal', '{}', now(), 'sweep')$cron$);

	perform cron.schedule('trash-purge', '41 10 * * *',
		$cron$select private.enqueue('trash-purge', '{}', now(), 'daily')$cron$);
end
$$;
