/** Between node:http and the web's Request and Response. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

/** Headers that CORS preflights may ask for, as Supabase allows them. `x-forwarded-for` isn't one: no browser sets it. */
const allowedHeaders = [
	'authorization, apikey, content-type, x-client-info, x-supabase-api-version, x-request-id, x-region, x-upsert',
	'x-metadata, prefer, range, range-unit, accept, accept-profile, content-profile, cache-control, idempotency-key'
].join(', ');
const allowedMethods = 'GET, POST, PATCH, PUT, DELETE, HEAD, OPTIONS';
const exposedHeaders = 'content-range, content-location, preference-applied, x-request-id, x-total-count, location';

/** Any origin may call the API with a key: what it may do is decided by key and session, never by origin. */
export function allowOrigin(res: ServerResponse): void {
	res.setHeader('access-control-allow-origin', '*');
	res.setHeader('access-control-expose-headers', exposedHeaders);
}

export function answerPreflight(res: ServerResponse): void {
	res.writeHead(204, {
		'access-control-allow-origin': '*',
		'access-control-allow-methods': allowedMethods,
		'access-control-allow-headers': allowedHeaders,
		'access-control-max-age': '86400'
	});
	res.end();
}

/**
 * The address that rate limits count. A forwarded one is believed only from this machine, where the app servers run:
 * they pass the visitor's on. Of several the last counts, which the nearest server wrote itself.
 */
export function clientAddress(req: IncomingMessage): string {
	const peer = withoutMapping(req.socket.remoteAddress ?? '');
	const forwarded = String(req.headers['x-forwarded-for'] ?? '')
		.split(',')
		.at(-1)
		?.trim();
	return forwarded && isIP(forwarded) && isLoopback(peer) ? withoutMapping(forwarded) : peer;
}

/** `streamed` bodies are passed on as they come (files); others are read first, which costs a small request half as much. */
export async function toRequest(
	req: IncomingMessage,
	url: string,
	headers: Record<string, string>,
	{ streamed }: { streamed: boolean }
): Promise<Request> {
	const method = req.method ?? 'GET';
	if (method === 'GET' || method === 'HEAD') return new Request(url, { method, headers });
	const body = streamed ? { body: Readable.toWeb(req), duplex: 'half' } : { body: await buffer(req) };
	return new Request(url, { method, headers, ...body } as RequestInit);
}

/** Header names as Node gives them, in lower case; several of one name are joined. */
export function flatHeaders(req: IncomingMessage): Record<string, string> {
	const headers: Record<string, string> = {};
	for (const [name, value] of Object.entries(req.headers)) {
		if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
	}
	return headers;
}

export async function sendResponse(
	response: Response,
	res: ServerResponse,
	{ streamed }: { streamed: boolean }
): Promise<void> {
	res.statusCode = response.status;
	for (const [name, value] of response.headers) {
		if (name !== 'set-cookie' && !name.startsWith('access-control-')) res.setHeader(name, value);
	}
	const cookies = response.headers.getSetCookie();
	if (cookies.length > 0) res.setHeader('set-cookie', cookies);
	if (!response.body) return void res.end();
	if (!streamed) return void res.end(Buffer.from(await response.arrayBuffer()));
	await pipeline(Readable.fromWeb(response.body as import('node:stream/web').ReadableStream), res);
}

export function sendJson(res: ServerResponse, status: number, body: unknown): void {
	res.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
	res.end(JSON.stringify(body));
}

function isLoopback(address: string): boolean {
	return address === '::1' || address.startsWith('127.');
}

/** `::ffff:127.0.0.1` is how a dual-stack socket names an IPv4 peer. */
function withoutMapping(address: string): string {
	return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}
