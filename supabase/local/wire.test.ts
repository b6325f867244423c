import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../tests/functions/free-port.ts';
import { until } from '../../tests/until.ts';
import { openPglite } from './database-pglite.ts';
import type { PgliteDatabase } from './database.ts';
import { serveWire, type WireServer } from './wire.ts';

let db: PgliteDatabase;
let server: WireServer;
let url: string;
const clients: pg.Client[] = [];
beforeAll(async () => {
	db = await openPglite();
	const port = await freePort();
	server = await serveWire(db.pglite, port);
	url = `postgres://postgres@127.0.0.1:${port}/postgres`;
	await db.exec('create table t (i int)');
});
afterAll(async () => {
	await Promise.all(clients.map((client) => client.end()));
	await server.close();
	await db.close();
});

async function connect(): Promise<pg.Client> {
	const client = new pg.Client(url);
	client.on('error', () => undefined);
	await client.connect();
	clients.push(client);
	return client;
}

test('a client runs statements with and without parameters, and lives on after an error', async () => {
	const client = await connect();
	expect((await client.query('select $1::int + 1 as i', [1])).rows).toEqual([{ i: 2 }]);
	await expect(client.query('select nope')).rejects.toMatchObject({ code: '42703' });
	await expect(client.query('select nope where $1 = 1', [1])).rejects.toMatchObject({ code: '42703' });
	expect((await client.query('select 1 as i; select 2 as i')) as unknown).toMatchObject([
		{ rows: [{ i: 1 }] },
		{ rows: [{ i: 2 }] }
	]);
});

test('a transaction keeps everyone else out until it ends', async () => {
	const [a, b] = [await connect(), await connect()];
	const order: string[] = [];
	await a.query('begin');
	await a.query('insert into t values (1)');
	const others = [
		b.query('select 1').then(() => order.push('client')),
		db.query('select 1').then(() => order.push('process'))
	];
	await a.query('select 1');
	order.push('inside');
	await a.query('rollback');
	await Promise.all(others);
	expect(order[0]).toBe('inside');
	expect(await db.query('select count(*)::int as n from t')).toEqual([{ n: 0 }]);
});

test('a client that vanishes in a transaction leaves nothing of it', async () => {
	const client = await connect();
	await client.query('begin');
	await client.query('insert into t values (2)');
	(client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
	expect(await db.query('select count(*)::int as n from t')).toEqual([{ n: 0 }]);
});

test('a notification sent by a client reaches listeners in the process', async () => {
	const heard: string[] = [];
	const stop = await db.listen(
		'news',
		(payload) => heard.push(payload),
		() => undefined
	);
	await (await connect()).query(`notify news, 'hello'`);
	await until(() => heard.length > 0);
	expect(heard).toEqual(['hello']);
	await stop();
});

test('many clients at once each get their own answers', async () => {
	const answers = await Promise.all(
		Array.from({ length: 12 }, async (_, i) => (await (await connect()).query('select $1::int as i', [i])).rows[0])
	);
	expect(answers).toEqual(Array.from({ length: 12 }, (_, i) => ({ i })));
});
