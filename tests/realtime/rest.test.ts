import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
	backends,
	collect,
	connect,
	disconnectAll,
	joined,
	keys,
	member,
	openTestDatabase,
	sign,
	startServer,
	uniqueTopic,
	until,
	type TestDatabase,
	type TestServer
} from './harness.ts';

describe.each(backends)('REST broadcast on %s', (backend) => {
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

	const post = async (body: unknown, { path = '', headers = {} as Record<string, string>, to = server } = {}) =>
		await fetch(`${to.url}/realtime/v1/api/broadcast${path}`, {
			method: 'POST',
			headers: { apikey: keys.publishableKey, 'content-type': 'application/json', ...headers },
			body: typeof body === 'string' ? body : JSON.stringify(body)
		});
	const listen = async (topic: string, token?: string, vsn = '2.0.0') => {
		const channel = connect(server, token, { vsn }).channel(topic, { config: { private: token !== undefined } });
		const inbox = collect(channel);
		await joined(channel);
		return inbox;
	};

	test('the batch reaches its channels, in both protocols', async () => {
		const topic = uniqueTopic();
		const [fresh, old] = await Promise.all([listen(topic), listen(topic, undefined, '1.0.0')]);
		const messages = [1, 2].map((n) => ({ topic, event: 'changed', payload: { n } }));
		const response = await post({ messages });
		expect([response.status, await response.text()]).toEqual([202, '']);
		await until(() => fresh.length === 2 && old.length === 2);
		expect(fresh).toMatchObject([{ payload: { n: 1 } }, { payload: { n: 2 } }]);
		expect(old).toEqual(fresh);
	});

	test('the client falls back to the batch before it has joined', async () => {
		const topic = uniqueTopic();
		const inbox = await listen(topic);
		const warn = console.warn;
		console.warn = () => undefined;
		try {
			const channel = connect(server).channel(topic);
			expect(await channel.send({ type: 'broadcast', event: 'changed', payload: { n: 1 } })).toBe('ok');
		} finally {
			console.warn = warn;
		}
		await until(() => inbox.length === 1);
	});

	test('httpSend sends one message, JSON or bytes, with any characters in topic and event', async () => {
		const topic = `${uniqueTopic()}/ä b`;
		const inbox = await listen(topic);
		const channel = connect(server).channel(topic);
		expect(await channel.httpSend('gruß/1', { n: 1 })).toEqual({ success: true });
		expect(await channel.httpSend('bytes', new Uint8Array([1, 255]))).toEqual({ success: true });
		await until(() => inbox.length === 2);
		expect(inbox[0]).toMatchObject({ event: 'gruß/1', payload: { n: 1 } });
		expect([...new Uint8Array(inbox[1]?.payload as ArrayBuffer)]).toEqual([1, 255]);
	});

	test('to a private channel only who may write sends: the batch drops silently, httpSend says 403', async () => {
		const topic = uniqueTopic();
		const writer = await member(database.db, topic, { reads: ['broadcast'], writes: ['broadcast'] });
		const reader = await member(database.db, topic, { reads: ['broadcast'] });
		const inbox = await listen(topic, reader.token);
		const batch = (n: number) => ({ messages: [{ topic, event: 'x', payload: { n }, private: true }] });
		const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
		expect((await post(batch(1), bearer(reader.token))).status).toBe(202);
		expect((await post(batch(2))).status).toBe(202);
		const httpClient = async ({ token }: { token: string }) => {
			const client = connect(server, token);
			await client.realtime.setAuth();
			return client.channel(topic, { config: { private: true } });
		};
		const refused = await httpClient(reader);
		await expect(refused.httpSend('x', { n: 3 })).rejects.toThrow('You do not have permissions');
		expect((await post(batch(4), bearer(writer.token))).status).toBe(202);
		const allowed = await httpClient(writer);
		expect(await allowed.httpSend('x', { n: 5 })).toEqual({ success: true });
		expect((await post(batch(6), { headers: { apikey: keys.secretKey } })).status).toBe(202);
		await until(() => inbox.length === 3);
		expect(inbox.map(({ payload }) => payload)).toEqual([{ n: 4 }, { n: 5 }, { n: 6 }]);
	});

	test('an API key as bearer is read as the key, as the client sends it when nobody is signed in', async () => {
		const headers = { authorization: `Bearer ${keys.publishableKey}`, apikey: '' };
		expect((await post({ messages: [] }, { headers })).status).toBe(202);
	});

	test.each([
		['without a key', () => Promise.resolve({ apikey: '' })],
		['with an unknown key', () => Promise.resolve({ apikey: 'sb_secret_other' })],
		['with a token that is over', async () => ({ authorization: `Bearer ${await sign({}, -5)}` })],
		['with nonsense as a token', () => Promise.resolve({ authorization: 'Bearer x' })]
	])('%s: 401', async (_, headers) => {
		const response = await post({ messages: [] }, { headers: await headers() });
		expect([response.status, await response.json()]).toEqual([401, { message: 'Unauthorized' }]);
	});

	test('what can not be read is refused with its reason', async () => {
		const malformed = await post('{');
		expect([malformed.status, await malformed.json()]).toEqual([422, { errors: { body: ['is not valid JSON'] } }]);
		expect((await post({ messages: [{ topic: 'x' }] })).status).toBe(422);
		expect((await post({ messages: [{ topic: 'x', event: 'y', payload: 'text' }] })).status).toBe(422);
		expect((await post('x', { path: '/a/events/b', headers: { 'content-type': 'text/plain' } })).status).toBe(415);
		expect((await post({}, { path: '/%E0%A4%A/events/b' })).status).toBe(422);
		expect((await post({}, { path: '/a/events/b?persist=true' })).status).toBe(422);
		expect((await post({}, { path: '/somewhere/else' })).status).toBe(404);
		expect((await fetch(`${server.url}/realtime/v1/api/broadcast`)).status).toBe(405);
		expect((await fetch(`${server.url}/realtime/v1/nothing`)).status).toBe(404);
	});

	test('too large: 413; too many: 429', async () => {
		const small = await startServer(database.db, { limits: { payloadBytes: 100, eventsPerSecond: 1 / 60 } });
		try {
			expect((await post({ n: 'x'.repeat(200) }, { path: '/a/events/b', to: small })).status).toBe(413);
			expect((await post({ n: 1 }, { path: '/a/events/b', to: small })).status).toBe(202);
			expect((await post({ n: 1 }, { path: '/a/events/b', to: small })).status).toBe(429);
		} finally {
			await small.stop();
		}
	});

	test('a browser of any origin may ask', async () => {
		const response = await fetch(`${server.url}/realtime/v1/api/broadcast`, {
			method: 'OPTIONS',
			headers: { 'access-control-request-headers': 'authorization,x-client-info' }
		});
		expect(response.status).toBe(204);
		expect(response.headers.get('access-control-allow-origin')).toBe('*');
		expect(response.headers.get('access-control-allow-headers')).toContain('x-client-info');
	});
});
