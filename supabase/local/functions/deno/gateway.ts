/**
 * The functions gateway, run by Deno: `/<name>/…` goes to the worker of that function. Options come as JSON in
 * FUNCTIONS_GATEWAY; prints one line `ready` when it listens; ends when its standard input does, that is with its parent.
 */
import { problemWith } from './auth.ts';
import { BootError, WorkerPool } from './pool.ts';
import { findFunction } from './registry.ts';

interface GatewayOptions {
	port: number;
	functionsDir: string;
	configFile: string;
	jwtSecret: string;
	watch: boolean;
}

const options: GatewayOptions = JSON.parse(Deno.env.get('FUNCTIONS_GATEWAY') ?? '{}');
Deno.env.delete('FUNCTIONS_GATEWAY'); // Holds the signing secret: functions share the environment.

const log = (line: string) => console.error(line);
const pool = new WorkerPool(log);
/** As on hosted: after this long without the answer's head, the caller gets 504. */
const answerMs = 150_000;

Deno.serve({ port: options.port, hostname: '127.0.0.1', onListen: () => console.log('ready') }, answer);
if (options.watch) void watch();
void endWithParent();

async function answer(request: Request): Promise<Response> {
	const url = new URL(request.url);
	const requestId = request.headers.get('x-request-id') ?? crypto.randomUUID();
	const name = decodeURIComponent(url.pathname.split('/')[1] ?? '');
	const entry = findFunction(name, options.configFile, options.functionsDir);
	if (!entry || !entry.enabled) {
		return refusal(404, requestId, 'NOT_FOUND', `There is no function named "${name.slice(0, 80)}".`);
	}
	// A preflight carries no token; the function answers it.
	if (entry.verifyJwt && request.method !== 'OPTIONS') {
		const problem = await problemWith(request.headers, options.jwtSecret);
		if (problem) return refusal(401, requestId, problem.code, problem.message);
	}
	try {
		return await forward(request, url, entry, requestId);
	} catch (error) {
		if (error instanceof BootError) {
			log(`functions: ${name} did not start: ${error.message}`);
			return refusal(503, requestId, 'BOOT_ERROR', `The function "${name}" did not start.`, error.message);
		}
		if (error instanceof DOMException && error.name === 'TimeoutError') {
			return refusal(504, requestId, 'IDLE_TIMEOUT', `The function "${name}" did not answer in time.`);
		}
		log(`functions: ${name} failed: ${error instanceof Error ? error.message : error}`);
		return refusal(502, requestId, 'WORKER_ERROR', `The function "${name}" ended before it answered.`);
	}
}

async function forward(
	request: Request,
	url: URL,
	entry: NonNullable<ReturnType<typeof findFunction>>,
	requestId: string
): Promise<Response> {
	const finished = Promise.withResolvers<void>();
	const timer = new AbortController();
	const timeout = setTimeout(() => timer.abort(new DOMException('No answer', 'TimeoutError')), answerMs);
	try {
		const headers = new Headers(request.headers);
		headers.set('x-request-id', requestId);
		// What is small is read whole: a stream from one server into another costs more than all else here.
		const body = request.body && isSmall(request.headers) ? await request.arrayBuffer() : request.body;
		const response = await pool.use(
			entry,
			(port) =>
				fetch(`http://127.0.0.1:${port}${url.pathname}${url.search}`, {
					method: request.method,
					headers,
					body,
					redirect: 'manual',
					signal: AbortSignal.any([request.signal, timer.signal])
				}),
			finished.promise
		);
		const answered = new Headers(response.headers);
		answered.set('x-request-id', requestId);
		// fetch has undone what these said.
		for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) {
			if (response.headers.has('content-encoding') || name === 'transfer-encoding') answered.delete(name);
		}
		const head = { status: response.status, statusText: response.statusText, headers: answered };
		if (response.body && !isSmall(response.headers)) {
			return new Response(untilEnd(response.body, finished.resolve), head);
		}
		const whole = response.body && (await response.arrayBuffer());
		finished.resolve();
		return new Response(whole, head);
	} catch (error) {
		finished.resolve();
		throw error;
	} finally {
		clearTimeout(timeout);
	}
}

/** Of a length that is known and at most 64 kB. */
function isSmall(headers: Headers): boolean {
	const length = headers.get('content-length');
	return length !== null && Number(length) <= 64 * 1024;
}

/** The same stream, chunk by chunk; `done` is called when it ends, fails or is given up. */
function untilEnd(body: ReadableStream<Uint8Array>, done: () => void): ReadableStream<Uint8Array> {
	const reader = body.getReader();
	return new ReadableStream({
		async pull(controller) {
			try {
				const { done: ended, value } = await reader.read();
				if (!ended) return controller.enqueue(value);
				controller.close();
				done();
			} catch (error) {
				done();
				controller.error(error);
			}
		},
		async cancel(reason) {
			done();
			await reader.cancel(reason);
		}
	});
}

function refusal(
	status: number,
	requestId: string,
	code: string,
	message: string,
	details: string | null = null
): Response {
	const hint = status === 401 ? 'Sign in, and send the access token as Authorization: Bearer <token>.' : null;
	return Response.json(
		{ code, message, details, hint },
		{ status, headers: { 'access-control-allow-origin': '*', 'x-request-id': requestId, 'cache-control': 'no-store' } }
	);
}

async function watch(): Promise<void> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	for await (const event of Deno.watchFs(options.functionsDir)) {
		if (event.kind === 'access' || event.kind === 'any') continue;
		if (!event.paths.some((path) => /\.(ts|tsx|js|mjs|json)$/.test(path) && !path.endsWith('.test.ts'))) continue;
		clearTimeout(timer);
		timer = setTimeout(() => {
			if (pool.size > 0) log('functions: changed, so each starts anew');
			pool.retireAll();
		}, 30);
	}
}

async function endWithParent(): Promise<void> {
	const buffer = new Uint8Array(64);
	while ((await Deno.stdin.read(buffer)) !== null);
	Deno.exit(0);
}
