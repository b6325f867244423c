import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { auditJobs } from '../../jobs/audit.ts';
import { platformJobs } from '../../jobs/platform.ts';
import { databases, openJobsStand, type JobsStand } from './jobs-stand.ts';

describe.each(databases)('jobs of the audit on %s', (database) => {
	let stand: JobsStand;
	beforeAll(async () => {
		stand = await openJobsStand(database);
	}, 180_000);
	beforeEach(() => stand.reset());
	afterAll(() => stand?.close());

	const one = async <R extends object>(sql: string): Promise<R | undefined> => (await stand.db.query<R>(sql))[0];

	it('are scheduled: sealing each minute, partitions and the purge each day', async () => {
		const rows = await stand.db.query<{ jobname: string; schedule: string }>(
			`select jobname, schedule from cron.job where jobname in ('audit-seal', 'audit-partitions', 'trash-purge') order by jobname`
		);
		expect(rows.map(({ jobname }) => jobname)).toEqual(['audit-partitions', 'audit-seal', 'trash-purge']);
		expect(rows[1]?.schedule).toBe('* * * * *');
	});

	it('make the partitions of the months ahead, and find them made the next time', async () => {
		await stand.db.exec(
			`do $$ declare v text := 'audit_log_' || to_char((now() at time zone 'UTC') + interval '3 months', 'YYYY_MM');
			begin execute format('alter table public.audit_log detach partition private.%I', v); execute format('drop table private.%I', v); end $$`
		);
		const months = async () =>
			(
				await one<{ count: number }>(
					`select count(*)::int as count from pg_inherits where inhparent = 'public.audit_log'::regclass`
				)
			)?.count;
		const before = (await months()) ?? 0;
		await stand.start(platformJobs.filter(({ queue }) => queue === 'audit-partitions'));
		await stand.enqueue('audit-partitions', {}, 'daily');
		await stand.done('audit-partitions');
		expect(await months()).toBe(before + 1);
		await stand.enqueue('audit-partitions', {}, 'daily');
		await stand.done('audit-partitions', 2);
		expect(await months()).toBe(before + 1);
	});

	it('seal what was logged, in bites, so that the chain is whole', async () => {
		await stand.start(auditJobs);
		await stand.enqueue('audit-seal', {}, 'sweep');
		await stand.done('audit-seal');
		const row = await one<{ open: number; broken: unknown }>(
			`select (select count(*)::int from public.audit_log where hash is null) as open,
				private.broken_entry(private.audit_month(now())) as broken`
		);
		expect(row).toEqual({ open: 0, broken: null });
	});

	it('purge what lay in the trash for more than 30 days, and nothing younger', async () => {
		await stand.db.exec(
			`update public.leads set deleted_at = now() - case when id = (select min(id::text)::uuid from public.leads) then interval '31 days'
				else interval '29 days' end, delete_reason = 'Nobody of that name'`
		);
		const leads = async () =>
			(await one<{ count: number }>('select count(*)::int as count from public.leads'))?.count ?? 0;
		const before = await leads();
		await stand.start(auditJobs);
		await stand.enqueue('trash-purge', {}, 'daily');
		await stand.done('trash-purge');
		expect(await leads()).toBe(before - 1);
	});
});
