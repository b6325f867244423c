import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { fromPglite, PgBoss } from 'pg-boss';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startJobs, jobs, type RunningJobs } from '../../jobs/index.ts';
import { defineJob, type AnyJob } from '../../jobs/job.ts';
import { constructionSql, sqlInMigration } from '../../jobs/schema-sql.ts';
import { z } from 'zod';
import { seedZipCodes } from '../../seed/zip-codes.ts';
import type { LocalDatabase } from '../../supabase/local/database.ts';
import { startMailbox, type Mailbox } from '../../supabase/local/mailbox.ts';
import { openMailStore, type Mail } from '../../supabase/local/mailbox/store.ts';
import { createDemoUsers } from '../../supabase/local/demo.ts';
import { migrate, seed } from '../../supabase/local/migrate.ts';
import { preparePlatform } from '../../supabase/local/platform.ts';
import { until } from '../until.ts';
import { freePort } from './free-port.ts';

const repo = resolve(import.meta.dirname, '../..');

it('the migration carries the SQL of the installed pg-boss, word for word', async () => {
	const text = await readFile(join(repo, 'migrations/20261122000500_platform_jobs.sql'), 'utf8');
	expect(sqlInMigration(text)).toBe(constructionSql());
});

const databases: { name: string; open: () => Promise<{ db: LocalDatabase; drop: () => Promise<void> }> }[] = [
	{ name: 'PGlite', open: openEmbedded },
	...(process.env.TEST_DATABASE_URL ? [{ name: 'PostgreSQL', open: openNative }] : [])
];

