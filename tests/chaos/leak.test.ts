/** What a thousand visitors leave behind in the Realtime server: nothing. In process, so that the heap can be looked at. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withoutRateLimits } from '../../supabase/local/realtime/index.ts';
import {
	disconnectAll,
	openRaw,
	openTestDatabase,
	startServer,
	until,
	uniqueTopic,
	type TestDatabase,
	type TestServer
} from '../realtime/harness.ts';

const cycles = 1_000;
/** Sockets open at once. */
const crowd = 25;
/** What compiled code and caches may still grow by after the warm-up, in bytes. A leaked socket would hold some 20 kB. */
const tolerance = 2 * 1024 * 1024;

let database: TestDatabase;
let server: TestServer;
beforeAll(async () => {
	database = await openTestDatabase('pglite');
	server = await startServer(database.db, { limits: withoutRateLimits });
});
afterAll(async () => {
	await disconnectAll();
	await server.stop();
	await database.drop();
});

it(`after ${cycles} sockets that joined, spoke, and left or broke off, nothing of them is held`, async () => {
	await visits(200); // compiles and fills caches
	const before = await heapUsed();
	await visits(cycles);
	const after = await heapUsed();
	expect(server.realtime.stats()).toMatchObject({ connections: 0, channels: 0 });
	expect((after - before) / 1024, 'kB more than before').toBeLessThan(tolerance / 1024);
}, 300_000);

async function visits(count: number): Promise<void> {
	for (let done = 0; done < count; done += crowd) {
		await Promise.all(Array.from({ length: crowd }, (_, index) => visit((done + index) % 2 === 0)));
		await disconnectAll();
	}
}

/** Joins a topic with presence, says something, and says goodbye if polite. */
async function visit(polite: boolean): Promise<void> {
	const raw = await openRaw(server);
	const topic = `realtime:${uniqueTopic()}`;
	const config = { broadcast: { ack: true, self: true }, presence: { key: 'me', enabled: true }, private: false };
	raw.send(['1', '1', topic, 'phx_join', { config }]);
	expect((await raw.reply('1')).status).toBe('ok');
	raw.send(['1', '2', topic, 'presence', { type: 'presence', event: 'track', payload: { name: 'Robin' } }]);
	raw.send(['1', '3', topic, 'broadcast', { type: 'broadcast', event: 'hello', payload: { text: 'x'.repeat(500) } }]);
	expect((await raw.reply('3')).status).toBe('ok');
	if (polite) {
		raw.send(['1', '4', topic, 'phx_leave', {}]);
		expect((await raw.reply('4')).status).toBe('ok');
	}
	raw.socket.terminate();
	await until(() => raw.closed, 'the socket to close');
}

/** Live bytes, after collecting what nobody holds. */
async function heapUsed(): Promise<number> {
	setFlagsFromString('--expose-gc');
	const collect = runInNewContext('gc') as () => void;
	for (let round = 0; round < 3; round += 1) {
		collect();
		await new Promise((resolve) => setImmediate(resolve));
	}
	return process.memoryUsage().heapUsed;
}
