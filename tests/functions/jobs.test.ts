import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { jobs } from '../../jobs/index.ts';
import { defineJob } from '../../jobs/job.ts';
import { constructionSql, sqlInMigration } from '../../jobs/schema-sql.ts';
import { until } from '../until.ts';
import { databases, openJobsStand, repo, type JobsStand } from './jobs-stand.ts';

it('the migration carries the SQL of the installed pg-boss, word for word', async () => {
	const text = await readFile(join(repo, 'migrations/20261122000500_platform_jobs.sql'), 'utf8');
	expect(sqlInMigration(text)).toBe(constructionSql());
});

describe.each(databases)('jobs on %s', (database) => {
	let stand: JobsStand;
	beforeAll(async () => {
		stand = await openJobsStand(database);
	}, 180_000);
	beforeEach(() => stand.reset());
	afterAll(() => stand?.close());

	describe('the queue', () => {
		it('keeps one waiting job of a singleton key, and any number without a key', async () => {
			expect(await stand.enqueue('booking-notify', {}, 'a')).not.toBeNull();
			expect(await stand.enqueue('booking-notify', {}, 'a')).toBeNull();
			expect(await stand.enqueue('booking-notify', {})).not.toBeNull();
			expect(await stand.enqueue('booking-notify', {})).not.toBeNull();
		});
		it('refuses a name that no migration made', async () => {
			await expect(stand.enqueue('bookings-notify', {})).rejects.toThrow('no job queue');
		});
		it('adds nothing when the transaction rolls back', async () => {
			await stand.db.rollback((query) => query(`select private.enqueue('heartbeat', '{}')`, []));
			expect(await stand.states('heartbeat')).toEqual([]);
		});
		it('has a handler for every queue and a queue for every handler, each with its dead letter', async () => {
			const queues = await stand.db.query<{ name: string }>(
				`select name from pgboss.queue where dead_letter = name || '-dead' order by name`
			);
			expect(queues.map(({ name }) => name)).toEqual(jobs.map(({ queue }) => queue).sort());
		});
		it('is closed to the API’s roles', async () => {
			for (const role of ['anon', 'authenticated', 'service_role']) {
				await expect(stand.db.rollback((q) => q(`set local role ${role}; select * from pgboss.job`))).rejects.toThrow(
					'denied'
				);
			}
			await expect(
				stand.db.rollback((q) => q(`set local role anon; select private.enqueue('heartbeat', '{}')`))
			).rejects.toThrow('denied');
		});
		it('fits what pg-boss expects of its schema', async () => {
			const boss = stand.plainBoss();
			await boss.start();
			const drift = await boss.detectSchemaDrift();
			await boss.stop({ graceful: false });
			expect(drift.ok, JSON.stringify(drift)).toBe(true);
		});
	});

	describe('working', () => {
		it('beats, and counts what is due and dead', async () => {
			const workers = await stand.start();
			await stand.enqueue('heartbeat', {});
			await stand.done('heartbeat');
			const stats = await workers.stats();
			expect(stats.heartbeat_at).not.toBeNull();
			expect(stats.queues).toContainEqual({
				queue: 'booking-notify',
				due: 0,
				active: 0,
				dead: 0,
				oldest_due_seconds: null
			});
		});

		it('tries a failing job again and lays it by at last, with its payload', async () => {
			let runs = 0;
			const failing = defineJob({
				queue: 'heartbeat',
				payload: z.object({ v: z.literal(1), n: z.number() }),
				run: async () => {
					runs++;
					throw new Error('no luck');
				}
			});
			await stand.enqueue('heartbeat', { n: 7 });
			await stand.db.exec(`update pgboss.job set retry_limit = 1, retry_backoff = false, retry_delay = 0`);
			const workers = await stand.start([failing]);
			await until(async () => (await stand.states('heartbeat-dead')).length === 1, { timeoutMs: 20_000 });
			expect(runs).toBe(2);
			const [dead] = await stand.db.query<{ data: unknown }>(
				`select data from pgboss.job where name = 'heartbeat-dead'`
			);
			expect(dead?.data).toEqual({ v: 1, n: 7 });
			expect((await workers.stats()).queues.find(({ queue }) => queue === 'heartbeat')?.dead).toBe(1);
		});

		it('does not touch a payload of a version that it does not know', async () => {
			await stand.enqueue('booking-notify', { v: 2, booking_id: crypto.randomUUID(), kind: 'received' });
			await stand.start();
			await until(async () => (await stand.states('booking-notify'))[0] === 'retry');
			expect(await stand.mails()).toEqual([]);
		});

		it.runIf(process.env.TEST_DATABASE_URL)('does once what a worker was killed in the midst of', async ({ skip }) => {
			if (stand.db.kind !== 'postgres') return skip('PGlite’s worker is the database’s own process');
			const email = 'killed@example.test';
			const booking_id = await stand.makeBooking(email);
			await stand.enqueue('booking-notify', { booking_id, kind: 'received' });
			// A mail server that takes the connection and says nothing: the worker waits with its transaction open.
			const mute = createServer();
			await new Promise<void>((listening) => mute.listen(0, '127.0.0.1', listening));
			const worker = spawn(process.execPath, [join(repo, 'jobs/index.ts')], {
				env: {
					PATH: process.env.PATH,
					DATABASE_URL: stand.db.url,
					SMTP_URL: `smtp://127.0.0.1:${(mute.address() as AddressInfo).port}`,
					MAIL_FROM: 'My Hibachi <hello@myhibachi.test>',
					APP_URL: 'http://app.test',
					ADMIN_URL: 'http://admin.test'
				},
				stdio: 'ignore'
			});
			await once(mute, 'connection');
			worker.kill('SIGKILL');
			await once(worker, 'exit');
			mute.close();
			expect(await stand.states('booking-notify')).toEqual(['active']);

			await stand.db.exec(`update pgboss.job set heartbeat_on = now() - interval '1 minute' where state = 'active'`);
			await stand.start();
			await stand.supervise();
			await stand.done('booking-notify');
			expect(await stand.mails(email)).toHaveLength(1);
		});

		it('runs a job again whose worker died, and its deed is done once', async () => {
			const email = 'crash@example.test';
			const booking_id = await stand.makeBooking(email);
			// The worker that dies: it has taken the job and written the row, and its transaction ends with it.
			const id = await stand.enqueue('booking-notify', { booking_id, kind: 'received' });
			await stand.db.rollback(async (query) => {
				await query(`insert into public.booking_notifications (booking_id, kind) values ($1, 'received')`, [
					booking_id
				]);
			});
			await stand.db.query(
				`update pgboss.job set state = 'active', started_on = now() - interval '2 minutes',
				heartbeat_on = now() - interval '2 minutes' where id = $1`,
				[id]
			);
			await stand.start();
			await stand.supervise();
			await stand.done('booking-notify');
			await stand.enqueue('booking-notify', { booking_id, kind: 'received' });
			await stand.done('booking-notify', 2);
			expect(await stand.mails(email)).toHaveLength(1);
		});
	});

	it('what cron schedules is what the jobs wait for', async () => {
		const schedules = await stand.db.query<{ jobname: string; command: string }>(
			'select jobname, command from cron.job'
		);
		const names = schedules.map(({ jobname }) => jobname);
		expect(names).toEqual(
			expect.arrayContaining(['booking-hold-expire', 'heartbeat', 'audit-partitions', 'lead-follow-up'])
		);
		for (const { jobname, command } of schedules) {
			await expect(
				stand.db.rollback((query) => query(command)),
				jobname
			).resolves.toBeDefined();
		}
	});
});