describe.each(databases)('jobs on $name', ({ open }) => {
	let db: LocalDatabase;
	let drop: () => Promise<void>;
	let mailbox: Mailbox;
	let folder: string;
	let smtpPort: number;
	const running: RunningJobs[] = [];

	beforeAll(async () => {
		({ db, drop } = await open());
		await preparePlatform(db);
		await migrate(db, join(repo, 'migrations'));
		await createDemoUsers(db);
		await seedZipCodes(db);
		await seed(db, join(repo, 'seed'));
		folder = await mkdtemp(join(tmpdir(), 'jobs-'));
		smtpPort = await freePort();
		mailbox = await startMailbox({ smtpPort, dataDir: folder });
	}, 180_000);
	beforeEach(async () => {
		await stopAll();
		await db.exec(`delete from pgboss.job`);
		await (await openMailStore(join(folder, 'mail'))).remove();
	});
	afterAll(async () => {
		await stopAll();
		await mailbox?.close();
		await rm(folder, { recursive: true });
		await drop();
	});

	async function stopAll() {
		for (const each of running.splice(0)) await each.stop();
	}
	async function start(only?: AnyJob[], smtp = smtpPort): Promise<RunningJobs> {
		const started = await startJobs({
			...connection(),
			mail: { smtpUrl: `smtp://127.0.0.1:${smtp}`, from: 'My Hibachi <hello@myhibachi.test>' },
			appUrl: 'http://app.test',
			adminUrl: 'http://admin.test',
			log: () => {},
			pollSeconds: 0.5,
			...(only && { jobs: only })
		});
		running.push(started);
		return started;
	}
	/** pg-boss as it comes, to look at the schema or to play its supervisor. */
	function plainBoss(): PgBoss {
		const settings = { schedule: false, registerInstance: false };
		const boss =
			db.kind === 'pglite'
				? new PgBoss({ ...settings, db: fromPglite(db.pglite), backend: 'pglite' })
				: new PgBoss({ ...settings, connectionString: db.url });
		boss.on('error', () => {});
		return boss;
	}
	/** What pg-boss does every 15 s: gives back the jobs whose worker is gone. Then their pause is over. */
	async function supervise(): Promise<void> {
		const boss = plainBoss();
		await boss.start();
		await db.exec('update pgboss.queue set monitor_on = null, monitor_claim_on = null');
		await boss.supervise('booking-notify');
		await boss.stop({ graceful: false });
		await db.exec(`update pgboss.job set start_after = now() where name = 'booking-notify' and state = 'retry'`);
	}
	const connection = () => (db.kind === 'pglite' ? { pglite: db.pglite, db } : { connectionString: db.url });
	const enqueue = async (job: string, payload: object, key: string | null = null, after = 'now()') =>
		(
			await db.query<{ id: string | null }>(`select private.enqueue($1, $2, ${after}, $3) as id`, [
				job,
				JSON.stringify(payload),
				key
			])
		)[0]?.id;
	const states = async (job: string) =>
		(await db.query<{ state: string }>('select state from pgboss.job where name = $1 order by created_on', [job])).map(
			({ state }) => state
		);
	const done = (job: string, count = 1) =>
		until(async () => (await states(job)).filter((state) => state === 'completed').length >= count, {
			what: `${count} done of ${job}`
		});
	const mails = async (to?: string): Promise<Mail[]> => (await openMailStore(join(folder, 'mail'))).list(to);

	/** A pending booking of a guest with that address; its own mail job is taken away. */
	async function makeBooking(email: string): Promise<string> {
		// Far apart, so that no two need the same chef.
		const [slot] = await db.query<{ starts_at: string }>(
			`select s.starts_at::text as starts_at from public.available_slots('94538', current_date + 10, current_date + 30) s
			where s.capacity > 0 order by random() limit 1`
		);
		const [row] = await db.query<{ answer: { booking_id: string; code?: string } }>(
			`select public.create_booking($1::jsonb) as answer`,
			[
				JSON.stringify({
					idempotency_key: randomBytes(12).toString('hex'),
					zip: '94538',
					starts_at: slot?.starts_at,
					adults: 10,
					children: 2,
					contact: { name: 'Ann Lee', email, phone: '(510) 555-0142', sms_consent: false },
					venue: { line1: '1 Main St', city: 'Fremont', state: 'CA', zip: '94538' },
					source: 'website'
				})
			]
		);
		expect(row?.answer).toMatchObject({ status: 'pending' });
		await db.exec('delete from pgboss.job');
		return row?.answer.booking_id ?? '';
	}

	describe('the queue', () => {
		it('keeps one waiting job of a singleton key, and any number without a key', async () => {
			expect(await enqueue('booking-notify', {}, 'a')).not.toBeNull();
			expect(await enqueue('booking-notify', {}, 'a')).toBeNull();
			expect(await enqueue('booking-notify', {})).not.toBeNull();
			expect(await enqueue('booking-notify', {})).not.toBeNull();
		});
		it('refuses a name that no migration made', async () => {
			await expect(enqueue('bookings-notify', {})).rejects.toThrow('no job queue');
		});
		it('adds nothing when the transaction rolls back', async () => {
			await db.rollback((query) => query(`select private.enqueue('heartbeat', '{}')`, []));
			expect(await states('heartbeat')).toEqual([]);
		});
		it('has a handler for every queue and a queue for every handler, each with its dead letter', async () => {
			const queues = await db.query<{ name: string }>(
				`select name from pgboss.queue where dead_letter = name || '-dead' order by name`
			);
			expect(queues.map(({ name }) => name)).toEqual(jobs.map(({ queue }) => queue).sort());
		});
		it('is closed to the API’s roles', async () => {
			for (const role of ['anon', 'authenticated', 'service_role']) {
				await expect(db.rollback((q) => q(`set local role ${role}; select * from pgboss.job`))).rejects.toThrow(
					'denied'
				);
			}
			await expect(
				db.rollback((q) => q(`set local role anon; select private.enqueue('heartbeat', '{}')`))
			).rejects.toThrow('denied');
		});
		it('fits what pg-boss expects of its schema', async () => {
			const boss = plainBoss();
			await boss.start();
			const drift = await boss.detectSchemaDrift();
			await boss.stop({ graceful: false });
			expect(drift.ok, JSON.stringify(drift)).toBe(true);
		});
	});

	describe('working', () => {
		it('beats, and counts what is due and dead', async () => {
			const workers = await start();
			await enqueue('heartbeat', {});
			await done('heartbeat');
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
			await enqueue('heartbeat', { n: 7 });
			await db.exec(`update pgboss.job set retry_limit = 1, retry_backoff = false, retry_delay = 0`);
			const workers = await start([failing]);
			await until(async () => (await states('heartbeat-dead')).length === 1, { timeoutMs: 20_000 });
			expect(runs).toBe(2);
			const [dead] = await db.query<{ data: unknown }>(`select data from pgboss.job where name = 'heartbeat-dead'`);
			expect(dead?.data).toEqual({ v: 1, n: 7 });
			expect((await workers.stats()).queues.find(({ queue }) => queue === 'heartbeat')?.dead).toBe(1);
		});

		it('does not touch a payload of a version that it does not know', async () => {
			await enqueue('booking-notify', { v: 2, booking_id: randomUuid(), kind: 'received' });
			await start();
			await until(async () => (await states('booking-notify'))[0] === 'retry');
			expect(await mails()).toEqual([]);
		});

		it.runIf(process.env.TEST_DATABASE_URL)('does once what a worker was killed in the midst of', async ({ skip }) => {
			if (db.kind !== 'postgres') return skip('PGlite’s worker is the database’s own process');
			const email = 'killed@example.test';
			const booking_id = await makeBooking(email);
			await enqueue('booking-notify', { booking_id, kind: 'received' });
			// A mail server that takes the connection and says nothing: the worker waits with its transaction open.
			const mute = createServer();
			await new Promise<void>((listening) => mute.listen(0, '127.0.0.1', listening));
			const worker = spawn(process.execPath, [join(repo, 'jobs/index.ts')], {
				env: {
					PATH: process.env.PATH,
					DATABASE_URL: db.url,
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
			expect(await states('booking-notify')).toEqual(['active']);

			await db.exec(`update pgboss.job set heartbeat_on = now() - interval '1 minute' where state = 'active'`);
			await start();
			await supervise();
			await done('booking-notify');
			expect(await mails(email)).toHaveLength(1);
		});

		it('runs a job again whose worker died, and its deed is done once', async () => {
			const email = 'crash@example.test';
			const booking_id = await makeBooking(email);
			// The worker that dies: it has taken the job and written the row, and its transaction ends with it.
			const id = await enqueue('booking-notify', { booking_id, kind: 'received' });
			await db.rollback(async (query) => {
				await query(`insert into public.booking_notifications (booking_id, kind) values ($1, 'received')`, [
					booking_id
				]);
			});
			await db.query(
				`update pgboss.job set state = 'active', started_on = now() - interval '2 minutes',
				heartbeat_on = now() - interval '2 minutes' where id = $1`,
				[id]
			);
			await start();
			await supervise();
			await done('booking-notify');
			await enqueue('booking-notify', { booking_id, kind: 'received' });
			await done('booking-notify', 2);
			expect(await mails(email)).toHaveLength(1);
		});
	});

	describe('booking-notify', () => {
		it('mails the customer what the booking is now, once, however often it is asked', async () => {
			const email = 'once@example.test';
			const booking_id = await makeBooking(email);
			await start();
			for (const key of ['a', 'b', 'c']) await enqueue('booking-notify', { booking_id, kind: 'received' }, key);
			await done('booking-notify', 3);
			const [mail, ...more] = await mails(email);
			expect(more).toEqual([]);
			expect(mail?.subject).toMatch(/^We hold your date: .* at .* P[SD]T \(MH-[2-9A-Z]{5}\)$/);
			expect(mail?.text).toContain('$610.00');
			expect(mail?.links[0]).toMatch(/^http:\/\/app\.test\/booking-success\?token=[\w-]+$/);
			const token = new URL(mail?.links[0] ?? '').searchParams.get('token');
			const [opened] = await db.query<{ id: string }>('select private.booking_for_token($1) as id', [token]);
			expect(opened?.id).toBe(booking_id);
		});

		it('says nothing that is no longer so', async () => {
			const email = 'moot@example.test';
			const booking_id = await makeBooking(email);
			await start();
			for (const kind of ['confirmed', 'cancelled', 'hold_expired'])
				await enqueue('booking-notify', { booking_id, kind });
			await enqueue('booking-notify', { booking_id: randomUuid(), kind: 'received' });
			await done('booking-notify', 4);
			expect(await mails(email)).toEqual([]);
		});

		it('keeps no row when the mail server refuses, so that the mail goes out later', async () => {
			const email = 'later@example.test';
			const booking_id = await makeBooking(email);
			await enqueue('booking-notify', { booking_id, kind: 'received' });
			const broken = await start(undefined, await freePort());
			await until(async () => (await states('booking-notify'))[0] === 'retry');
			await broken.stop();
			running.length = 0;
			expect(await db.query('select 1 from public.booking_notifications where booking_id = $1', [booking_id])).toEqual(
				[]
			);
			await db.exec(`update pgboss.job set start_after = now()`);
			await start();
			await done('booking-notify');
			expect(await mails(email)).toHaveLength(1);
		});
	});

	it('booking-hold-expire cancels what ran out, and the customer hears of it', async () => {
		const email = 'expired@example.test';
		const booking_id = await makeBooking(email);
		await db.query(`update public.bookings set hold_expires_at = now() - interval '1 minute' where id = $1`, [
			booking_id
		]);
		await start();
		await enqueue('booking-hold-expire', {}, 'sweep');
		await done('booking-notify');
		const [booking] = await db.query<{ status: string; cancel_reason: string }>(
			'select status, cancel_reason from public.bookings where id = $1',
			[booking_id]
		);
		expect(booking).toEqual({ status: 'cancelled', cancel_reason: 'hold_expired' });
		expect((await mails(email)).map(({ subject }) => subject)).toEqual([
			expect.stringMatching(/^Your date is free again/)
		]);
	});

	describe('leads', () => {
		const makeLead = async (station: string, extra = '{}') => {
			const [row] = await db.query<{ id: string }>(
				`insert into public.leads (name, email, station_id, source, reason, next_action_at, adults, quote)
				select 'Bo Ray', $1, s.id, 'website', 'SLOT_UNAVAILABLE', now() - interval '1 minute', 8, $3::jsonb
				from public.stations s where s.slug = $2 returning id`,
				[`bo.${randomBytes(4).toString('hex')}@example.test`, station, extra]
			);
			await db.exec('delete from pgboss.job');
			return row?.id ?? '';
		};

		it('lead-follow-up tells the station’s staff once, and no other station’s', async () => {
			const lead_id = await makeLead('fremont', '{"total_cents": 55000}');
			await start();
			await enqueue('lead-follow-up', { lead_id }, 'a');
			await enqueue('lead-follow-up', { lead_id }, 'b');
			await done('lead-follow-up', 2);
			const [mail, ...more] = await mails();
			expect(more).toEqual([]);
			expect(mail?.to).toEqual(['manager.fremont@demo.test']);
			expect(mail?.text).toContain('$550.00');
			expect(mail?.links).toContain(`http://admin.test/leads/${lead_id}`);
			const [lead] = await db.query<{ later: boolean }>(
				'select next_action_at > now() as later from public.leads where id = $1',
				[lead_id]
			);
			expect(lead?.later).toBe(true);
		});

		it('lead-follow-up is quiet about a lead that somebody dealt with', async () => {
			const lead_id = await makeLead('fremont');
			await db.query(`update public.leads set status = 'contacted' where id = $1`, [lead_id]);
			await start();
			await enqueue('lead-follow-up', { lead_id });
			await done('lead-follow-up');
			expect(await mails()).toEqual([]);
		});

		it('waitlist-notify offers a free slot once, and is quiet when it is taken again', async () => {
			const lead_id = await makeLead('fremont');
			const [place] = await db.query<{ id: string }>(
				`insert into public.waitlist (lead_id, station_id, starts_at)
				select $1, l.station_id, (
					select s.starts_at from public.available_slots('94538', current_date + 10, current_date + 30) s
					where s.capacity > 0 limit 1)
				from public.leads l where l.id = $1 returning id`,
				[lead_id]
			);
			const [full] = await db.query<{ id: string }>(
				`insert into public.waitlist (lead_id, station_id, starts_at)
				select $1, l.station_id, date_trunc('day', now()) + interval '20 days 11 minutes'
				from public.leads l where l.id = $1 returning id`,
				[lead_id]
			);
			await start();
			for (const waitlist_id of [place?.id, place?.id, full?.id]) await enqueue('waitlist-notify', { waitlist_id });
			await done('waitlist-notify', 3);
			expect((await mails()).map(({ subject }) => subject)).toEqual([expect.stringMatching(/^Free again: /)]);
			const left = await db.query<{ id: string; status: string }>(
				'select id, status from public.waitlist where lead_id = $1 order by status',
				[lead_id]
			);
			expect(left.map(({ status }) => status)).toEqual(['notified', 'waiting']);
		});
	});

	it('what cron schedules is what the jobs wait for', async () => {
		const schedules = await db.query<{ jobname: string; command: string }>('select jobname, command from cron.job');
		const names = schedules.map(({ jobname }) => jobname);
		expect(names).toEqual(
			expect.arrayContaining(['booking-hold-expire', 'heartbeat', 'audit-partitions', 'lead-follow-up'])
		);
		for (const { jobname, command } of schedules) {
			await expect(
				db.rollback((query) => query(command)),
				jobname
			).resolves.toBeDefined();
		}
	});
});

function randomUuid(): string {
	return crypto.randomUUID();
}

async function openEmbedded() {
	const { openPglite } = await import('../../supabase/local/database-pglite.ts');
	const db = await openPglite();
	return { db, drop: () => db.close() };
}

async function openNative() {
	const url = process.env.TEST_DATABASE_URL ?? '';
	const name = `jobs_${process.pid}_${randomBytes(3).toString('hex')}`;
	const admin = new pg.Client({ connectionString: url });
	await admin.connect();
	await admin.query(`create database ${name}`);
	const { openPostgres } = await import('../../supabase/local/database-postgres.ts');
	const db = await openPostgres(Object.assign(new URL(url), { pathname: `/${name}` }).href);
	return {
		db,
		drop: async () => {
			await db.close();
			await admin.query(`drop database ${name} with (force)`);
			await admin.end();
		}
	};
}
