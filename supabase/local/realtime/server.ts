/**
 * A Realtime server in the place of hosted Supabase's, for the local stack and the tests. What differs from hosted:
 * - database broadcasts come by LISTEN/NOTIFY, and what was committed while that connection was down is caught up;
 *   hosted reads the write-ahead log and loses it;
 * - a join for postgres_changes and a broadcast with `persist` are refused in words;
 * - a member without presence enabled gets no presence_diff, which it could not use;
 * - a refused join is answered after 200 ms instead of 5 s.
 */
import { readFileSync } from 'node:fs';
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Database } from '../database.ts';
import { Connection } from './connection.ts';
import { customHeaders, type Context } from './context.ts';
import { Feed } from './feed.ts';
import type { Protocol } from './frames.ts';
import { Hub } from './hub.ts';
import { defaultLimits, MAX_FRAME_BYTES, monotonicMs, Rate, type Limits } from './limits.ts';
import { Refusal } from './refusal.ts';
import { handleRest } from './rest.ts';
import { Tokens, type Claims, type TokenKeys } from './tokens.ts';

/** SQL of the schema `realtime` as hosted Supabase has it; idempotent, for the local stack only. */
export const schemaSql = readFileSync(new URL('./schema.sql', import.meta.url), 'utf8');

export interface RealtimeOptions extends TokenKeys {
	db: Database;
	/** Overrides of hosted Realtime's limits, for load tests and tests of the limits. */
	limits?: Partial<Limits>;
	/** Lines for the developer: dropped messages, refused joins, lost connections. Silent by default. */
	log?: (line: string) => void;
}

export interface RealtimeStats {
	/** Open sockets. */
	connections: number;
	/** Channels joined now. */
	channels: number;
	/** Joins since the start. */
	joins: number;
	/** Messages handed to sockets since the start. */
	messages: number;
}

export interface Realtime {
	/** Takes a request under `/realtime/v1/`; false: not ours. */
	handleRequest(request: IncomingMessage, response: ServerResponse): boolean;
	/** Takes an upgrade on `/realtime/v1/websocket`; false: not ours, the socket is untouched. */
	handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
	stats(): RealtimeStats;
	/** Ends every socket and the LISTEN connection; the database stays open. */
	close(): Promise<void>;
}

const PATH = '/realtime/v1/';
const SWEEP_MS = 5_000;
const CLOSE_GRACE_MS = 1_000;

/**
 * Starts a Realtime server over a database that has `schemaSql`. Resolves when broadcasts committed from now on are
 * delivered. Speaks what `@supabase/realtime-js` speaks, protocols 1.0.0 and 2.0.0, without postgres_changes.
 */
export async function createRealtime(options: RealtimeOptions): Promise<Realtime> {
	const limits = { ...defaultLimits, ...options.limits };
	const log = options.log ? (line: string) => options.log?.(`[realtime] ${line}`) : () => undefined;
	const connections = new Set<Connection>();
	const hub = new Hub();
	const feed = new Feed({
		db: options.db,
		log,
		deliver: (message) => hub.broadcast(message.topic, message.private, message.broadcast)
	});
	const context: Context = {
		db: options.db,
		tokens: new Tokens(options),
		hub,
		feed,
		limits,
		rates: {
			events: new Rate(limits.eventsPerSecond),
			joins: new Rate(limits.joinsPerSecond),
			presence: new Rate(limits.presencePerSecond)
		},
		counters: { joins: 0, messages: 0 },
		connected: () => [...connections].filter(({ channels }) => channels.size > 0).length,
		log
	};
	await feed.start();

	const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES, perMessageDeflate: false });
	const sweepMs = Math.min(SWEEP_MS, limits.idleMs / 2, limits.emptyMs / 2);
	const sweep = setInterval(() => {
		const now = monotonicMs();
		for (const connection of connections) connection.closeIfIdle(now);
	}, sweepMs);
	sweep.unref();
	let closing = false;

	const upgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer, url: URL) => {
		const { protocol, claims } = await admit(context, request, url);
		if (closing) return refuse(socket, 503, 'Realtime is stopping');
		if (connections.size >= 2 * limits.connections) return refuse(socket, 429, 'Too many connections');
		sockets.handleUpgrade(request, socket, head, (webSocket) => {
			const connection = new Connection(context, webSocket, {
				protocol,
				claims,
				headers: customHeaders(request.headers)
			});
			connections.add(connection);
			webSocket.on('close', () => connections.delete(connection));
		});
	};

	return {
		handleRequest(request, response) {
			if (!request.url?.startsWith(PATH)) return false;
			void handleRest(context, request, response);
			return true;
		},
		handleUpgrade(request, socket, head) {
			const url = new URL(request.url ?? '/', 'http://localhost');
			if (url.pathname !== `${PATH}websocket`) return false;
			socket.on('error', (error) => log(`socket: ${error.message}`));
			upgrade(request, socket, head, url).catch((error: unknown) => {
				log(`upgrade refused: ${String(error)}`);
				if (error instanceof Refusal) refuse(socket, 401, error.message);
				else refuse(socket, 500, 'Internal error');
			});
			return true;
		},
		stats() {
			let channels = 0;
			for (const connection of connections) channels += connection.channels.size;
			return { connections: connections.size, channels, ...context.counters };
		},
		async close() {
			closing = true;
			clearInterval(sweep);
			await feed.stop();
			await closeAll(connections);
			sockets.close();
		}
	};
}

async function admit(
	{ tokens }: Context,
	request: IncomingMessage,
	url: URL
): Promise<{ protocol: Protocol; claims: Claims }> {
	const header = request.headers['x-api-key'];
	const key = (typeof header === 'string' && header) || url.searchParams.get('apikey');
	if (!key) throw new Refusal('MissingApiKey', 'Give the API key as `apikey`');
	const version = url.searchParams.get('vsn') ?? '1.0.0';
	if (version !== '1.0.0' && version !== '2.0.0') {
		throw new Refusal('UnsupportedProtocol', `vsn must be 1.0.0 or 2.0.0, not ${version}`);
	}
	return { protocol: version, claims: await tokens.apiKey(key) };
}

function refuse(socket: Duplex, status: number, error: string): void {
	const body = JSON.stringify({ error });
	socket.end(
		`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\ncontent-type: application/json\r\n` +
			`content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`
	);
}

/** Says goodbye, and cuts those that do not answer in time. */
async function closeAll(connections: Set<Connection>): Promise<void> {
	for (const connection of connections) connection.close();
	const deadline = monotonicMs() + CLOSE_GRACE_MS;
	while (connections.size > 0 && monotonicMs() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
	for (const connection of connections) connection.terminate();
}
