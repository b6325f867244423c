import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.ts';

/** What `npm run status` prints, as far as tests need it. */
export interface StackStatus {
	API_URL: string;
	APP_URL: string;
	ADMIN_URL: string;
	DB_URL: string | null;
	MAIL_URL: string;
	SIMULATORS_URL: string;
	STRIPE_WEBHOOK_SECRET: string;
	PUBLISHABLE_KEY: string;
	SECRET_KEY: string;
	accounts: { email: string; password: string; role: string }[];
}

export interface TestStack {
	status: StackStatus;
	dataDir: string;
	env: NodeJS.ProcessEnv;
	/** The stack's own process, for tests that kill it. */
	process: () => ChildProcess;
	/** Starts it again on the same data after it was killed. */
	restart: () => Promise<void>;
	stop: () => Promise<void>;
}

export interface StackOptions {
	/** First of the ports that the stack takes. */
	portBase: number;
	/** PostgreSQL to run on; PGlite where absent. */
	databaseUrl?: string;
	/** Whether public writes are limited as in production; off for load. */
	rateLimits?: 'on' | 'off';
	/** `start` builds and serves both apps; `api` runs the stack without them. */
	apps?: boolean;
	/** Called when the customer site answers, which it may before the panel does. */
	shown?: () => void;
	log?: (line: string) => void;
}

const start = join(import.meta.dirname, '../supabase/local/start.ts');

/** Starts the real local stack on a data folder of its own and waits until it answers. */
export async function startTestStack(options: StackOptions): Promise<TestStack> {
	const dataDir = await mkdtemp(join(tmpdir(), 'myhibachi-test-'));
	const env: NodeJS.ProcessEnv = {
		...process.env,
		MYHIBACHI_PORT_BASE: String(options.portBase),
		MYHIBACHI_DATA: dataDir,
		MYHIBACHI_RATE_LIMITS: options.rateLimits ?? 'off',
		...(options.apps === false && { MYHIBACHI_APPS: 'off' })
	};
	delete env.DATABASE_URL;
	if (options.databaseUrl) env.DATABASE_URL = options.databaseUrl;

	let child = await launch(env, options);
	const status = await readStatus(env);
	await ready(status, child, options);
	return {
		status,
		dataDir,
		env,
		process: () => child,
		restart: async () => {
			child = await launch(env, options);
			await ready(status, child, options);
		},
		stop: async () => {
			await end(child);
			await rm(dataDir, { recursive: true, force: true });
		}
	};
}

/** What `npm run status` says for these settings. */
export async function readStatus(env: NodeJS.ProcessEnv): Promise<StackStatus> {
	const child = spawn(process.execPath, [start, 'status'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
	let text = '';
	child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
	await new Promise((resolve) => child.once('close', resolve));
	return JSON.parse(text) as StackStatus;
}

async function launch(env: NodeJS.ProcessEnv, { log }: StackOptions): Promise<ChildProcess> {
	const child = spawn(process.execPath, [start, 'start'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
	for (const stream of [child.stdout, child.stderr]) {
		stream.on('data', (chunk: Buffer) => log?.(chunk.toString()));
	}
	return child;
}

async function ready(status: StackStatus, child: ChildProcess, { apps, shown }: StackOptions): Promise<void> {
	const urls = [
		`${status.API_URL}/ready`,
		...(apps === false ? [] : [`${status.APP_URL}/`, `${status.ADMIN_URL}/login`])
	];
	for (const url of urls) {
		await until(
			async () => {
				if (child.exitCode !== null)
					throw new Error(`The stack ended with code ${child.exitCode} before ${url} answered.`);
				return (await fetch(url).catch(() => null))?.ok;
			},
			{ timeoutMs: 240_000, everyMs: 200, what: `${url} to answer` }
		);
		if (url === `${status.APP_URL}/`) shown?.();
	}
}

async function end(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const closed = new Promise((resolve) => child.once('close', resolve));
	child.kill('SIGTERM');
	const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
	await closed;
	clearTimeout(timer);
}
