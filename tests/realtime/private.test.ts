import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
	backends,
	changeToken,
	collect,
	connect,
	disconnectAll,
	joined,
	keys,
	member,
	openRaw,
	openTestDatabase,
	sendFromDatabase,
	sign,
	startServer,
	uniqueTopic,
	until,
	type TestDatabase,
	type TestServer
} from './harness.ts';

const isPrivate = { config: { private: true } };

describe.each(backends)('private channels on %s', (backend) => {
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

	test('a member CAN join and hears what the database sends', async () => {
		const topic = uniqueTopic();
		const user = await member(database.db, topic, { reads: ['broadcast'] });
		const channel = connect(server, user.token).channel(topic, isPrivate);
		const inbox = collect(channel);
		await joined(channel);
		await sendFromDatabase(database.db, topic, { n: 1 });
		await until(() => inbox.length === 1);
	});

	test.each([
		['an anonymous visitor', () => Promise.resolve(null)],
		[
			'a member of another topic',
			async () => (await member(database.db, uniqueTopic(), { reads: ['broadcast'] })).token
		],
		[
			'a member who may only write',
			async (topic: string) => (await member(database.db, topic, { writes: ['broadcast'] })).token
		]
	])('%s can NOT join, and is told why', async (_, tokenFor) => {
		const topic = uniqueTopic();
		const channel = connect(server, await tokenFor(topic)).channel(topic, isPrivate);
		await expect(joined(channel)).rejects.toThrow(
			`Unauthorized: You do not have permissions to read from this Channel topic: ${topic}`
		);
	});

	test('the secret key reads and writes everywhere', async () => {
		const topic = uniqueTopic();
		const raw = await openRaw(server, '2.0.0', keys.secretKey);
		raw.send(['1', '1', `realtime:${topic}`, 'phx_join', { config: { private: true, broadcast: { ack: true } } }]);
		expect((await raw.reply('1')).status).toBe('ok');
		raw.send(['1', '2', `realtime:${topic}`, 'broadcast', { type: 'broadcast', event: 'x', payload: {} }]);
		expect((await raw.reply('2')).status).toBe('ok');
		raw.socket.close();
	});

	test.each([
		['over', () => sign({}, -5), /^InvalidJWTToken: Token has expired [567] seconds ago$/],
		[
			'signed by somebody else',
			() => sign({}, 60, 'x'.repeat(40)),
			'JwtSignatureError: Failed to validate JWT signature'
		],
		['no token at all', () => Promise.resolve('nonsense'), 'MalformedJWT: The token provided is not a valid JWT'],
		['without a role', () => sign({ role: undefined }), 'InvalidJWTToken: Fields `role` and `exp` are required in JWT']
	])('a token that is %s does not join', async (_, token, reason) => {
		const channel = connect(server, await token()).channel(uniqueTopic());
		await expect(joined(channel)).rejects.toThrow(reason);
	});

	test('a policy that raises refuses the join and leaves the server whole', async () => {
		const broken = await sign({ sub: 'not-a-uuid' });
		await expect(joined(connect(server, broken).channel(uniqueTopic(), isPrivate))).rejects.toThrow(
			/^RlsPolicyError: /
		);
		await joined(connect(server).channel(uniqueTopic()));
	});

	test('who may not write: the broadcast is dropped without an answer, and the log says why', async () => {
		const topic = uniqueTopic();
		const reader = await member(database.db, topic, { reads: ['broadcast'] });
		const other = connect(server, reader.token).channel(topic, isPrivate);
		const inbox = collect(other);
		const config = { private: true, broadcast: { ack: true } };
		const channel = connect(server, reader.token, { timeout: 300 }).channel(topic, { config });
		await Promise.all([joined(other), joined(channel)]);
		expect(await channel.send({ type: 'broadcast', event: 'typed', payload: { n: 0 } })).toBe('timed out');
		await sendFromDatabase(database.db, topic, { n: 1 });
		await until(() => inbox.length > 0);
		expect(inbox.map(({ payload }) => payload)).toMatchObject([{ n: 1 }]);
		expect(server.lines.some((line) => line.includes(topic) && line.includes('no INSERT policy'))).toBe(true);
	});

	test('who may write: the broadcast reaches the readers', async () => {
		const topic = uniqueTopic();
		const reader = await member(database.db, topic, { reads: ['broadcast'] });
		const writer = await member(database.db, topic, { reads: ['broadcast'], writes: ['broadcast'] });
		const [from, to] = [writer, reader].map(({ token }) => connect(server, token).channel(topic, isPrivate));
		if (!from || !to) throw new Error('two channels');
		const inbox = collect(to);
		await Promise.all([joined(from), joined(to)]);
		await from.send({ type: 'broadcast', event: 'typed', payload: { n: 1 } });
		await until(() => inbox.length === 1);
	});

	test('a member with presence rights only joins, and hears no broadcast', async () => {
		const topic = uniqueTopic();
		const [reader, watcher] = await Promise.all([
			member(database.db, topic, { reads: ['broadcast'] }),
			member(database.db, topic, { reads: ['presence'] })
		]);
		const withPresence = { config: { private: true, presence: { enabled: true } } };
		const listening = connect(server, reader.token).channel(topic, isPrivate);
		const watching = connect(server, watcher.token).channel(topic, withPresence);
		const [heard, withheld] = [collect(listening), collect(watching)];
		await Promise.all([joined(listening), joined(watching)]);
		await sendFromDatabase(database.db, topic, { n: 1 });
		await until(() => heard.length === 1);
		// The round trip proves that nothing is still on its way to the other socket.
		await watching.track({}).catch(() => undefined);
		expect(withheld).toEqual([]);
	});

	test('a new token of the same person keeps the channel', async () => {
		const topic = uniqueTopic();
		const { id, token } = await member(database.db, topic, { reads: ['broadcast'] });
		const client = connect(server, token);
		const channel = client.channel(topic, isPrivate);
		const inbox = collect(channel);
		await joined(channel);
		await changeToken(client, await sign({ sub: id, jti: randomUUID() }));
		await sendFromDatabase(database.db, topic, { n: 1 });
		await until(() => inbox.length === 1);
		expect(channel.state).toBe('joined');
	});

	test('an expired token closes the channel; a refreshed one in time does not', async () => {
		const topic = uniqueTopic();
		const { id } = await member(database.db, topic, { reads: ['broadcast'] });
		const [lost, kept] = await Promise.all([sign({ sub: id }, 2), sign({ sub: id, jti: '2' }, 2)]).then((tokens) =>
			tokens.map((token) => connect(server, token))
		);
		if (!lost || !kept) throw new Error('two clients');
		const channels = [lost, kept].map((client) => client.channel(topic, isPrivate));
		const [first, second] = channels;
		if (!first || !second) throw new Error('two channels');
		const systems: { status: string; message: string }[] = [];
		first.on('system', {}, (message: { status: string; message: string }) => systems.push(message));
		await Promise.all(channels.map(joined));
		await changeToken(kept, await sign({ sub: id, jti: '3' }));
		await until(() => first.state === 'closed');
		expect(systems.at(-1)).toMatchObject({
			status: 'error',
			message: expect.stringMatching(/^Token has expired \d+ seconds ago$/)
		});
		expect(second.state).toBe('joined');
	});

	test('rights taken away end the channel at the next token', async () => {
		const topic = uniqueTopic();
		const { id, token } = await member(database.db, topic, { reads: ['broadcast'] });
		const client = connect(server, token);
		const channel = client.channel(topic, isPrivate);
		const systems: { message: string }[] = [];
		channel.on('system', {}, (message: { message: string }) => systems.push(message));
		await joined(channel);
		await database.db.query('delete from public.members where user_id = $1', [id]);
		await changeToken(client, await sign({ sub: id, jti: randomUUID() }));
		await until(() => channel.state === 'closed');
		expect(systems.at(-1)?.message).toMatch(/^You no longer have permission/);
	});

	test('a right to write given later counts from the next token', async () => {
		const topic = uniqueTopic();
		const { id, token } = await member(database.db, topic, { reads: ['broadcast'] });
		const client = connect(server, token, { timeout: 300 });
		const channel = client.channel(topic, { config: { private: true, broadcast: { ack: true } } });
		await joined(channel);
		expect(await channel.send({ type: 'broadcast', event: 'x', payload: {} })).toBe('timed out');
		await database.db.query(`update public.members set writes = '{broadcast}' where user_id = $1`, [id]);
		await changeToken(client, await sign({ sub: id, jti: randomUUID() }));
		expect(await channel.send({ type: 'broadcast', event: 'x', payload: {} })).toBe('ok');
	});

	test('replay is refused on a public channel', async () => {
		const raw = await openRaw(server);
		raw.send(['1', '1', `realtime:${uniqueTopic()}`, 'phx_join', { config: { broadcast: { replay: { since: 0 } } } }]);
		expect((await raw.reply('1')).response.reason).toBe(
			'UnableToReplayMessages: Replay is not allowed for public channels'
		);
		raw.socket.close();
	});

	test('a join for postgres_changes is refused in clear words', async () => {
		const channel = connect(server).channel(uniqueTopic());
		channel.on('postgres_changes', { event: '*', schema: 'public', table: 'members' }, () => undefined);
		await expect(joined(channel)).rejects.toThrow(/^PostgresChangesNotSupported: .*realtime\.send/);
	});

	test('authorisation leaves no row behind', async () => {
		const [row] = await database.db.query<{ rows: number }>(
			`select count(*)::int as rows from realtime.messages where event is null and payload is null`
		);
		expect(row?.rows).toBe(0);
	});
});
