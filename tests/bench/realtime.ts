/**
 * How long a committed change takes to its listeners on a private channel, by number of sockets; the Realtime server
 * alone, without the application. Prints Markdown when run directly:
 *   node tests/bench/realtime.ts    PGlite, and native PostgreSQL where TEST_DATABASE_URL is set
 */
import { RealtimeClient, type RealtimeChannel } from '@supabase/realtime-js';
import { percentile } from './figures.ts';
import {
	backends,
	keys,
	member,
	openTestDatabase,
	startServer,
	until,
	uniqueTopic,
	type Backend
} from '../realtime/harness.ts';

export interface RealtimeFigure {
	database: Backend;
	subscribers: number;
	messages: number;
	/** Milliseconds from sending the insert to a subscriber's handler; `last`: to the last subscriber of a message. */
	p50: number;
	p95: number;
	lastP50: number;
	lastP95: number;
}

const warmUp = 20;
const runs = [
	{ subscribers: 1, messages: 300 },
	{ subscribers: 100, messages: 150 }
];

/** Measures every database at hand. One message at a time: the next is sent when all have the one before. */
export async function measure(): Promise<RealtimeFigure[]> {
	const figures: RealtimeFigure[] = [];
	for (const backend of backends) {
		for (const run of runs) figures.push(await measureOne(backend, run.subscribers, run.messages));
	}
	return figures;
}

async function measureOne(backend: Backend, subscribers: number, messages: number): Promise<RealtimeFigure> {
	const database = await openTestDatabase(backend);
	const server = await startServer(database.db);
	const topic = uniqueTopic('station');
	const { token } = await member(database.db, topic, { reads: ['broadcast'] });
	const delays: number[] = [];
	const lasts: number[] = [];
	let sentAt = 0;
	let waiting = 0;
	const clients = await Promise.all(
		Array.from({ length: subscribers }, async () => {
			const client = new RealtimeClient(`${server.url.replace('http', 'ws')}/realtime/v1`, {
				params: { apikey: keys.publishableKey }
			});
			await client.setAuth(token);
			const channel = client.channel(topic, { config: { private: true } });
			channel.on('broadcast', { event: '*' }, () => {
				const delay = performance.now() - sentAt;
				delays.push(delay);
				waiting -= 1;
				if (waiting === 0) lasts.push(delay);
			});
			await joined(channel);
			return client;
		})
	);
	const filler = 'x'.repeat(400);
	for (let n = 0; n < warmUp + messages; n++) {
		if (n === warmUp) delays.length = lasts.length = 0;
		waiting = subscribers;
		sentAt = performance.now();
		const payload = JSON.stringify({ n, filler });
		await database.db.query(`select realtime.send($1::text::jsonb, 'changed', $2, true)`, [payload, topic]);
		await until(() => waiting === 0, `message ${n}`);
	}
	if (delays.length !== subscribers * messages) throw new Error('Messages were lost or came twice.');
	await Promise.all(clients.map((client) => client.disconnect()));
	await server.stop();
	await database.drop();
	const figure = { database: backend, subscribers, messages };
	const [p50, p95] = [percentile(delays, 50), percentile(delays, 95)];
	return { ...figure, p50, p95, lastP50: percentile(lasts, 50), lastP95: percentile(lasts, 95) };
}

async function joined(channel: RealtimeChannel): Promise<void> {
	await new Promise<void>((resolve, reject) => {
		channel.subscribe((status, error) => {
			if (status === 'SUBSCRIBED') resolve();
			else if (status !== 'CLOSED') reject(error ?? new Error(status));
		});
	});
}

if (import.meta.main) {
	console.info('| database | subscribers | messages | p50 | p95 | last of all p50 | p95 |');
	console.info('| --- | --: | --: | --: | --: | --: | --: |');
	for (const { database, subscribers, messages, ...times } of await measure()) {
		const ms = [times.p50, times.p95, times.lastP50, times.lastP95].map((time) => `${time.toFixed(1)} ms`);
		console.info(`| ${database} | ${subscribers} | ${messages} | ${ms.join(' | ')} |`);
	}
	// realtime-js keeps a 10 s timer after each disconnect.
	process.exit();
}
