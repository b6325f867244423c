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
	type Received,
	type TestDatabase,
	type TestServer
} from './harness.ts';

const numbers = (inbox: Received[]) => inbox.map(({ payload }) => (payload as { n: number }).n);
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

describe.each(backends)('recovery on %s', (backend) => {
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

	const sendMany = (topic: string, count: number) =>
		database.db.query(
			`select realtime.send(jsonb_build_object('n', n), 'changed', $1, false) from generate_series(0, $2::int - 1) as n`,
			[topic, count]
		);

	test('clients rejoin by themselves after their sockets were cut', async () => {
		const topic = uniqueTopic();
		const user = await member(database.db, topic, { reads: ['broadcast'] });
		const channel = connect(server, user.token).channel(topic, { config: { private: true } });
		const inbox = collect(channel);
		await joined(channel);
		const { joins } = server.realtime.stats();
		server.cut();
		await until(() => server.realtime.stats().joins === joins + 1);
		await sendFromDatabase(database.db, topic, { n: 0 });
		await until(() => inbox.length === 1);
	});

	test('clients rejoin by themselves after the server was restarted', async () => {
		const topic = uniqueTopic();
		const channel = connect(server).channel(topic);
		const inbox = collect(channel);
		await joined(channel);
		await server.restart();
		await until(() => server.realtime.stats().channels === 1);
		await sendFromDatabase(database.db, topic, { n: 0 }, false);
		await until(() => inbox.length === 1);
	});

	test('a restarted server does not send again what was sent before', async () => {
		const topic = uniqueTopic();
		await sendMany(topic, 10);
		await server.restart();
		const channel = connect(server).channel(topic);
		const inbox = collect(channel);
		await joined(channel);
		await sendFromDatabase(database.db, topic, { n: 99 }, false);
		await until(() => inbox.length > 0);
		expect(numbers(inbox)).toEqual([99]);
	});

	test('after close nothing of the server is left on the database, and sockets are told', async () => {
		const other = await startServer(database.db);
		const channel = connect(other).channel(uniqueTopic());
		await joined(channel);
		await other.stop();
		expect(other.realtime.stats().connections).toBe(0);
		await sendFromDatabase(database.db, uniqueTopic(), {}, false);
	});

	test('1,000 messages at once arrive in order, each once', async () => {
		const topic = uniqueTopic();
		const channel = connect(server).channel(topic);
		const inbox = collect(channel);
		await joined(channel);
		await sendMany(topic, 1_000);
		await until(() => inbox.length >= 1_000);
		expect(numbers(inbox)).toEqual(upTo(1_000));
	});
});

// PGlite has no connection to lose.
describe.each(backends.filter((backend) => backend === 'postgres'))('a lost database connection on %s', (backend) => {
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

	test('messages sent while the LISTEN connection is down all arrive, once and in order', async () => {
		const topic = uniqueTopic();
		const inboxes = await Promise.all(
			['1.0.0', '2.0.0'].map(async (vsn) => {
				const channel = connect(server, null, { vsn }).channel(topic);
				const inbox = collect(channel);
				await joined(channel);
				return inbox;
			})
		);
		await sendFromDatabase(database.db, topic, { n: 0 }, false);
		await until(() => inboxes.every((inbox) => inbox.length === 1));
		const caughtUp = server.lines.length;
		await database.killListener();
		for (let n = 1; n <= 60; n++) await sendFromDatabase(database.db, topic, { n }, false);
		await until(() => server.lines.slice(caughtUp).some((line) => line.includes('catching up')));
		await sendFromDatabase(database.db, topic, { n: 61 }, false);
		await until(() => inboxes.every((inbox) => inbox.length >= 62));
		for (const inbox of inboxes) expect(numbers(inbox)).toEqual(upTo(62));
	});

	test('a transaction that began before the loss and ends after the catch-up is not forgotten', async () => {
		const topic = uniqueTopic();
		const channel = connect(server).channel(topic);
		const inbox = collect(channel);
		await joined(channel);
		const before = server.lines.length;
		await database.db.transaction(async (query) => {
			await query(`select realtime.send('{"n":1}', 'changed', $1, false)`, [topic]);
			await database.killListener();
			await sendFromDatabase(database.db, topic, { n: 0 }, false);
			await until(() => server.lines.slice(before).some((line) => line.includes('catching up')));
			await until(() => inbox.length === 1);
		});
		await until(() => inbox.length === 2);
		expect(numbers(inbox)).toEqual([0, 1]);
	});

	test('a late commit of an old transaction during the loss is found by the overlap', async () => {
		const topic = uniqueTopic();
		const channel = connect(server).channel(topic);
		const inbox = collect(channel);
		await joined(channel);
		await database.db.transaction(async (query) => {
			await query(`select realtime.send('{"n":1}', 'changed', $1, false)`, [topic]);
			// Newer by `inserted_at` than the open transaction, and delivered first.
			await sendFromDatabase(database.db, topic, { n: 0 }, false);
			await until(() => inbox.length === 1);
			await database.killListener();
		});
		await until(() => inbox.length === 2);
		expect(numbers(inbox)).toEqual([0, 1]);
	});

	test('after every connection of the database was cut, joins and messages work again', async () => {
		const topic = uniqueTopic();
		const user = await member(database.db, topic, { reads: ['broadcast'] });
		const channel = connect(server, user.token).channel(topic, { config: { private: true } });
		const inbox = collect(channel);
		await joined(channel);
		await database.killAll();
		// The first queries may still meet a dead connection of the pool.
		await until(() =>
			sendFromDatabase(database.db, topic, { n: 0 }).then(
				() => true,
				() => false
			)
		);
		await until(() => inbox.length > 0);
		const other = connect(server, user.token).channel(topic, { config: { private: true } });
		await joined(other);
		await sendFromDatabase(database.db, topic, { n: 1 });
		await until(() => inbox.length === 2);
		expect(numbers(inbox)).toEqual([0, 1]);
	});
});
