import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
	createLive,
	type Live,
	type LiveOptions,
	type LiveStatus,
	type PresenceMember
} from '../../functions/_shared/platform/live.ts';
import {
	backends,
	keys,
	member,
	openTestDatabase,
	sendFromDatabase,
	sign,
	startServer,
	uniqueTopic,
	until,
	type TestDatabase,
	type TestServer
} from './harness.ts';

describe.each(backends)('the live wrapper on %s', (backend) => {
	let database: TestDatabase;
	let server: TestServer;
	const opened: Live[] = [];

	beforeAll(async () => {
		database = await openTestDatabase(backend);
		server = await startServer(database.db);
	}, 60_000);
	afterEach(async () => {
		await Promise.all(opened.splice(0).map((live) => live.close()));
	});
	afterAll(async () => {
		await server?.stop();
		await database?.drop();
	});

	const open = (options: Partial<LiveOptions> = {}): Live => {
		const realtime = { reconnectAfterMs: () => 20, ...options.realtime };
		const live = createLive({ url: server.url, apikey: keys.publishableKey, ...options, realtime });
		opened.push(live);
		return live;
	};
	/** Listens and writes down all that it is told. */
	const listen = (live: Live, topic: string, isPrivate = false) => {
		const seen = { numbers: [] as number[], catchUps: 0, statuses: [] as LiveStatus[], stop: () => {} };
		seen.stop = live.subscribe(topic, {
			private: isPrivate,
			events: { changed: ({ n }: { n: number }) => seen.numbers.push(n) },
			onCatchUp: () => (seen.catchUps += 1),
			onStatus: (status) => seen.statuses.push(status)
		});
		return seen;
	};
	const isLive = (seen: { statuses: LiveStatus[] }) => until(() => seen.statuses.at(-1) === 'live');

	test('a private topic is joined with the token, never before it is known', async () => {
		const topic = uniqueTopic();
		const user = await member(database.db, topic, { reads: ['broadcast'] });
		const seen = listen(open({ accessToken: () => Promise.resolve(user.token) }), topic, true);
		await isLive(seen);
		await sendFromDatabase(database.db, topic, { n: 1 });
		await until(() => seen.numbers.length === 1);
		expect(seen.statuses).toEqual(['connecting', 'live']);
		expect(seen.catchUps).toBe(1);
	});

	test('somebody without rights is told denied, not left waiting', async () => {
		const user = await member(database.db, uniqueTopic(), {});
		const seen = listen(open({ accessToken: () => Promise.resolve(user.token) }), uniqueTopic(), true);
		await until(() => seen.statuses.at(-1) === 'denied');
		expect(seen.catchUps).toBe(0);
	});

	test('subscribers of one topic share a channel, and each is caught up', async () => {
		const live = open();
		const topic = uniqueTopic();
		const before = server.realtime.stats().joins;
		const first = listen(live, topic);
		await isLive(first);
		const second = listen(live, topic);
		await until(() => second.catchUps === 1);
		await sendFromDatabase(database.db, topic, { n: 1 }, false);
		await until(() => first.numbers.length === 1 && second.numbers.length === 1);
		first.stop();
		await sendFromDatabase(database.db, topic, { n: 2 }, false);
		await until(() => second.numbers.length === 2);
		expect(first.numbers).toEqual([1]);
		expect([first.catchUps, second.catchUps]).toEqual([1, 1]);
		expect(server.realtime.stats().joins - before).toBe(1);
		second.stop();
		await until(() => server.realtime.stats().channels === 0);
	});

	test('a topic that was left can be joined again at once', async () => {
		const live = open();
		const topic = uniqueTopic();
		const first = listen(live, topic);
		await isLive(first);
		first.stop();
		const second = listen(live, topic);
		await isLive(second);
		await sendFromDatabase(database.db, topic, { n: 1 }, false);
		await until(() => second.numbers.length === 1);
		expect(first.numbers).toEqual([]);
	});

	test('after a server restart it is live again and catches up exactly once', async () => {
		const seen = listen(open(), uniqueTopic());
		await isLive(seen);
		await server.restart();
		await until(() => seen.catchUps === 2);
		await isLive(seen);
		expect(seen.statuses).toEqual(['connecting', 'live', 'reconnecting', 'live']);
		expect(seen.catchUps).toBe(2);
	});

	test('a channel closed because its token expired is joined anew with a fresh one', async () => {
		const topic = uniqueTopic();
		const { id } = await member(database.db, topic, { reads: ['broadcast'] });
		let asked = 0;
		const accessToken = () => sign({ sub: id }, (asked += 1) === 1 ? 2 : 3600);
		const before = server.lines.length;
		// The token is asked for after the join too; the first must stay in force until it expires.
		let release: (() => void) | undefined;
		const gate = new Promise<void>((resolve) => (release = resolve));
		const gated = async () => {
			if (asked > 0) await gate;
			return await accessToken();
		};
		const seen = listen(open({ accessToken: gated }), topic, true);
		await until(() => seen.statuses.includes('live'));
		await until(() => server.lines.slice(before).some((line) => line.includes('Token has expired')));
		release?.();
		await until(() => seen.catchUps === 2);
		await isLive(seen);
		await sendFromDatabase(database.db, topic, { n: 1 });
		await until(() => seen.numbers.length === 1);
		expect(seen.statuses).toEqual(['connecting', 'live', 'reconnecting', 'live']);
	});

	test('a person whose rights were taken ends as denied after the token changes', async () => {
		const topic = uniqueTopic();
		const { id } = await member(database.db, topic, { reads: ['broadcast'] });
		const live = open({
			accessToken: () => sign({ sub: id, jti: randomUUID() }, 2),
			realtime: { heartbeatIntervalMs: 50 }
		});
		const seen = listen(live, topic, true);
		await isLive(seen);
		await database.db.query('delete from public.members where user_id = $1', [id]);
		await until(() => seen.statuses.at(-1) === 'denied');
	});

	test('presence shows each person once, follows changes and leaves', async () => {
		const topic = uniqueTopic();
		const members: Record<string, PresenceMember<{ at: string }>[]> = {};
		const enter = (key: string, at: string) =>
			open().presence(topic, { key, state: { at }, onChange: (now) => (members[key] = now) });
		const anna = enter('anna', 'desk');
		const ben = enter('ben', 'phone');
		await until(() => members.anna?.length === 2 && members.ben?.length === 2);
		ben.update({ at: 'table' });
		await until(() => members.anna?.some(({ key, state }) => key === 'ben' && state.at === 'table'));
		ben.leave();
		await until(() => members.anna?.length === 1);
		expect(members.anna).toEqual([{ key: 'anna', state: { at: 'desk' } }]);
		anna.leave();
	});

	test('presence joins a topic that is already listened to, and survives a restart', async () => {
		const live = open();
		const topic = uniqueTopic();
		const seen = listen(live, topic);
		await isLive(seen);
		let members: PresenceMember<{ at: string }>[] = [];
		live.presence(topic, { key: 'anna', state: { at: 'desk' }, onChange: (now) => (members = now) });
		await until(() => members.length === 1);
		members = [];
		await server.restart();
		await until(() => members.length === 1);
		expect(members).toEqual([{ key: 'anna', state: { at: 'desk' } }]);
		await sendFromDatabase(database.db, topic, { n: 1 }, false);
		await until(() => seen.numbers.length === 1);
	});

	test('many presence updates in a row stay below the limit of the service', async () => {
		const topic = uniqueTopic();
		let status: LiveStatus = 'connecting';
		const before = server.lines.length;
		const presence = open().presence(topic, { key: 'anna', state: { n: 0 }, onStatus: (now) => (status = now) });
		await until(() => status === 'live');
		for (let n = 1; n < 20; n++) presence.update({ n });
		const other = listen(open(), topic);
		await isLive(other);
		expect(status).toBe('live');
		expect(server.lines.slice(before).filter((line) => line.includes('limit'))).toEqual([]);
	});

	test('a handler that fails keeps nothing from the others', async () => {
		const live = open();
		const topic = uniqueTopic();
		const errors: unknown[] = [];
		const original = console.error;
		console.error = (error: unknown) => errors.push(error);
		try {
			live.subscribe(topic, {
				events: {
					changed: () => {
						throw new Error('broken page');
					}
				}
			});
			const seen = listen(live, topic);
			await isLive(seen);
			await sendFromDatabase(database.db, topic, { n: 1 }, false);
			await until(() => seen.numbers.length === 1);
			expect(errors).toHaveLength(1);
		} finally {
			console.error = original;
		}
	});

	test('after close nothing is called any more', async () => {
		const live = open();
		const seen = listen(live, uniqueTopic());
		await isLive(seen);
		await live.close();
		const after = [...seen.statuses];
		await server.restart();
		expect(seen.statuses).toEqual(after);
		expect(seen.catchUps).toBe(1);
	});

	test('one topic can not be public and private at once', () => {
		const live = open();
		const topic = uniqueTopic();
		live.subscribe(topic, {});
		expect(() => live.subscribe(topic, { private: true })).toThrow('is open as public');
	});
});
