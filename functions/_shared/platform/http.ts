/** What every edge function answers with: JSON errors of one shape, a request id, CORS, a limit on the body. */
import { countRequest, type CountRequest } from './function-metrics.ts';

import * as z from 'zod/mini';

/** A refusal that the caller is told as it stands. Codes of business rules are those of the error register. */
export class Refused extends Error {
	override name = 'Refused';
	readonly status: number;
	readonly code: string;
	readonly details: unknown;
	readonly hint: string | null;
	readonly headers: Record<string, string>;

	constructor(
		status: number,
		code: string,
		message: string,
		details: unknown = null,
		hint: string | null = null,
		headers: Record<string, string> = {}
	) {
		super(message);
		this.status = status;
		this.code = code;
		this.details = details;
		this.hint = hint;
		this.headers = headers;
	}
}

export interface ServeOptions {
	/** Allowed methods; OPTIONS and, with GET, HEAD are answered besides. */
	methods: readonly ('GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE')[];
	/** Largest body, in bytes. */
	maxBytes?: number;
	/** Whether pages of other origins may call: `*` for what works with a key or token, none for webhooks. */
	cors?: '*' | 'none';
	/** Takes one line of JSON per failure; the console unless tests look at it. */
	log?: (line: string) => void;
	/** Takes how long each answer took, for scaling health; the isolate's own counts unless tests look at it. */
	count?: CountRequest;
}

export interface RequestContext {
	/** Names this request in every log line and error. */
	requestId: string;
	/** The body's bytes as they came, for signatures. Throws Refused 413 when it is too large. */
	bytes(): Promise<Uint8Array<ArrayBuffer>>;
	/** The body as JSON. Throws Refused 413, or 422 when it is not JSON. */
	json(): Promise<unknown>;
	/** Waits for a part of the work; the answer's `server-timing` says how many ms its parts took, so whose wait is whose is seen. */
	timed<T>(part: string, work: Promise<T>): Promise<T>;
}

const allowedHeaders = 'authorization, apikey, content-type, x-client-info, x-request-id, idempotency-key';

/**
 * Wraps a handler for Deno.serve: a thrown `Refused` becomes its answer, anything else a 500 that tells the request id and
 * nothing of the inside.
 */
export function serve(
	options: ServeOptions,
	handle: (request: Request, context: RequestContext) => Response | Promise<Response>
): (request: Request) => Promise<Response> {
	const { methods, maxBytes = 1024 * 1024, cors = '*', log = console.error, count = countRequest } = options;
	const allowed = ['OPTIONS', ...methods, ...(methods.includes('GET') ? ['HEAD'] : [])];

	return async (request) => {
		const requestId = requestIdOf(request);
		const started = performance.now();
		const parts = new Map<string, number>();
		const timed = async <T>(part: string, work: Promise<T>): Promise<T> => {
			const begun = performance.now();
			try {
				return await work;
			} finally {
				parts.set(part, (parts.get(part) ?? 0) + performance.now() - begun);
			}
		};
		const finish = (response: Response) => {
			if (request.method !== 'OPTIONS') count(performance.now() - started, response.status);
			const headers = new Headers(response.headers);
			headers.set('x-request-id', requestId);
			headers.set('x-content-type-options', 'nosniff');
			if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
			if (parts.size)
				headers.set('server-timing', Array.from(parts, ([part, ms]) => `${part};dur=${ms.toFixed(1)}`).join(', '));
			if (cors === '*') {
				headers.set('access-control-allow-origin', '*');
				headers.set('access-control-expose-headers', 'x-request-id, retry-after');
			}
			return new Response(response.body, { status: response.status, headers });
		};
		if (request.method === 'OPTIONS') return finish(preflight(allowed, cors));
		try {
			if (!allowed.includes(request.method)) {
				throw new Refused(405, 'METHOD_NOT_ALLOWED', `Use ${methods.join(' or ')} here.`);
			}
			const bytes = () => readBody(request, maxBytes);
			return finish(await handle(request, { requestId, bytes, json: async () => parseJson(await bytes()), timed }));
		} catch (error) {
			if (!(error instanceof Refused)) {
				const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
				log(JSON.stringify({ level: 'error', request_id: requestId, path: new URL(request.url).pathname, reason }));
			}
			return finish(refusal(error, requestId));
		}
	};
}

/** A JSON answer. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
	return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
}

/** The body as a schema reads it. Throws Refused 422 with a sentence by field. */
export function parsed<Schema extends z.core.$ZodType>(schema: Schema, body: unknown): z.core.output<Schema> {
	const { success, data, error } = z.core.safeParse(schema, body);
	if (success) return data;
	const fields = Object.fromEntries(error.issues.map(({ path, message }) => [path.join('.') || 'request', message]));
	throw new Refused(422, 'INVALID_REQUEST', 'Some answers need another look.', { fields });
}

function refusal(error: unknown, requestId: string): Response {
	if (error instanceof Refused) {
		const { status, code, message, details, hint, headers } = error;
		return json({ code, message, details, hint }, status, headers);
	}
	return json(
		{
			code: 'UNEXPECTED',
			message: 'Something went wrong on our side.',
			details: null,
			hint: `Try again; if it stays so, tell us this number: ${requestId}`
		},
		500
	);
}

function preflight(allowed: string[], cors: '*' | 'none'): Response {
	if (cors === 'none') return new Response(null, { status: 204 });
	return new Response(null, {
		status: 204,
		headers: {
			'access-control-allow-methods': allowed.join(', '),
			'access-control-allow-headers': allowedHeaders,
			'access-control-max-age': '86400'
		}
	});
}

/** The caller's id where it is a harmless one: it goes into logs. */
function requestIdOf(request: Request): string {
	const given = request.headers.get('x-request-id') ?? '';
	return /^[\w-]{8,64}$/.test(given) ? given : crypto.randomUUID();
}

async function readBody(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
	const tooLarge = () =>
		new Refused(413, 'PAYLOAD_TOO_LARGE', `The body is larger than ${Math.floor(maxBytes / 1024)} kB.`);
	if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge();
	const chunks: Uint8Array[] = [];
	let length = 0;
	// What the header says is not to be trusted, and a stream has none: counted as it comes.
	for await (const chunk of request.body ?? []) {
		length += chunk.byteLength;
		if (length > maxBytes) throw tooLarge();
		chunks.push(chunk);
	}
	const whole = new Uint8Array(length);
	let at = 0;
	for (const chunk of chunks) {
		whole.set(chunk, at);
		at += chunk.byteLength;
	}
	return whole;
}

function parseJson(bytes: Uint8Array): unknown {
	try {
		return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
	} catch {
		throw new Refused(422, 'INVALID_REQUEST', 'The body is not JSON.', { fields: {} });
	}
}
