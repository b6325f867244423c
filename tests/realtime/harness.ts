/** A Realtime server over PGlite and, where TEST_DATABASE_URL is set, over native PostgreSQL, for the tests here. */
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import {
	createClient,
	type RealtimeChannel,
	type RealtimeClientOptions,
	type SupabaseClient
} from '@supabase/supabase-js';
import { SignJWT } from 'jose';
import pg from 'pg';
import WebSocket from 'ws';
import type { Database } from '../../supabase/local/database.ts';
import { openPglite } from '../../supabase/local/database-pglite.ts';
import { openPostgres } from '../../supabase/local/database-postgres.ts';
import { createRealtime, schemaSql, type Realtime, type RealtimeOptions } from '../../supabase/local/realtime/index.ts';

export const backends = ['pglite', ...(process.env.TEST_DATABASE_URL ? (['postgres'] as const) : [])] as const;
export type Backend = (typeof backends)[number];

export const keys = {
	jwtSecret: 'test-secret-of-at-least-thirty-two-bytes',
	publishableKey: 'sb_publishable_test',
	secretKey: 'sb_secret_test'
};

/** Roles, auth.uid() and a table that says who may do what on which topic. */
const platformSql = `
	do $$ begin
		if to_regrole('anon') is null then create role anon; end if;
		if to_regrole('authenticated') is null then create role authenticated; end if;
		if to_regrole('service_role') is null then create role service_role bypassrls; end if;
	exception when duplicate_object or unique_violation then null;
	end $$;
	create schema auth;
	grant usage on schema auth to anon, authenticated, service_role;
	create function auth.uid() returns uuid language sql stable
		as $$ select nullif(nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub', '')::uuid $$;
	create table public.members (user_id uuid, topic text, reads text[] default '{}', writes text[] default '{}');
	grant select on public.members to anon, authenticated;`;
const policiesSql = `
	create policy "Members read their topics" on realtime.messages for select to authenticated using (exists (
		select from public.members m where m.user_id = auth.uid() and m.topic = realtime.topic() and extension = any (m.reads)));
	create policy "Members write their topics" on realtime.messages for insert to authenticated with check (exists (
		select from public.members m where m.user_id = auth.uid() and m.topic = realtime.topic() and extension = any (m.writes)));`;

export interface TestDatabase {
	db: Database;
	/** Ends the server's LISTEN connection from outside; resolves when it is gone. */
	killListener(): Promise<void>;
	/** Ends every connection of the database, as a restart does. */
	killAll(): Promise<void>;
	drop(): Promise<void>;
}

export async function openTestDatabase(backend: Backend): Promise<TestDatabase> {
	const opened = backend === 'pglite' ? await embedded() : await native(process.env.TEST_DATABASE_URL ?? '');
	await opened.db.exec(platformSql);
	await opened.db.exec(schemaSql);
	await opened.db.exec(policiesSql);
	return opened;
}

async function embedded(): Promise<TestDatabase> {
	const db = await openPglite();
	const never = () => Promise.reject(new Error('PGlite has no connection to lose'));
	return { db, killListener: never, killAll: never, drop: () => db.close() };
}

async function native(adminUrl: string): Promise<TestDatabase> {
	const name = `realtime_test_${randomUUID().slice(0, 8)}`;
	const url = new URL(adminUrl);
	url.pathname = `/${name}`;
	const admin = new pg.Pool({ connectionString: adminUrl, max: 1 });
	await admin.query(`create database ${name}`);
	const db = await openPostgres(url.href);
	const kill = (which: string) => async () => {
		const { rowCount } = await admin.query(
			`select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1 and ${which}`,
			[name]
		);
		if (!rowCount) throw new Error('there was no connection to end');
	};
	return {
		db,
		killListener: kill(`query ilike 'listen%'`),
		killAll: kill('true'),
		drop: async () => {
			await db.close();
			await admin.query(`drop database ${name} with (force)`);
			await admin.end();
		}
	};
}

export interface TestServer {
	url: string;
	realtime: Realtime;
	/** What the server told the developer. */
	lines: string[];
	/** Cuts every socket as a lost network does, without a goodbye. */
	cut(): void;
	/** Stops it and starts a new one on the same port. */
	restart(): Promise<void>;
	stop(): Promise<void>;
}

export async function startServer(db: Database, options: Partial<RealtimeOptions> = {}): Promise<TestServer> {
	const lines: string[] = [];
	const sockets = new Set<Duplex>();
	const start = async (port: number): Promise<{ http: Server; realtime: Realtime }> => {
		const limits = { errorDelayMs: 0, ...options.limits };
		const realtime = await createRealtime({ db, ...keys, log: (line) => lines.push(line), ...options, limits });
		const http = createServer((request, response) => {
			if (!realtime.handleRequest(request, response)) response.writeHead(404).end();
		});
		http.on('upgrade', (request, socket, head) => {
			sockets.add(socket);
			socket.on('close', () => sockets.delete(socket));
			if (!realtime.handleUpgrade(request, socket, head)) socket.destroy();
		});
		await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve));
		return { http, realtime };
	};
	const end = async ({ http, realtime }: Awaited<ReturnType<typeof start>>) => {
		await realtime.close();
		http.closeAllConnections();
		await new Promise((resolve) => http.close(resolve));
	};
	let running = await start(0);
	const { port } = running.http.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		get realtime() {
			return running.realtime;
		},
		lines,
		cut: () => sockets.forEach((socket) => socket.destroy()),
		restart: async () => {
			await end(running);
			running = await start(port);
		},
		stop: () => end(running)
	};
}

