import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../tests/until.ts';

/** Under load a start takes as long as it takes; the rules here are not about speed. */
const patience = 120_000;
const migration = `
	create schema private;
	create table private.settings (key text primary key, value text not null);
	create table public.notes (id int primary key, body text);
	alter table public.notes enable row level security;
	create function public.settings() returns jsonb language sql stable security definer
		as $$ select jsonb_object_agg(key, value) from private.settings $$;
`;

interface Status {
	API_URL: string;
	DB_URL: string;
	PUBLISHABLE_KEY: string;
	SECRET_KEY: string;
	running: boolean;
	ready: boolean;
	accounts: { email: string; password: string; role: string }[];
}

const root = mkdtempSync(join(tmpdir(), 'myhibachi-stack-'));
const migrations = join(root, 'migrations');
const script = join(import.meta.dirname, 'start.ts');
const children: ChildProcess[] = [];
let env: NodeJS.ProcessEnv;
let stack: ChildProcess;
let status: Status;

beforeAll(async () => {
	mkdirSync(migrations);
	writeFileSync(join(migrations, '20260101000000_notes.sql'), migration);
	env = await environment('first', { FEATURE_STRIPE: 'false' });
	stack = await start(env);
	status = await statusOf(env);
}, patience);
afterAll(async () => {
	await Promise.all(children.map((child) => gone(child, 'SIGKILL')));
	rmSync(root, { recursive: true, force: true });
});

async function environment(name: string, more: Record<string, string> = {}): Promise<NodeJS.ProcessEnv> {
	const { DATABASE_URL: _none, ...inherited } = process.env;
	return {
		...inherited,
		MYHIBACHI_DATA: join(root, name),
		MYHIBACHI_PORT_BASE: String(await freeBase()),
		MYHIBACHI_MIGRATIONS: migrations,
		MYHIBACHI_SEED: join(root, 'no-seeds'),
		MYHIBACHI_APPS: 'off',
		...more
	};
}

async function start(settings: NodeJS.ProcessEnv): Promise<ChildProcess> {
	const child = spawn(process.execPath, [script, 'start'], { env: settings, stdio: ['ignore', 'ignore', 'inherit'] });
	children.push(child);
	const ready = `http://127.0.0.1:${settings.MYHIBACHI_PORT_BASE}/ready`;
	await until(
		async () => {
			if (child.exitCode !== null) throw new Error(`The stack ended with ${child.exitCode}.`);
			return (await fetch(ready).catch(() => null))?.ok;
		},
		{ timeoutMs: patience, everyMs: 100, what: ready }
	);
	return child;
}

/** Runs a command to its end. */
async function run(
	command: string,
	settings: NodeJS.ProcessEnv
): Promise<{ code: number | null; out: string; err: string }> {
	const child = spawn(process.execPath, [script, command], { env: settings, stdio: ['ignore', 'pipe', 'pipe'] });
	children.push(child);
	const said = { out: '', err: '' };
	child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
	child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
	const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
	return { code, ...said };
}

const statusOf = async (settings: NodeJS.ProcessEnv) => JSON.parse((await run('status', settings)).out) as Status;

async function gone(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const closed = new Promise((resolve) => child.once('exit', resolve));
	child.kill(signal);
	await closed;
}

const api = (path: string, init: RequestInit = {}, { API_URL, SECRET_KEY } = status) =>
	fetch(API_URL + path, { ...init, headers: { apikey: SECRET_KEY, 'content-type': 'application/json' } });

/** The first of six ports in a row that nobody uses. */
async function freeBase(): Promise<number> {
	for (;;) {
		const base = 33_000 + Math.floor(Math.random() * 3_000) * 6;
		const free = await Promise.all([0, 1, 2, 3, 4, 5].map((offset) => isFree(base + offset)));
		if (free.every(Boolean)) return base;
	}
}

function isFree(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const server = createServer().once('error', () => resolve(false));
		server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
	});
}

