import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { scalingJobs } from '../../jobs/scaling.ts';
import { createSimulators } from '../../supabase/local/simulators/index.ts';
import { simulatedMeta } from '../../supabase/local/simulators/meta.ts';
import { databases, openJobsStand, type JobsStand } from './jobs-stand.ts';

describe.each(databases)('jobs of scaling health, on %s', (database) => {
	let stand: JobsStand;
	let server: Server;
	const simulators = createSimulators();
	const { meta } = simulators;
	const whatsapp = () => ({
		...simulatedMeta,
		apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/_simulators/meta`
	});

	beforeAll(async () => {
		server = createServer((req, res) => void simulators.handleRequest(req, res));
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		stand = await openJobsStand(database);
	}, 180_000);
	beforeEach(async () => {
		await stand.reset();
		meta.messages.length = 0;
		meta.switches = { fail: false, latencyMs: 0 };
		await stand.db.exec(`delete from public.scaling_recommendations; delete from public.scaling_alerts;
			update public.scaling_thresholds set warning = 500000, critical = 1000000 where metric = 'db_bookings';
			delete from pgboss.job`);
	});
	afterAll(async () => {
		server?.close();
		await stand?.close();
	});

	async function push(over: boolean): Promise<void> {
		const [warning, critical] = over ? [1, 1_000_000] : [500_000, 1_000_000];
		await stand.db.exec(
			`update public.scaling_thresholds set warning = ${warning}, critical = ${critical} where metric = 'db_bookings'`
		);
	}
	const flag = (on: boolean) =>
		stand.db.exec(`update public.feature_flags set enabled = ${on} where key = 'scaling_whatsapp_alerts'`);
	/** Whatever the hour, the day's summary is not what these tests are about. */
	const texts = () => meta.messages.map(({ text }) => text).filter((text) => !text.startsWith('Good morning'));
	const told = async (kind: string) => {
		const rows = await stand.db.query<{ channel: string }>(
			'select channel from public.scaling_alerts where kind = $1 and sent_at is not null',
			[kind]
		);
		return rows.map(({ channel }) => channel);
	};
	const until = async (kind: string, count = 1) => {
		await expect.poll(() => told(kind), { timeout: 20_000, interval: 50 }).toHaveLength(count);
		return told(kind);
	};

	it('a threshold that is passed is told once by WhatsApp, and its end as well', async () => {
		await flag(true);
		await stand.start(scalingJobs, undefined, whatsapp());
		await push(true);
		expect(await until('breach')).toEqual(['whatsapp']);
		await stand.enqueue('scaling-check', {}, 'again');
		await stand.done('scaling-check', 2);
		expect(texts()).toHaveLength(1);
		expect(texts()[0]).toMatch(/^Warning: Rows in bookings is \d+, the limit is 1\./);
		await push(false);
		expect(await until('recovery')).toEqual(['whatsapp']);
		expect(texts()[0]).toMatch(/^Resolved: Rows in bookings/);
	});

	it('goes by e-mail to those who manage scaling while the flag is off', async () => {
		await flag(false);
		await stand.start(scalingJobs, undefined, whatsapp());
		await push(true);
		expect(await until('breach')).toEqual(['email']);
		expect(meta.messages).toEqual([]);
		const mail = (await stand.mails('admin@demo.test')).find(({ subject }) => subject.includes('limit'));
		expect(mail?.links[0]).toBe('http://admin.test/scaling');
	});

	it('goes by e-mail when Meta refuses', async () => {
		await flag(true);
		meta.switches = { fail: true, latencyMs: 0 };
		await stand.start(scalingJobs, undefined, whatsapp());
		await push(true);
		expect(await until('breach')).toEqual(['email']);
	});
});
