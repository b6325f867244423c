import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import type { Limits } from '../../supabase/local/realtime/limits.ts';
import {
	backends,
	collect,
	connect,
	disconnectAll,
	joined,
	keys,
	openRaw,
	openTestDatabase,
	sendFromDatabase,
	sign,
	startServer,
	uniqueTopic,
	until,
	type RawSocket,
	type TestDatabase,
	type TestServer
} from './harness.ts';

describe.each(backends)('the wire protocol on %s', (backend) => {
	let database: TestDatabase;
	let server: TestServer;

	beforeAll(async () => {
		database = await openTestDatabase(backend);
		server = await startServer(database.db);
	}, 60_000);
	afterEach(disconnectAll);
	afterAll(async () => {
		await server?.stop();
		await database?.drop();
	});

	/** A server of its own limits for one test. */
	const limited = async (limits: Partial<Limits>, run: (server: TestServer) => Promise<void>) => {
		const other = await startServer(database.db, { limits });
		try {
			await run(other);
		} finally {
			await disconnectAll();
			await other.stop();
		}
	};
	const isAlive = async (raw: RawSocket, ref: string) => {
		raw.send([null, ref, 'phoenix', 'heartbeat', {}]);
		expect(await raw.reply(ref)).toEqual({ status: 'ok', response: {} });
	};

	test('receivers of 1.0.0 and 2.0.0 hear the same, whoever of them sends', async () => {
		const topic = uniqueTopic();
		const [old, fresh] = ['1.0.0', '2.0.0'].map((vsn) => connect(server, null, { vsn }).channel(topic));
		if (!old || !fresh) throw new Error('two channels');
		const [oldInbox, freshInbox] = [collect(old), collect(fresh)];
		await Promise.all([joined(old), joined(fresh)]);
		await old.send({ type: 'broadcast', event: 'grüße', payload: { from: 'old 🍤' } });
		await until(() => freshInbox.length === 1);
		await fresh.send({ type: 'broadcast', event: 'grüße', payload: { from: 'fresh 🍤' } });
		await until(() => oldInbox.length === 1);
		await sendFromDatabase(database.db, topic, { n: 1 }, false);
		await until(() => oldInbox.length === 2 && freshInbox.length === 2);
		expect(freshInbox[0]).toMatchObject({ type: 'broadcast', event: 'grüße', payload: { from: 'old 🍤' } });
		expect(oldInbox[0]).toEqual({ type: 'broadcast', event: 'grüße', payload: { from: 'fresh 🍤' } });
		expect(oldInbox[1]).toEqual(freshInbox[1]);
	});

	test('1.0.0 joins, acknowledges, shows presence and leaves', async () => {
		const client = connect(server, null, { vsn: '1.0.0' });
		const channel = client.channel(uniqueTopic(), { config: { broadcast: { ack: true }, presence: { key: 'anna' } } });
		channel.on('presence', { event: 'sync' }, () => undefined);
		await joined(channel);
		expect(await channel.send({ type: 'broadcast', event: 'x', payload: {} })).toBe('ok');
		expect(await channel.track({ at: 'desk' })).toBe('ok');
		await until(() => channel.presenceState().anna);
		expect(await channel.unsubscribe()).toBe('ok');
	});

	test('a receiver of 1.0.0 gets no binary payload, and nothing breaks', async () => {
		const topic = uniqueTopic();
		const channel = connect(server, null, { vsn: '1.0.0' }).channel(topic);
		const inbox = collect(channel);
		await joined(channel);
		await database.db.query(`select realtime.send_binary('\\x01', 'bytes', $1, false)`, [topic]);
		await sendFromDatabase(database.db, topic, { n: 1 }, false);
		await until(() => inbox.length > 0);
		expect(inbox).toMatchObject([{ event: 'changed' }]);
	});

	test('an event too long for a binary header still arrives', async () => {
		const topic = uniqueTopic();
		const event = 'e'.repeat(300);
		const channel = connect(server).channel(topic);
		const inbox = collect(channel);
		await joined(channel);
		await database.db.query(`select realtime.send('{"n":1}', $2, $1, false)`, [topic, event]);
		await until(() => inbox.length === 1);
		expect(inbox[0]).toMatchObject({ event, payload: { n: 1 } });
	});

	test.each([
		['no key', { apikey: '' }, 401],
		['an unknown key', { apikey: 'sb_publishable_other' }, 401],
		['a token that is over', { apikey: 'expired' }, 401],
		['an unknown protocol', { apikey: keys.publishableKey, vsn: '3.0.0' }, 401]
	])('%s is refused at the upgrade', async (_, query, status) => {
		const apikey = query.apikey === 'expired' ? await sign({}, -5) : query.apikey;
		const params = new URLSearchParams({ ...query, apikey });
		const socket = new WebSocket(`${server.url.replace('http', 'ws')}/realtime/v1/websocket?${params.toString()}`);
		const answer = await new Promise<number | undefined>((resolve) => {
			socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
			socket.on('error', () => undefined);
		});
		expect(answer).toBe(status);
	});

	test('the header x-api-key wins over the parameter', async () => {
		const socket = new WebSocket(`${server.url.replace('http', 'ws')}/realtime/v1/websocket?apikey=wrong&vsn=2.0.0`, {
			headers: { 'x-api-key': keys.publishableKey }
		});
		await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
		socket.close();
	});

	test('malformed frames are dropped and the socket stays', async () => {
		const raw = await openRaw(server);
		const topic = `realtime:${uniqueTopic()}`;
		raw.send(['1', '1', topic, 'phx_join', { config: { broadcast: { ack: true } } }]);
		await raw.reply('1');
		for (const frame of [
			'not json',
			'{}',
			'[]',
			'[1,2,3]',
			'null',
			'["1","2",7,"broadcast",{}]',
			JSON.stringify(['1', '2', topic, 'broadcast', { type: 'broadcast' }]),
			JSON.stringify(['1', '2', topic, 'broadcast', null]),
			JSON.stringify(['1', '2', topic, 'access_token', { access_token: 7 }]),
			JSON.stringify(['1', '2', topic, 'no_such_event', {}]),
			Buffer.from([]),
			Buffer.from([0, 1, 2]),
			Buffer.from([3, 255, 255, 255, 255, 255, 1, 9]),
			Buffer.from([4, 1, 1, 1, 1, 1, 1]),
			Buffer.concat([Buffer.from([3, 1, 1, topic.length, 1, 0, 1]), Buffer.from(`11${topic}e{broken`)])
		]) {
			raw.send(frame);
		}
		await isAlive(raw, '99');
		expect(raw.binaries).toEqual([]);
		raw.socket.close();
	});

	test('a frame over 5 MB closes its socket and no other', async () => {
		const [bad, good] = await Promise.all([openRaw(server), openRaw(server)]);
		bad.send(Buffer.alloc(5_000_001, 3));
		expect((await until(() => bad.closed)).code).toBe(1009);
		await isAlive(good, '1');
		good.socket.close();
	});

	test('an event on a topic that was not joined is answered with unmatched topic; leaving it with ok', async () => {
		const raw = await openRaw(server);
		raw.send([null, '1', 'realtime:nowhere', 'presence', {}]);
		expect(await raw.reply('1')).toEqual({ status: 'error', response: { reason: 'unmatched topic' } });
		raw.send([null, '2', 'realtime:nowhere', 'phx_leave', {}]);
		expect((await raw.reply('2')).status).toBe('ok');
		raw.send(['3', '3', 'elsewhere', 'phx_join', {}]);
		expect(await raw.reply('3')).toEqual({ status: 'error', response: { reason: 'unmatched topic' } });
		raw.send(['4', '4', 'realtime:', 'phx_join', {}]);
		expect((await raw.reply('4')).response.reason).toBe('TopicNameRequired: You must provide a topic name');
		raw.socket.close();
	});

	test('a second join closes the first and takes its place', async () => {
		const raw = await openRaw(server);
		const name = uniqueTopic();
		const topic = `realtime:${name}`;
		raw.send(['1', '1', topic, 'phx_join', { config: {} }]);
		raw.send(['2', '2', topic, 'phx_join', { config: {} }]);
		await raw.reply('2');
		expect(raw.texts).toContainEqual(['1', '1', topic, 'phx_close', {}]);
		raw.send(['1', '3', topic, 'phx_leave', {}]); // of the first join: out of date
		await sendFromDatabase(database.db, name, { n: 1 }, false);
		await until(() => raw.binaries.length === 1);
		raw.send(['2', '4', topic, 'phx_leave', {}]);
		await raw.reply('4');
		await until(() =>
			raw.texts.some((frame) => JSON.stringify(frame) === JSON.stringify(['2', '2', topic, 'phx_close', {}]))
		);
		raw.socket.close();
	});

	test('what follows a join waits for it, in order', async () => {
		const raw = await openRaw(server, '2.0.0', keys.secretKey);
		const topic = `realtime:${uniqueTopic()}`;
		raw.send(['1', '1', topic, 'phx_join', { config: { private: true, broadcast: { ack: true, self: true } } }]);
		for (let n = 0; n < 20; n++)
			raw.send(['1', `m${n}`, topic, 'broadcast', { type: 'broadcast', event: 'x', payload: { n } }]);
		await raw.reply('m19');
		const echoes = raw.texts.flatMap((frame) => {
			const [, , , event, body] = frame as [unknown, unknown, unknown, string, { payload: { n: number } }];
			return event === 'broadcast' ? [body.payload.n] : [];
		});
		expect(echoes).toEqual(Array.from({ length: 20 }, (_, n) => n));
		raw.socket.close();
	});

	test('replication_ready is answered by a system message', async () => {
		const raw = await openRaw(server);
		raw.send(['1', '1', 'realtime:x', 'phx_join', { config: { broadcast: { replication_ready: 'true' } } }]);
		const payload = await until(() =>
			raw.texts.map((frame) => frame as unknown[]).find((frame) => frame[3] === 'system')
		);
		expect(payload[4]).toMatchObject({
			extension: 'system',
			status: 'ok',
			message: 'Replication connection established'
		});
		raw.socket.close();
	});

	test('a silent socket is closed, one with heartbeats is not', async () => {
		await limited({ idleMs: 300 }, async (other) => {
			const [silent, alive] = await Promise.all([openRaw(other), openRaw(other)]);
			let beats = 0;
			const beat = setInterval(() => alive.send([null, `h${(beats += 1)}`, 'phoenix', 'heartbeat', {}]), 50);
			await until(() => silent.closed);
			expect(alive.closed).toBeNull();
			clearInterval(beat);
			alive.socket.close();
		});
	});

	test('a socket without channels is closed, one with a channel is not', async () => {
		await limited({ emptyMs: 200 }, async (other) => {
			const [empty, busy] = await Promise.all([openRaw(other), openRaw(other)]);
			busy.send(['1', '1', 'realtime:x', 'phx_join', { config: {} }]);
			await until(() => empty.closed);
			expect(busy.closed).toBeNull();
			busy.socket.close();
		});
	});

	test('too many channels, joins and people are refused by name', async () => {
		await limited({ channelsPerSocket: 1 }, async (other) => {
			const client = connect(other);
			await joined(client.channel('a'));
			await expect(joined(client.channel('b'))).rejects.toThrow('ChannelRateLimitReached: Too many channels');
		});
		await limited({ connections: 1 }, async (other) => {
			await joined(connect(other).channel('a'));
			await expect(joined(connect(other).channel('a'))).rejects.toThrow(
				'ConnectionRateLimitReached: Too many connected users'
			);
		});
		await limited({ joinsPerSecond: 1 / 60 }, async (other) => {
			const raw = await openRaw(other);
			raw.send(['1', '1', 'realtime:a', 'phx_join', { config: {} }]);
			raw.send(['2', '2', 'realtime:b', 'phx_join', { config: {} }]);
			expect((await raw.reply('2')).response.reason).toBe('ClientJoinRateLimitReached: Too many joins per second');
			await until(() => raw.closed);
		});
	});

	test('too many messages close the channel and say why', async () => {
		await limited({ eventsPerSecond: 3 / 60 }, async (other) => {
			const channel = connect(other).channel('a');
			const systems: { message: string }[] = [];
			channel.on('system', {}, (message: { message: string }) => systems.push(message));
			await joined(channel);
			for (let n = 0; n < 4; n++) await channel.send({ type: 'broadcast', event: 'x', payload: {} });
			await until(() => channel.state === 'closed');
			expect(systems.at(-1)?.message).toBe('Too many messages per second');
		});
	});

	test('a reader that is too slow is dropped instead of filling the memory', async () => {
		await limited({ bufferedBytes: 100_000 }, async (other) => {
			const topic = uniqueTopic();
			const raw = await openRaw(other);
			raw.send(['1', '1', `realtime:${topic}`, 'phx_join', { config: {} }]);
			await raw.reply('1');
			raw.socket.pause();
			const filler = 'x'.repeat(500_000);
			for (let n = 0; n < 40 && other.realtime.stats().connections > 0; n++) {
				await sendFromDatabase(database.db, topic, { filler }, false);
			}
			await until(() => other.realtime.stats().connections === 0);
			expect(other.lines.some((line) => line.includes('reads too slowly'))).toBe(true);
			raw.socket.terminate();
		});
	});
});
