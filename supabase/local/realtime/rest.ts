import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { mayWrite, type Asker } from './authorise.ts';
import { customHeaders, type Context } from './context.ts';
import type { Broadcast } from './frames.ts';
import { Refusal } from './refusal.ts';
import { isOpaque, type Claims } from './tokens.ts';

const PREFIX = '/realtime/v1/api/broadcast';

const batchSchema = z.object({
	messages: z.array(
		z.object({
			topic: z.string().min(1),
			event: z.string().min(1),
			payload: z.record(z.string(), z.unknown()),
			private: z.boolean().default(false)
		})
	)
});

/** An answer that ends the request early. */
class Answer extends Error {
	readonly status: number;
	readonly body: unknown;

	constructor(status: number, body: unknown) {
		super(`HTTP ${status}`);
		this.status = status;
		this.body = body;
	}
}

/**
 * Answers the two broadcast endpoints: the batch (`messages`) and one message with topic and event in the path.
 * Answers 202 when taken; 401, 403, 404, 405, 413, 415, 422 or 429 with a JSON body that says why.
 */
export async function handleRest(context: Context, request: IncomingMessage, response: ServerResponse): Promise<void> {
	response.setHeader('access-control-allow-origin', '*');
	try {
		await answer(context, request, response);
	} catch (error) {
		if (!(error instanceof Answer)) context.log(`${request.method} ${request.url}: ${String(error)}`);
		if (response.headersSent) return void response.destroy();
		const { status, body } = error instanceof Answer ? error : { status: 500, body: { message: 'Internal error' } };
		response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
	}
}

async function answer(context: Context, request: IncomingMessage, response: ServerResponse): Promise<void> {
	const url = new URL(request.url ?? '/', 'http://localhost');
	if (request.method === 'OPTIONS') {
		const asked = request.headers['access-control-request-headers'] ?? 'authorization, apikey, content-type';
		response.writeHead(204, {
			'access-control-allow-methods': 'POST, OPTIONS',
			'access-control-allow-headers': asked,
			'access-control-max-age': '86400'
		});
		return void response.end();
	}
	if (url.pathname !== PREFIX && !url.pathname.startsWith(`${PREFIX}/`))
		throw new Answer(404, { message: 'Not found' });
	if (request.method !== 'POST') throw new Answer(405, { message: 'Method not allowed' });
	const claims = await authenticate(context, request);
	const body = await read(request, context.limits.payloadBytes);
	const who = { claims, headers: customHeaders(request.headers) };
	const single = /^\/([^/]+)\/events\/([^/]+)$/.exec(url.pathname.slice(PREFIX.length));
	if (single) {
		const [topic, event] = [decode(single[1]), decode(single[2])];
		await sendOne(context, { ...who, topic }, event, url.searchParams, request.headers['content-type'] ?? '', body);
	} else if (url.pathname === PREFIX) await sendBatch(context, who, body);
	else throw new Answer(404, { message: 'Not found' });
	response.writeHead(202).end();
}

async function sendBatch(context: Context, who: Omit<Asker, 'topic'>, body: Buffer): Promise<void> {
	const parsed = batchSchema.safeParse(json(body));
	if (!parsed.success) throw new Answer(422, { errors: z.flattenError(parsed.error).fieldErrors });
	const allowed = new Map<string, boolean>();
	for (const { topic, event, payload, private: isPrivate } of parsed.data.messages) {
		if (!context.rates.events.take()) throw new Answer(429, { message: 'Too many messages per second' });
		if (isPrivate) {
			const may = allowed.get(topic) ?? (await mayWrite(context.db, { ...who, topic }, 'broadcast'));
			allowed.set(topic, may);
			if (!may) {
				context.log(
					`${topic}: REST broadcast "${event}" dropped: no INSERT policy lets role ${who.claims.role} send here`
				);
				continue;
			}
		}
		const envelope = { type: 'broadcast', event, payload };
		context.hub.broadcast(topic, isPrivate, { event, payload: JSON.stringify(payload), envelope });
	}
}

async function sendOne(
	context: Context,
	asker: Asker,
	event: string,
	search: URLSearchParams,
	contentType: string,
	body: Buffer
): Promise<void> {
	const isPrivate = search.get('private') === 'true';
	if (search.has('persist') || search.has('persist[ttl]')) {
		throw new Answer(422, { error: 'PersistNotSupported: store the message with realtime.send() in SQL' });
	}
	const broadcast: Broadcast = { event, payload: payloadOf(contentType, body) };
	if (!context.rates.events.take()) throw new Answer(429, { message: 'Too many messages per second' });
	if (isPrivate && !(await mayWrite(context.db, asker, 'broadcast'))) {
		throw new Answer(403, { message: 'You do not have permissions to write to this Channel topic' });
	}
	context.hub.broadcast(asker.topic, isPrivate, broadcast);
}

function payloadOf(contentType: string, body: Buffer): string | Uint8Array {
	if (contentType.startsWith('application/octet-stream')) return new Uint8Array(body);
	if (contentType.startsWith('application/json')) return JSON.stringify(json(body));
	throw new Answer(415, { message: 'Send application/json or application/octet-stream' });
}

/** The bearer token speaks first; the client puts the API key there when nobody is signed in. */
async function authenticate({ tokens }: Context, request: IncomingMessage): Promise<Claims> {
	const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
	const { apikey } = request.headers;
	const key = bearer ?? (typeof apikey === 'string' ? apikey : '');
	try {
		return isOpaque(key) ? await tokens.apiKey(key) : await tokens.accessToken(key);
	} catch (error) {
		if (error instanceof Refusal) throw new Answer(401, { message: 'Unauthorized' });
		throw error;
	}
}

async function read(request: IncomingMessage, limit: number): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of request as AsyncIterable<Buffer>) {
		size += chunk.length;
		if (size > limit) throw new Answer(413, { message: `The body is larger than ${limit} bytes` });
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}

function json(body: Buffer): unknown {
	try {
		return JSON.parse(body.toString('utf8'));
	} catch {
		throw new Answer(422, { errors: { body: ['is not valid JSON'] } });
	}
}

function decode(part = ''): string {
	try {
		return decodeURIComponent(part);
	} catch {
		throw new Answer(422, { errors: { path: ['is not valid'] } });
	}
}