test('status is JSON that says where everything is, and the same whether it runs or not', async () => {
	expect(status).toMatchObject({ API_URL: `http://127.0.0.1:${env.MYHIBACHI_PORT_BASE}`, running: true, ready: true });
	expect(status.accounts.map(({ email }) => email)).toContain('customer@demo.test');
	const idle = await statusOf(await environment('idle'));
	expect(Object.keys(idle)).toEqual(Object.keys(status));
	expect(idle.running).toBe(false);
});

test('every demo account can sign in', async () => {
	for (const { email, password } of status.accounts) {
		const answer = await api('/auth/v1/token?grant_type=password', {
			method: 'POST',
			body: JSON.stringify({ email, password })
		});
		expect(answer.status, email).toBe(200);
	}
});

test('the environment decides rate limits and held flags', async () => {
	const answer = await api('/rest/v1/rpc/settings', { method: 'POST', body: '{}' });
	expect(await answer.json()).toEqual({
		rate_limits: 'on',
		'feature.stripe': 'false',
		metrics_token_sha256: expect.stringMatching(/^[0-9a-f]{64}$/)
	});
});

test('a second stack on the same data is refused in one sentence', async () => {
	const { code, err } = await run('start', { ...env, MYHIBACHI_PORT_BASE: String(await freeBase()) });
	expect(code).toBe(1);
	expect(err.trim().split('\n')).toEqual([expect.stringMatching(/^My Hibachi already runs on .* \(process \d+\)\./)]);
});

test('a taken port is one sentence that says what to do', async () => {
	const { code, err } = await run('start', { ...env, MYHIBACHI_DATA: join(root, 'taken') });
	expect(code).toBe(1);
	expect(err.trim()).toBe(
		`Port ${env.MYHIBACHI_PORT_BASE} (API) is taken. Stop what uses it, or set MYHIBACHI_PORT_BASE to another first port.`
	);
});

test('a database that does not answer is one sentence, without its password', async () => {
	const { code, err } = await run(
		'start',
		await environment('elsewhere', { DATABASE_URL: 'postgres://me:secret@127.0.0.1:1/db' })
	);
	expect(code).toBe(1);
	expect(err.trim()).toMatch(/^DATABASE_URL \(postgres:\/\/me:.*@127\.0\.0\.1:1\/db\) can't be reached: .*\.$/);
	expect(err).not.toContain('secret');
});

test('reset does not pull the data from under a running stack', async () => {
	const { code, err } = await run('reset', env);
	expect(code).toBe(1);
	expect(err).toContain('Stop it first');
});

test('two stacks run side by side, each with keys of its own', { timeout: patience }, async () => {
	const otherEnv = await environment('second');
	const other = await start(otherEnv);
	const otherStatus = await statusOf(otherEnv);
	expect((await api('/rest/v1/notes', {}, otherStatus)).status).toBe(200);
	expect((await api('/rest/v1/notes', {}, { ...otherStatus, SECRET_KEY: status.SECRET_KEY })).status).toBe(401);
	await gone(other, 'SIGTERM');
	expect(other.exitCode).toBe(0);
	expect((await run('reset', otherEnv)).code).toBe(0);
});

test('what was answered survives kill -9, and the next start needs no help', { timeout: patience }, async () => {
	for (const id of [1, 2, 3]) {
		const answer = await api('/rest/v1/notes', { method: 'POST', body: JSON.stringify({ id, body: 'kept' }) });
		expect(answer.status).toBe(201);
	}
	await gone(stack, 'SIGKILL');
	stack = await start(env);
	expect(await (await api('/rest/v1/notes?select=id&order=id')).json()).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
});

test('SIGTERM ends it within seconds and frees its ports', { timeout: patience }, async () => {
	await gone(stack, 'SIGTERM');
	expect(stack.exitCode).toBe(0);
	const base = Number(env.MYHIBACHI_PORT_BASE);
	expect(await Promise.all([0, 3, 4, 5].map((offset) => isFree(base + offset)))).toEqual([true, true, true, true]);
});
