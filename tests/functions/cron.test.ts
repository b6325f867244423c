import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nextRun, startCron, type CronClock, type CronScheduler } from '../../supabase/local/cron.ts';
import { openPglite } from '../../supabase/local/database-pglite.ts';
import type { Database } from '../../supabase/local/database.ts';
import { until } from '../until.ts';

/** Time that moves only when told to; `advance` waits until the scheduler sleeps again. */
function frozenClock(start: string): CronClock & { advance(ms: number): Promise<void> } {
	let now = Date.parse(start);
	let wake: (() => void) | undefined;
	let asleep = Promise.withResolvers<void>();
	return {
		now: () => now,
		sleep: (_ms, signal) =>
			new Promise((resolve) => {
				wake = resolve;
				signal.addEventListener('abort', () => resolve(), { once: true });
				asleep.resolve();
			}),
		async advance(ms) {
			await asleep.promise;
			asleep = Promise.withResolvers();
			now += ms;
			wake?.();
			await asleep.promise;
		}
	};
}

describe('nextRun', () => {
	const at = (schedule: string, since: string) => {
		const next = nextRun(schedule, Date.parse(since));
		return next === null ? null : new Date(next).toISOString();
	};

	it('is in UTC, to the minute', () => {
		expect(at('0 2 * * *', '2026-03-08T01:59:59Z')).toBe('2026-03-08T02:00:00.000Z');
		expect(at('*/10 * * * *', '2026-11-22T22:50:00Z')).toBe('2026-11-22T23:00:00.000Z');
	});
	it('takes seconds and the last day of a month as pg_cron writes them', () => {
		expect(at('30 seconds', '2026-11-22T22:50:01Z')).toBe('2026-11-22T22:50:30.000Z');
		expect(at('0 0 $ * *', '2028-02-10T00:00:00Z')).toBe('2028-02-29T00:00:00.000Z');
	});
	it('is null for what can not be read', () => {
		expect(at('whenever', '2026-11-22T22:50:00Z')).toBeNull();
	});
});

describe('the cron schema without the extension', () => {
	let db: Database;
	let clock: ReturnType<typeof frozenClock>;
	let cron: CronScheduler | undefined;

	beforeAll(async () => {
		db = await openPglite();
		await db.exec(await readFile(join(import.meta.dirname, '../../supabase/local/cron.sql'), 'utf8'));
		await db.exec('create table ran (id serial, what text)');
	});
	beforeEach(async () => {
		await cron?.close();
		cron = undefined;
		await db.exec('delete from cron.job; delete from cron.job_run_details; delete from ran');
		clock = frozenClock('2026-11-22T22:00:30Z');
	});
	afterAll(async () => {
		await cron?.close();
		await db.close();
	});

	const ran = async () => (await db.query<{ what: string }>('select what from ran order by id')).map((r) => r.what);
	const details = () =>
		db.query<{ status: string; return_message: string }>(
			`select status, return_message from cron.job_run_details where status <> 'running' order by runid`
		);

	it('runs a job when its minute comes, once, and tells the run', async () => {
		await db.query(`select cron.schedule('a', '* * * * *', $$insert into ran (what) values ('a')$$)`);
		cron = await startCron({ db, clock });
		await clock.advance(29_000);
		expect(await ran()).toEqual([]);
		await clock.advance(1_000);
		await until(async () => (await details()).length === 1);
		await clock.advance(2_000);
		expect(await ran()).toEqual(['a']);
		expect(await details()).toEqual([{ status: 'succeeded', return_message: 'OK' }]);
	});

	it('does not make up for minutes in which nothing ran', async () => {
		await db.query(`select cron.schedule('a', '* * * * *', $$insert into ran (what) values ('a')$$)`);
		cron = await startCron({ db, clock });
		await clock.advance(3_600_000);
		await until(async () => (await details()).length === 1);
		await clock.advance(1_000);
		expect(await ran()).toEqual(['a']);
	});

	it('tells a failing command as failed, undoes it whole, and runs it again next time', async () => {
		await db.query(`select cron.schedule('bad', '* * * * *', $$insert into ran (what) values ('x'); select 1/0$$)`);
		cron = await startCron({ db, clock });
		await clock.advance(30_000);
		await until(async () => (await details()).length === 1);
		await clock.advance(60_000);
		await until(async () => (await details()).length === 2);
		expect(await ran()).toEqual([]);
		expect(await details()).toEqual(Array(2).fill({ status: 'failed', return_message: 'division by zero' }));
	});

	it('sees a job that was added, changed or taken away while it runs', async () => {
		cron = await startCron({ db, clock });
		await clock.advance(1_000);
		await db.query(`select cron.schedule('late', '0 4 * * *', $$insert into ran (what) values ('old')$$)`);
		await db.query(`select cron.schedule('late', '* * * * *', $$insert into ran (what) values ('new')$$)`);
		await clock.advance(60_000);
		await until(async () => (await details()).length === 1);
		await db.query(`select cron.unschedule('late')`);
		await clock.advance(60_000);
		await clock.advance(60_000);
		expect(await ran()).toEqual(['new']);
	});

	it('leaves a job out while its last run still goes on', async () => {
		const slow = Promise.withResolvers<void>();
		let started = 0;
		await db.query(`select cron.schedule('slow', '* * * * *', 'select 1')`);
		const slowDb: Pick<Database, 'query' | 'exec' | 'transaction'> = {
			query: db.query,
			exec: db.exec,
			transaction: async (work) => {
				started++;
				await slow.promise;
				return db.transaction(work);
			}
		};
		const lines: string[] = [];
		cron = await startCron({ db: slowDb, clock, log: (line) => lines.push(line) });
		await clock.advance(30_000);
		await until(() => started === 1);
		await clock.advance(60_000);
		expect(started).toBe(1);
		expect(lines).toEqual([expect.stringContaining('still running')]);
		slow.resolve();
		await until(async () => (await details()).length === 1);
		await clock.advance(60_000);
		await until(() => started === 2);
	});

	it('pauses what alter_job sets inactive, and refuses an unreadable schedule', async () => {
		const [job] = await db.query<{ id: number }>(`select cron.schedule('* * * * *', 'select 1') as id`);
		await db.query('select cron.alter_job($1, active => false)', [job?.id]);
		cron = await startCron({ db, clock });
		await clock.advance(120_000);
		expect(await db.query('select 1 from cron.job_run_details')).toEqual([]);
		await expect(db.query(`select cron.schedule('a', 'tomorrow', 'select 1')`)).rejects.toThrow('invalid schedule');
		await expect(db.query(`select cron.unschedule('nobody')`)).rejects.toThrow('could not find');
	});
});
