/**
 * A jobs worker in a process of its own, killed: scaling health says so by itself, jobs wait, and another worker does each of
 * them once. How long a silence is too long is the row `worker_age` of scaling_thresholds, below two minutes as it comes
 * (tests/db/scaling.test.sql); here it is set to seconds.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../until.ts';
import { openJobsStand, repo, type JobsStand } from './jobs-stand.ts';

interface Health {
	status: string;
	heartbeat_age_seconds: number | null;
	metrics: { metric: string; value: number | null; level: string }[];
}

const waiting = 50;

// PGlite's worker is the database's own process: killing the one kills the other (tests/chaos/stack.test.ts).
describe.runIf(process.env.TEST_DATABASE_URL)('a jobs worker that is killed, on PostgreSQL', () => {
	let stand: JobsStand;
	let worker: ChildProcess | undefined;

	beforeAll(async () => {
		stand = await openJobsStand('PostgreSQL');
	}, 180_000);
	afterEach(() => kill());
	afterAll(() => stand?.close());

	function start(): void {
		if (stand.db.kind !== 'postgres') throw new Error('This needs PostgreSQL.');
		worker = spawn(process.execPath, [join(repo, 'jobs/index.ts')], {
			env: {
				PATH: process.env.PATH,
				DATABASE_URL: stand.db.url,
				SMTP_URL: stand.smtpUrl,
				MAIL_FROM: 'My Hibachi <hello@myhibachi.test>',
				APP_URL: 'http://app.test',
				ADMIN_URL: 'http://admin.test'
			},
			stdio: 'ignore'
		});
	}
	async function kill(): Promise<void> {
		if (!worker || worker.signalCode !== null || worker.exitCode !== null) return;
		const gone = once(worker, 'exit');
		worker.kill('SIGKILL');
		await gone;
	}

	/** What an admin's page is told. */
	async function health(): Promise<Health> {
		const [row] = await stand.db.transaction(async (query) => {
			await query(
				`select set_config('request.jwt.claims', jsonb_build_object('role', 'authenticated', 'sub', id)::text, true)
				from auth.users where email = 'admin@demo.test'`
			);
			return query<{ health: Health }>('select public.scaling_health() as health');
		});
		if (!row) throw new Error('no answer');
		return row.health;
	}
	const metric = async (name: string) => (await health()).metrics.find((one) => one.metric === name);

	/** Bookings that wait for their deposit, each of another guest. */
	async function makeBookings(): Promise<{ id: string; email: string }[]> {
		return stand.db.query(
			`with guests as (
				insert into public.customers (name, email, station_id)
				select 'Guest ' || n, 'killed' || n || '@example.test', (select id from public.stations where slug = 'fremont')
				from generate_series(1, $1::int) n returning id, email, station_id
			), numbered as (select *, row_number() over () as n from guests)
			insert into public.bookings (reference, station_id, customer_id, event_at, event_ends_at, timezone, adults, venue_line1,
				venue_city, venue_state, venue_zip, road_miles, quote, total_cents, deposit_cents, price_version, hold_expires_at)
			select 'MH-' || translate((30000 + n)::text, '01', 'YZ'), station_id, id, now() + interval '30 days',
				now() + interval '30 days 2 hours', 'America/Los_Angeles', 10, '1 Main St', 'Fremont', 'CA', '94538', 1,
				(select quote from public.bookings where quote <> '{}' limit 1), 55000, 10000, 'p1', now() + interval '1 day'
			from numbered
			returning id, (select email from numbered where numbered.id = customer_id) as email`,
			[waiting]
		);
	}

	it('is missed by scaling health, and loses and repeats nothing', async () => {
		const bookings = await makeBookings();
		await stand.db.exec(
			`delete from pgboss.job; update public.scaling_thresholds set warning = 2, critical = 3 where metric = 'worker_age'`
		);
		await stand.db.exec('delete from pgboss.job');
		start();
		await stand.enqueue('heartbeat', {});
		await stand.done('heartbeat');
		expect((await metric('worker_age'))?.value).toBeLessThan(30);
		await kill();

		for (const { id } of bookings) await stand.enqueue('booking-notify', { booking_id: id, kind: 'received' }, id);
		await until(async () => (await metric('worker_age'))?.level === 'critical', {
			timeoutMs: 20_000,
			everyMs: 200,
			what: 'the silence to show'
		});
		const silent = await health();
		expect(silent.status).toBe('critical');
		expect(silent.metrics.find(({ metric: name }) => name === 'queue_depth')?.value).toBe(waiting);
		expect(await stand.mails(bookings[0]?.email)).toEqual([]);

		start();
		await stand.enqueue('heartbeat', {});
		await stand.done('heartbeat', 2);
		expect((await metric('worker_age'))?.level).not.toBe('critical');
		await until(async () => (await stand.states('booking-notify')).every((state) => state === 'completed'), {
			timeoutMs: 60_000,
			everyMs: 100,
			what: 'every job to be done'
		});
		expect(await stand.states('booking-notify')).toHaveLength(waiting);
		expect((await metric('queue_depth'))?.value).toBe(0);
		for (const { email } of bookings) expect(await stand.mails(email), email).toHaveLength(1);
	}, 120_000);
});
