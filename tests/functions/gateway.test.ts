import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { functionsEnvironment, startFunctions, type Functions } from '../../supabase/local/functions/index.ts';
import { until } from '../until.ts';
import { freePort } from './free-port.ts';

const repoDir = resolve(import.meta.dirname, '../..');
const jwtSecret = 'a-secret-of-at-least-thirty-two-characters';

describe('the functions gateway', () => {
	let folder: string;
	let functions: Functions;
	let server: Server;
	let base: string;
	const lines: string[] = [];

	beforeAll(async () => {
		process.env.SECRET_OF_THE_SHELL = 'must not reach functions';
		folder = await mkdtemp(join(tmpdir(), 'functions-'));
		await cp(join(import.meta.dirname, 'fixtures'), folder, { recursive: true });
		functions = await startFunctions({
			port: await freePort(),
			repoDir,
			functionsDir: folder,
			configFile: join(folder, 'config.toml'),
			jwtSecret,
			env: functionsEnvironment({
				apiUrl: 'http://api.test',
				databaseUrl: 'postgres://db.test',
				publishableKey: 'sb_publishable_x',
				secretKey: 'sb_secret_x'
			}),
			log: (line) => lines.push(line)
		});
		server = createServer((req, res) => {
			void functions.handleRequest(req, res).then((done) => {
				if (!done) res.writeHead(418).end();
			});
		});
		await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
		base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/functions/v1`;
	});
	afterAll(async () => {
		delete process.env.SECRET_OF_THE_SHELL;
		await functions?.close();
		server?.closeAllConnections();
		server?.close();
		await rm(folder, { recursive: true, force: true });
	});

	const call = (path: string, init?: RequestInit) => fetch(`${base}/${path}`, init);
	const hello = async () => (await (await call('hello')).json()) as Record<string, string | null>;

	it('boots a function once, however many first requests come together', async () => {
		const answers = await Promise.all(Array.from({ length: 20 }, hello));
		expect(new Set(answers.map((answer) => answer.booted)).size).toBe(1);
	});

	it('passes path, method, body and request id, and of the environment only what functions get', async () => {
		const response = await call('hello/deep/er?x=1', {
			method: 'POST',
			body: 'words',
			headers: { 'x-request-id': 'abcdef123456' }
		});
		expect(await response.json()).toMatchObject({
			path: '/hello/deep/er',
			method: 'POST',
			body: 'words',
			requestId: 'abcdef123456',
			url: 'http://api.test',
			leaked: null
		});
		expect(response.headers.get('x-request-id')).toBe('abcdef123456');
	});

	it('loses one function to a late throw, not the others, and boots it anew', async () => {
		const before = await hello();
		await (await call('late?throw')).text().catch(() => {});
		await until(() => lines.some((line) => line.includes('late died')));
		expect(await (await call('late')).text()).toBe('still here');
		expect((await hello()).booted).toBe(before.booted);
	});

	it('streams chunk by chunk', async () => {
		const response = await call('stream');
		const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
		expect((await reader?.read())?.value).toBe('data: one\n\n');
		await (await call('stream?go')).text();
		expect((await reader?.read())?.value).toBe('data: two\n\n');
		expect((await reader?.read())?.done).toBe(true);
	});

	describe('with verify_jwt, which holds unless config.toml says otherwise', () => {
		const token = (claims: Record<string, unknown>, secret = jwtSecret, expires = '1h') =>
			new SignJWT(claims)
				.setProtectedHeader({ alg: 'HS256' })
				.setExpirationTime(expires)
				.sign(new TextEncoder().encode(secret));
		const withToken = async (value: string) => call('open', { headers: { authorization: `Bearer ${value}` } });

		it('lets a valid token pass, whatever apikey it comes with', async () => {
			const good = await token({ role: 'authenticated', sub: 'x' });
			expect((await withToken(good)).status).toBe(200);
			const both = { authorization: `Bearer ${good}`, apikey: 'sb_publishable_x' };
			expect((await call('open', { headers: both })).status).toBe(200);
		});
		it.each([
			['no token', async () => ({}), 'UNAUTHORIZED_NO_AUTH_HEADER'],
			['an opaque key alone', async () => ({ apikey: 'sb_publishable_x' }), 'UNAUTHORIZED_NO_AUTH_HEADER'],
			['an opaque key as token', async () => bearer('sb_secret_x'), 'UNAUTHORIZED_INVALID_JWT_FORMAT'],
			['another scheme', async () => ({ authorization: 'Basic eDp5' }), 'UNAUTHORIZED_INVALID_FORMAT'],
			['another secret', async () => bearer(await token({ role: 'anon' }, 'b'.repeat(40))), 'UNAUTHORIZED_INVALID_JWT'],
			['an old token', async () => bearer(await token({ role: 'anon' }, jwtSecret, '-1s')), 'UNAUTHORIZED_INVALID_JWT'],
			['no role', async () => bearer(await token({ sub: 'x' })), 'UNAUTHORIZED_INVALID_JWT'],
			['no signature', async () => bearer(unsigned()), 'UNAUTHORIZED_INVALID_JWT']
		])('refuses %s', async (_what, headers, code) => {
			const response = await call('open', { headers: (await headers()) as Record<string, string> });
			expect(response.status).toBe(401);
			expect(await response.json()).toMatchObject({ code });
		});
		it('lets a preflight pass, which the function answers', async () => {
			expect((await call('open', { method: 'OPTIONS' })).status).toBe(200);
		});
	});

	it('answers 404 for what is no function, is switched off, or is meant to climb out of the folder', async () => {
		for (const path of ['nothing', 'off', '_shared', '..%2fhello', '..%2f..%2fetc', '']) {
			expect((await call(path)).status, path).toBe(404);
		}
		expect((await fetch(`${base.replace('/functions/v1', '/other')}/hello`)).status).toBe(418);
	});

	// What edits a file comes last: a change restarts every function.
	it('answers 503 with the reason when a module throws, and works again once it is mended', async () => {
		const broken = await call('boot');
		expect(broken.status).toBe(503);
		expect(broken.headers.get('access-control-allow-origin')).toBe('*');
		const body = (await broken.json()) as { code: string; details: string };
		expect(body.code).toBe('BOOT_ERROR');
		expect(body.details).toContain('no such setting: WEATHER');
		await writeFile(join(folder, 'boot/index.ts'), `Deno.serve(() => new Response('mended'));\n`);
		await until(async () => (await call('boot')).ok);
	});

	it('answers with the new code after an edit, also of a file that it imports', async () => {
		await hello();
		await writeFile(join(folder, 'hello/words.ts'), `export const word = 'goodbye';\n`);
		await until(async () => (await hello()).word === 'goodbye');
	});

	it('is started again when Deno dies', async () => {
		const before = functions.pid();
		if (before) process.kill(before, 'SIGKILL');
		await until(() => functions.pid() !== before);
		expect((await call('hello')).status).toBe(200);
	});

	it('ends with its parent, however that ends', async () => {
		const script = `
			const { startFunctions } = await import(${JSON.stringify(join(repoDir, 'supabase/local/functions/index.ts'))});
			const functions = await startFunctions({ port: ${await freePort()}, repoDir: ${JSON.stringify(repoDir)}, jwtSecret: 'x', env: {}, log: () => {} });
			console.log(functions.pid());
			setInterval(() => {}, 1000);`;
		const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
			stdio: ['ignore', 'pipe', 'inherit']
		});
		const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
		parent.kill('SIGKILL');
		await until(() => !isRunning(Number(line)));
	});
});

function bearer(token: string) {
	return { authorization: `Bearer ${token}` };
}

function unsigned(): string {
	const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
	return `${part({ alg: 'none' })}.${part({ role: 'service_role', exp: 4_000_000_000 })}.`;
}

function isRunning(pid: number): boolean {
	try {
		return process.kill(pid, 0);
	} catch {
		return false;
	}
}
