import type { RealtimeChannel } from '@supabase/supabase-js';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
	backends,
	connect,
	disconnectAll,
	joined,
	member,
	openRaw,
	openTestDatabase,
	startServer,
	uniqueTopic,
	until,
	type TestDatabase,
	type TestServer
} from './harness.ts';

describe.each(backends)('presence on %s', (backend) => {
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

	const enter = async (topic: string, key: string, token?: string) => {
		const channel = connect(server, token).channel(topic, {
			config: { presence: { key }, private: token !== undefined }
		});
		const log: string[] = [];
		channel
			.on('presence', { event: 'join' }, ({ key }) => log.push(`+${key}`))
			.on('presence', { event: 'leave' }, ({ key }) => log.push(`-${key}`))
			.on('presence', { event: 'sync' }, () => undefined);
		await joined(channel);
		return { channel, log };
	};
	const shown = (channel: RealtimeChannel) =>
		Object.fromEntries(
			Object.entries(channel.presenceState<{ at?: string }>()).map(([key, metas]) => [key, metas.map(({ at }) => at)])
		);

	test('everyone sees who joins, what they show, and who leaves', async () => {
		const topic = uniqueTopic();
		const [anna, ben] = await Promise.all([enter(topic, 'anna'), enter(topic, 'ben')]);
		expect(await anna.channel.track({ at: 'desk' })).toBe('ok');
		expect(await ben.channel.track({ at: 'phone' })).toBe('ok');
		await until(() => Object.keys(shown(anna.channel)).length === 2 && Object.keys(shown(ben.channel)).length === 2);
		expect(shown(anna.channel)).toEqual({ anna: ['desk'], ben: ['phone'] });
		expect(await ben.channel.untrack()).toBe('ok');
		await until(() => Object.keys(shown(anna.channel)).length === 1);
		expect(anna.log).toEqual(['+anna', '+ben', '-ben']);
	});

	test('who joins later sees who is there already', async () => {
		const topic = uniqueTopic();
		const anna = await enter(topic, 'anna');
		await anna.channel.track({ at: 'desk' });
		const ben = await enter(topic, 'ben');
		await until(() => shown(ben.channel).anna);
		expect(shown(ben.channel)).toEqual({ anna: ['desk'] });
	});

	test('tracking again replaces what is shown; the same again changes nothing', async () => {
		const topic = uniqueTopic();
		const [anna, ben] = await Promise.all([enter(topic, 'anna'), enter(topic, 'ben')]);
		await anna.channel.track({ at: 'desk' });
		await until(() => shown(ben.channel).anna);
		const before = ben.log.length;
		expect(await anna.channel.track({ at: 'desk' })).toBe('ok');
		await anna.channel.track({ at: 'table' });
		await until(() => shown(ben.channel).anna?.[0] === 'table');
		expect(shown(ben.channel)).toEqual({ anna: ['table'] });
		expect(ben.log.slice(before).filter((line) => line === '+anna')).toHaveLength(1);
	});

	test('one person on two screens is one key with two entries, and stays until both are gone', async () => {
		const topic = uniqueTopic();
		const [desk, phone, ben] = await Promise.all([enter(topic, 'anna'), enter(topic, 'anna'), enter(topic, 'ben')]);
		await desk.channel.track({ at: 'desk' });
		await phone.channel.track({ at: 'phone' });
		await until(() => shown(ben.channel).anna?.length === 2);
		await phone.channel.unsubscribe();
		await until(() => shown(ben.channel).anna?.length === 1);
		expect(shown(ben.channel)).toEqual({ anna: ['desk'] });
	});

	test('a lost socket takes its person away', async () => {
		const topic = uniqueTopic();
		const ben = await enter(topic, 'ben');
		const raw = await openRaw(server);
		raw.send(['1', '1', `realtime:${topic}`, 'phx_join', { config: { presence: { key: 'anna', enabled: true } } }]);
		raw.send([
			'1',
			'2',
			`realtime:${topic}`,
			'presence',
			{ type: 'presence', event: 'track', payload: { at: 'desk' } }
		]);
		await until(() => shown(ben.channel).anna);
		raw.socket.terminate();
		await until(() => !shown(ben.channel).anna);
	});

	test('without a key the server makes one', async () => {
		const channel = connect(server).channel(uniqueTopic());
		channel.on('presence', { event: 'sync' }, () => undefined);
		await joined(channel);
		await channel.track({});
		await until(() => Object.keys(channel.presenceState()).length === 1);
		expect(Object.keys(channel.presenceState())[0]).toMatch(/^[0-9a-f-]{36}$/);
	});

	test('the sixth call within 30 s closes the channel and says why', async () => {
		const { channel } = await enter(uniqueTopic(), 'anna');
		const systems: { message: string }[] = [];
		channel.on('system', {}, (message: { message: string }) => systems.push(message));
		for (let n = 0; n < 5; n++) expect(await channel.track({ n })).toBe('ok');
		void channel.track({ n: 5 });
		await until(() => channel.state === 'closed');
		expect(systems.at(-1)?.message).toBe('Client presence rate limit exceeded');
	});

	test('a payload that is no object is refused', async () => {
		const raw = await openRaw(server);
		const topic = `realtime:${uniqueTopic()}`;
		raw.send(['1', '1', topic, 'phx_join', { config: {} }]);
		raw.send(['1', '2', topic, 'presence', { type: 'presence', event: 'track', payload: 'here' }]);
		expect(await raw.reply('2')).toMatchObject({ status: 'error' });
		raw.socket.close();
	});

	test('on a private channel showing oneself needs the right to write, seeing others the right to read', async () => {
		const topic = uniqueTopic();
		const [shows, looks, hears] = await Promise.all([
			member(database.db, topic, { reads: ['broadcast', 'presence'], writes: ['presence'] }),
			member(database.db, topic, { reads: ['broadcast', 'presence'] }),
			member(database.db, topic, { reads: ['broadcast'] })
		]);
		const anna = await enter(topic, 'anna', shows.token);
		const ben = await enter(topic, 'ben', looks.token);
		const cleo = await enter(topic, 'cleo', hears.token);
		expect(await anna.channel.track({ at: 'desk' })).toBe('ok');
		expect(await ben.channel.track({ at: 'phone' })).toBe('error');
		await until(() => shown(ben.channel).anna);
		expect(shown(ben.channel)).toEqual({ anna: ['desk'] });
		expect(shown(cleo.channel)).toEqual({});
	});
});
