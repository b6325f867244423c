/** Edge functions of the local stack: a Deno process beside this one, reached at `/functions/v1/<name>`. */
import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { sendJson } from '../http.ts';
import { superviseDeno } from './process.ts';

export interface FunctionsOptions {
	/** Where Deno listens, on this machine only. */
	port: number;
	repoDir: string;
	/** Defaults to `functions/` of the repository. */
	functionsDir?: string;
	/** Defaults to `supabase/config.toml`, which names entry points and who may call. */
	configFile?: string;
	jwtSecret: string;
	/** What functions find in their environment; see `functionsEnvironment`. Nothing else of this process reaches them. */
	env: Record<string, string>;
	/** Whether an edit restarts the functions; on unless said otherwise. */
	watch?: boolean;
	log?: (line: string) => void;
}

export interface Functions {
	/** Serves what is under `/functions/v1/`; false for any other address, which it leaves alone. */
	handleRequest(req: IncomingMessage, res: ServerResponse): Promise<boolean>;
	/** The Deno process now running, if any. */
	pid(): number | undefined;
	close(): Promise<void>;
}

const prefix = '/functions/v1/';

/** Starts the gateway; resolves at once: requests wait for it. A gateway that dies is started again, ever more slowly. */
export async function startFunctions(options: FunctionsOptions): Promise<Functions> {
	const { port, repoDir, jwtSecret, env, watch = true, log = console.error } = options;
	const gateway = superviseDeno({
		script: join(import.meta.dirname, 'deno/gateway.ts'),
		repoDir,
		env: {
			...env,
			FUNCTIONS_GATEWAY: JSON.stringify({
				port,
				functionsDir: options.functionsDir ?? join(repoDir, 'functions'),
				configFile: options.configFile ?? join(repoDir, 'supabase/config.toml'),
				jwtSecret,
				watch
			})
		},
		log
	});

	return {
		pid: gateway.pid,
		close: gateway.close,
		async handleRequest(req, res) {
			if (!req.url?.startsWith(prefix)) return false;
			if (!(await gateway.ready())) return (unavailable(res), true);
			await proxy(req, res, port, `/${req.url.slice(prefix.length)}`).catch((error: NodeJS.ErrnoException) => {
				if (res.headersSent) res.destroy();
				else if (!res.closed) {
					log(`functions: ${error.message}`);
					unavailable(res);
				}
			});
			return true;
		}
	};
}

/** What hosted Supabase gives to functions, under its names. */
export function functionsEnvironment(facts: {
	apiUrl: string;
	databaseUrl: string;
	publishableKey: string;
	secretKey: string;
	/** Lets functions report their request times; they report nothing without it. */
	metricsToken?: string;
}): Record<string, string> {
	return {
		SUPABASE_URL: facts.apiUrl,
		SUPABASE_DB_URL: facts.databaseUrl,
		SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: facts.publishableKey }),
		SUPABASE_SECRET_KEYS: JSON.stringify({ default: facts.secretKey }),
		SUPABASE_PUBLISHABLE_KEY: facts.publishableKey,
		SUPABASE_SECRET_KEY: facts.secretKey,
		...(facts.metricsToken && { METRICS_TOKEN: facts.metricsToken })
	};
}

async function proxy(req: IncomingMessage, res: ServerResponse, port: number, path: string): Promise<void> {
	const whole = isSmall(req) ? await buffer(req) : null;
	const { promise: answered, resolve, reject } = Promise.withResolvers<IncomingMessage>();
	const { connection: _, ...headers } = req.headers;
	const upstream = request({ host: '127.0.0.1', port, path, method: req.method, headers });
	upstream.once('response', resolve).on('error', reject);
	res.once('close', () => upstream.destroy()); // The caller has gone: the function's stream ends as well.
	if (whole) upstream.end(whole);
	else req.pipe(upstream);
	const response = await answered;
	for (const [name, value] of Object.entries(response.headers)) {
		if (value !== undefined && name !== 'connection' && name !== 'keep-alive') res.setHeader(name, value);
	}
	res.writeHead(response.statusCode ?? 502);
	if (isSmall(response)) return void res.end(await buffer(response));
	// An answer of unknown length may take its time: its head goes ahead, that of any other goes along with it.
	if (!response.headers['content-length']) res.flushHeaders();
	await pipeline(response, res);
}

/** Of a length that is known and at most 64 kB: read whole, which costs less than to pass it on as it comes. */
function isSmall({ headers }: IncomingMessage): boolean {
	return Number(headers['content-length'] ?? Infinity) <= 64 * 1024;
}

function unavailable(res: ServerResponse): void {
	res.setHeader('access-control-allow-origin', '*');
	res.setHeader('retry-after', '1');
	sendJson(res, 503, {
		code: 'FUNCTIONS_UNAVAILABLE',
		message: 'Functions are not running just now.',
		details: null,
		hint: 'They are being started again: try once more in a second.'
	});
}
