/** What tests of jobs stand on: a migrated and seeded database, a mailbox, workers, and a booking to tell about. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { fromPglite, PgBoss } from 'pg-boss';
import { expect } from 'vitest';
import type { WhatsAppSettings } from '#shared/platform/whatsapp.ts';
import { startJobs, type RunningJobs } from '../../jobs/index.ts';
import type { AnyJob } from '../../jobs/job.ts';
import type { StorageSettings } from '../../jobs/storage.ts';
import { seedZipCodes } from '../../seed/zip-codes.ts';
import type { LocalDatabase } from '../../supabase/local/database.ts';
import { createDemoUsers } from '../../supabase/local/demo.ts';
import { startMailbox } from '../../supabase/local/mailbox.ts';
import { openMailStore, type Mail } from '../../supabase/local/mailbox/store.ts';
import { migrate, seed } from '../../supabase/local/migrate.ts';
import { preparePlatform } from '../../supabase/local/platform.ts';
import { until } from '../until.ts';
import { freePort } from './free-port.ts';

export const repo = resolve(import.meta.dirname, '../..');

/** PGlite always; PostgreSQL where TEST_DATABASE_URL names one. */
export const databases = ['PGlite', ...(process.env.TEST_DATABASE_URL ? ['PostgreSQL'] : [])];

export type JobsStand = Awaited<ReturnType<typeof openJobsStand>>;

export async function openJobsStand(database: string) {
	const { db, drop } = database === 'PGlite' ? await openEmbedded() : await openNative();
	await preparePlatform(db);
	await migrate(db, join(repo, 'migrations'));
	await createDemoUsers(db);
	await seedZipCodes(db);
	await seed(db, join(repo, 'seed'));
	const folder = await mkdtemp(join(tmpdir(), 'jobs-'));
	const smtpPort = await freePort();
	const mailbox = await startMailbox({ smtpPort, dataDir: folder });
	const running: RunningJobs[] = [];

	async function stopAll(): Promise<void> {
		for (const each of running.splice(0)) await each.stop();
	}

	/** Workers of these jobs, else of all; on that SMTP port, else on the mailbox's; without a Storage unless one is given. */
	async function start(
		only?: AnyJob[],
		smtp = smtpPort,
		whatsapp: WhatsAppSettings | null = null,
		storage: StorageSettings | null = null,
		stripe: { secretKey: string; apiUrl: string } | null = null
	): Promise<RunningJobs> {
		const started = await startJobs({
			...(db.kind === 'pglite' ? { pglite: db.pglite, db } : { connectionString: db.url }),
			mail: { smtpUrl: `smtp://127.0.0.1:${smtp}`, from: 'My Hibachi <hello@myhibachi.test>' },
			appUrl: 'http://app.test',
			adminUrl: 'http://admin.test',
			whatsapp,
			storage,
			stripe,
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

	/** The id of the job; null where one of its key waits already. */
	async function enqueue(job: string, payload: object, key: string | null = null): Promise<string | null | undefined> {
		const [row] = await db.query<{ id: string | null }>('select private.enqueue($1, $2, now(), $3) as id', [
			job,
			JSON.stringify(payload),
			key
		]);
		return row?.id;
	}

	async function states(job: string): Promise<string[]> {
		const rows = await db.query<{ state: string }>('select state from pgboss.job where name = $1 order by created_on', [
			job
		]);
		return rows.map(({ state }) => state);
	}

	async function done(job: string, count = 1): Promise<void> {
		await until(async () => (await states(job)).filter((state) => state === 'completed').length >= count, {
			timeoutMs: 20_000,
			what: `${count} done of ${job}`
		});
	}

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

	return {
		db,
		/** The mailbox, for a worker in a process of its own. */
		smtpUrl: `smtp://127.0.0.1:${smtpPort}`,
		start,
		stopAll,
		plainBoss,
		supervise,
		enqueue,
		states,
		done,
		mails,
		makeBooking,
		/** No worker, no job, no mail. */
		async reset() {
			await stopAll();
			await db.exec('delete from pgboss.job');
			await (await openMailStore(join(folder, 'mail'))).remove();
		},
		async close() {
			await stopAll();
			await mailbox.close();
			await rm(folder, { recursive: true });
			await drop();
		}
	};
}

interface Opened {
	db: LocalDatabase;
	drop: () => Promise<void>;
}

async function openEmbedded(): Promise<Opened> {
	const { openPglite } = await import('../../supabase/local/database-pglite.ts');
	const db = await openPglite();
	return { db, drop: () => db.close() };
}

async function openNative(): Promise<Opened> {
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