/** A signed access token; `expiresIn` in seconds, negative for one that is over. */
export async function sign(
	claims: Record<string, unknown>,
	expiresIn = 3600,
	secret = keys.jwtSecret
): Promise<string> {
	const exp = Math.floor(Date.now() / 1000) + expiresIn;
	const token = new SignJWT({ role: 'authenticated', ...claims, exp }).setProtectedHeader({ alg: 'HS256' });
	return await token.sign(new TextEncoder().encode(secret));
}

export interface User {
	id: string;
	token: string;
}

/** A signed-in person who may do this on this topic. */
export async function member(
	db: Database,
	topic: string,
	rights: { reads?: string[]; writes?: string[] }
): Promise<User> {
	const id = randomUUID();
	await db.query('insert into public.members (user_id, topic, reads, writes) values ($1, $2, $3, $4)', [
		id,
		topic,
		rights.reads ?? [],
		rights.writes ?? []
	]);
	return { id, token: await sign({ sub: id }) };
}

const clients = new Map<SupabaseClient, { token: string | null }>();
const rawSockets = new Set<WebSocket>();
const usedServers = new Set<TestServer>();

/** The real client; reconnects at once so that tests need not wait a second. */
export function connect(
	server: TestServer,
	token: string | null = null,
	realtime: RealtimeClientOptions = {}
): SupabaseClient {
	const session = { token };
	const client = createClient(server.url, keys.publishableKey, {
		accessToken: () => Promise.resolve(session.token),
		realtime: {
			transport: WebSocket as unknown as RealtimeClientOptions['transport'],
			reconnectAfterMs: () => 20,
			...realtime
		}
	});
	clients.set(client, session);
	usedServers.add(server);
	return client;
}

/** Signs in with another token, as a refresh does. */
export async function changeToken(client: SupabaseClient, token: string): Promise<void> {
	const session = clients.get(client);
	if (session) session.token = token;
	await client.realtime.setAuth();
}

/** Ends every client and bare socket; resolves when the servers know. */
export async function disconnectAll(): Promise<void> {
	// The client's own promise polls for 300 ms, so the server is asked instead.
	for (const client of clients.keys()) void client.realtime.disconnect();
	for (const socket of rawSockets) socket.terminate();
	const servers = [...usedServers];
	for (const set of [clients, rawSockets, usedServers]) set.clear();
	await until(() => servers.every(({ realtime }) => realtime.stats().connections === 0), 'the sockets to close');
}

/** Subscribes; resolves when joined, rejects with the server's reason. */
export async function joined(channel: RealtimeChannel): Promise<RealtimeChannel> {
	// Else the first join may go out before the token is known.
	await channel.socket.setAuth();
	return await new Promise((resolve, reject) => {
		channel.subscribe((status, error) => {
			if (status === 'SUBSCRIBED') resolve(channel);
			else if (status !== 'CLOSED') reject(error ?? new Error(status));
		});
	});
}

export interface Received {
	event: string;
	payload: unknown;
	meta?: { id?: string; replayed?: boolean };
}

/** Every broadcast the channel gets from now on. */
export function collect(channel: RealtimeChannel): Received[] {
	const received: Received[] = [];
	channel.on('broadcast', { event: '*' }, (message) => received.push(message as unknown as Received));
	return received;
}

/** Waits until the condition gives something truthy and returns it. */
export async function until<T>(
	condition: () => T | Promise<T>,
	what = 'the condition',
	timeoutMs = 8_000
): Promise<Exclude<T, null | undefined | false | 0 | ''>> {
	const deadline = performance.now() + timeoutMs;
	for (;;) {
		const value = await condition();
		if (value) return value as Exclude<T, null | undefined | false | 0 | ''>;
		if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms for ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}

export function uniqueTopic(name = 'room'): string {
	return `${name}:${randomUUID()}`;
}

/** Sends from the database, as a trigger does. */
export async function sendFromDatabase(db: Database, topic: string, payload: object, isPrivate = true): Promise<void> {
	await db.query(`select realtime.send($1::text::jsonb, 'changed', $2, $3)`, [
		JSON.stringify(payload),
		topic,
		isPrivate
	]);
}

/** A bare socket: sends what a client never would, sees frames as they are. */
export interface RawSocket {
	socket: WebSocket;
	texts: unknown[];
	binaries: Buffer[];
	closed: { code: number } | null;
	send(frame: unknown): void;
	/** Resolves with the first reply to a ref. */
	reply(ref: string): Promise<{ status: string; response: { reason?: string } }>;
}

export async function openRaw(server: TestServer, version = '2.0.0', apikey = keys.publishableKey): Promise<RawSocket> {
	const query = new URLSearchParams({ apikey, vsn: version });
	const socket = new WebSocket(`${server.url.replace('http', 'ws')}/realtime/v1/websocket?${query.toString()}`);
	rawSockets.add(socket);
	usedServers.add(server);
	const raw: RawSocket = {
		socket,
		texts: [],
		binaries: [],
		closed: null,
		send: (frame) => socket.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame)),
		reply: (ref) =>
			until(() => {
				for (const frame of raw.texts) {
					const [, to, , event, payload] = Array.isArray(frame) ? frame : fields(frame);
					if (to === ref && event === 'phx_reply') return payload as Awaited<ReturnType<RawSocket['reply']>>;
				}
				return null;
			}, `a reply to ${ref}`)
	};
	socket.on('message', (data: Buffer, isBinary) => {
		if (isBinary) raw.binaries.push(data);
		else raw.texts.push(JSON.parse(data.toString()));
	});
	socket.on('close', (code) => (raw.closed = { code }));
	await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
	return raw;
}

function fields(frame: unknown): unknown[] {
	const { ref, topic, event, payload } = frame as Record<string, unknown>;
	return [null, ref, topic, event, payload];
}
