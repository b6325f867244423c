import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
	backends,
	collect,
	connect,
	disconnectAll,
	joined,
	member,
	openTestDatabase,
	sendFromDatabase,
	startServer,
	uniqueTopic,
	until,
	type TestDatabase,
	type TestServer
} from './harness.ts';

describe.each(backends)('broadcast on %s', (backend) => {
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

	test('a message from the database reaches every member of a public channel once, with its id', async () => {
		const topic = uniqueTopic();
		const inboxes = await Promise.all(
			Array.from({ length: 5 }, async () => {
				const channel = connect(server).channel(topic);
				const inbox = collect(channel);
				await joined(channel);
				return inbox;
			})
		);
		await sendFromDatabase(database.db, topic, { n: 1 }, false);
		await sendFromDatabase(database.db, topic, { n: 2 }, false);
		await until(() => inboxes.every((inbox) => inbox.length >= 2));
		for (const inbox of inboxes) {
			expect(inbox).toHaveLength(2);
			const [first, second] = inbox;
			expect(first).toMatchObject({ event: 'changed', payload: { n: 1, id: first?.meta?.id } });
			expect(second).toMatchObject({ payload: { n: 2 } });
			expect(first?.meta?.id).toMatch(/^[0-9a-f-]{36}$/);
		}
	});

	test('messages of one transaction keep their order', async () => {
		const topic = uniqueTopic();
		const channel = connect(server).channel(topic);
		const inbox = collect(channel);
		await joined(channel);
		await database.db.transaction(async (query) => {
			// Small and large ones: nothing may overtake.
			for (let n = 0; n < 60; n++) {
				const payload = JSON.stringify({ n, filler: 'x'.repeat(n % 3 ? 10 : 9_000) });
				await query(`select realtime.send($1::text::jsonb, 'changed', $2, false)`, [payload, topic]);
			}
		});
		await until(() => inbox.length >= 60);
		expect(inbox.map(({ payload }) => (payload as { n: number }).n)).toEqual(Array.from({ length: 60 }, (_, n) => n));
	});

	test('a rolled back message is never delivered', async () => {
		const topic = uniqueTopic();
		const channel = connect(server).channel(topic);
		const inbox = collect(channel);
		await joined(channel);
		await database.db.rollback((query) => query(`select realtime.send('{"n":1}', 'changed', $1, false)`, [topic]));
		await sendFromDatabase(database.db, topic, { n: 2 }, false);
		await until(() => inbox.length > 0);
		expect(inbox.map(({ payload }) => payload)).toMatchObject([{ n: 2 }]);
	});

	test('public and private channels of one name are separate worlds', async () => {
		const topic = uniqueTopic();
		const user = await member(database.db, topic, { reads: ['broadcast'] });
		const open = connect(server).channel(topic);
		const closed = connect(server, user.token).channel(topic, { config: { private: true } });
		const [openInbox, closedInbox] = [collect(open), collect(closed)];
		await Promise.all([joined(open), joined(closed)]);
		await sendFromDatabase(database.db, topic, { to: 'private' }, true);
		await sendFromDatabase(database.db, topic, { to: 'public' }, false);
		await until(() => openInbox.length > 0 && closedInbox.length > 0);
		expect(openInbox.map(({ payload }) => payload)).toMatchObject([{ to: 'public' }]);
		expect(closedInbox.map(({ payload }) => payload)).toMatchObject([{ to: 'private' }]);
	});

	test('a client broadcast reaches the others, and the sender only with self', async () => {
		const topic = uniqueTopic();
		const [quiet, loud] = [connect(server), connect(server)].map((client, index) =>
			client.channel(topic, { config: { broadcast: { self: index === 1 } } })
		);
		if (!quiet || !loud) throw new Error('two channels');
		const [quietInbox, loudInbox] = [collect(quiet), collect(loud)];
		await Promise.all([joined(quiet), joined(loud)]);
		await quiet.send({ type: 'broadcast', event: 'typed', payload: { from: 'quiet' } });
		await until(() => loudInbox.length === 1);
		await loud.send({ type: 'broadcast', event: 'typed', payload: { from: 'loud' } });
		await until(() => quietInbox.length === 1 && loudInbox.length === 2);
		expect(quietInbox).toMatchObject([{ event: 'typed', payload: { from: 'loud' } }]);
		expect(quietInbox[0]?.meta).toBeUndefined();
		expect(loudInbox.map(({ payload }) => payload)).toEqual([{ from: 'quiet' }, { from: 'loud' }]);
	});

	test('with ack the sender learns that the server took the message', async () => {
		const channel = connect(server).channel(uniqueTopic(), { config: { broadcast: { ack: true } } });
		await joined(channel);
		expect(await channel.send({ type: 'broadcast', event: 'typed', payload: {} })).toBe('ok');
	});

	test('with ack a payload over the limit is refused', async () => {
		const small = await startServer(database.db, { limits: { payloadBytes: 100 } });
		try {
			const channel = connect(small).channel(uniqueTopic(), { config: { broadcast: { ack: true } } });
			await joined(channel);
			const payload = { text: 'x'.repeat(200) };
			expect(await channel.send({ type: 'broadcast', event: 'typed', payload })).toBe('error');
		} finally {
			await disconnectAll();
			await small.stop();
		}
	});

	test('binary payloads arrive as bytes, from a client and from the database', async () => {
		const topic = uniqueTopic();
		const [sender, receiver] = [connect(server).channel(topic), connect(server).channel(topic)];
		const inbox = collect(receiver);
		await Promise.all([joined(sender), joined(receiver)]);
		await sender.send({ type: 'broadcast', event: 'bytes', payload: new Uint8Array([1, 2, 255]).buffer });
		await until(() => inbox.length === 1);
		await database.db.query(`select realtime.send_binary('\\x00ff07', 'bytes', $1, false)`, [topic]);
		await until(() => inbox.length === 2);
		const bytes = inbox.map(({ payload }) => [...new Uint8Array(payload as ArrayBuffer)]);
		expect(bytes).toEqual([
			[1, 2, 255],
			[0, 255, 7]
		]);
	});

	test('replay brings back the newest messages, oldest first, and none of them twice', async () => {
		const topic = uniqueTopic();
		const user = await member(database.db, topic, { reads: ['broadcast'] });
		const since = Date.now() - 1_000;
		for (let n = 0; n < 30; n++) await sendFromDatabase(database.db, topic, { n });
		const replay = async (limit?: number) => {
			const config = { private: true, broadcast: { replay: { since, ...(limit && { limit }) } } };
			const channel = connect(server, user.token).channel(topic, { config });
			const inbox = collect(channel);
			await joined(channel);
			return inbox;
		};
		const three = await replay(3);
		await until(() => three.length === 3);
		expect(three).toMatchObject([27, 28, 29].map((n) => ({ payload: { n }, meta: { replayed: true } })));
		const all = await replay(100);
		await sendFromDatabase(database.db, topic, { n: 30 });
		await until(() => all.some(({ payload }) => (payload as { n: number }).n === 30));
		expect(all.map(({ payload }) => (payload as { n: number }).n)).toEqual(Array.from({ length: 26 }, (_, n) => n + 5));
		expect(new Set(all.map(({ meta }) => meta?.id)).size).toBe(26);
	});

	test('a message without a payload object is not delivered, and does no harm', async () => {
		const topic = uniqueTopic();
		const channel = connect(server).channel(topic);
		const inbox = collect(channel);
		await joined(channel);
		await database.db.query(`insert into realtime.messages (topic, extension, event) values ($1, 'broadcast', 'x')`, [
			topic
		]);
		await sendFromDatabase(database.db, topic, { n: 1 }, false);
		await until(() => inbox.length > 0);
		expect(inbox).toHaveLength(1);
	});

	test('stats count sockets, channels, joins and messages', async () => {
		const before = server.realtime.stats();
		const client = connect(server);
		const [one, two] = [client.channel(uniqueTopic()), client.channel(uniqueTopic())];
		const inbox = collect(one);
		await Promise.all([joined(one), joined(two)]);
		await sendFromDatabase(database.db, one.topic.slice('realtime:'.length), {}, false);
		await until(() => inbox.length === 1);
		const { connections, channels, joins, messages } = server.realtime.stats();
		expect({ connections, channels }).toEqual({ connections: before.connections + 1, channels: before.channels + 2 });
		expect(joins - before.joins).toBe(2);
		expect(messages - before.messages).toBe(1);
	});
});
