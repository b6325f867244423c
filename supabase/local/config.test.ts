import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { appEnvironment, localConfig, SetupError } from './config.ts';

let data: string;
beforeEach(() => (data = mkdtempSync(join(tmpdir(), 'myhibachi-config-'))));
afterEach(() => rmSync(data, { recursive: true }));

const config = (env: Record<string, string> = {}) => localConfig({ MYHIBACHI_DATA: data, ...env });

test('without settings the ports are those that Supabase and Vite are known by', () => {
	expect(config().ports).toEqual({
		api: 54321,
		app: 5173,
		admin: 5174,
		smtp: 54325,
		functions: 54326,
		database: 54322
	});
});

test('a port base moves every port, so that no two stacks share one', () => {
	const first = Object.values(config({ MYHIBACHI_PORT_BASE: '21000' }).ports);
	expect(first.toSorted()).toEqual([21000, 21001, 21002, 21003, 21004, 21005]);
});

test.each(['banana', '80', '70000', '21000.5'])('a port base of %s is refused in one sentence', (base) => {
	expect(() => config({ MYHIBACHI_PORT_BASE: base })).toThrow(
		new SetupError(`MYHIBACHI_PORT_BASE is "${base}"; it must be a port from 1024 to 65000.`)
	);
});

test('keys are made once for a data folder and differ between folders', () => {
	const other = mkdtempSync(join(tmpdir(), 'myhibachi-config-'));
	expect(config().keys).toEqual(config().keys);
	expect(localConfig({ MYHIBACHI_DATA: other }).keys.secret).not.toBe(config().keys.secret);
	expect(config().keys.publishable).toMatch(/^sb_publishable_/);
	rmSync(other, { recursive: true });
});

test('an app is told where the API is and never a secret', () => {
	const { keys, ...rest } = config({ FEATURE_STRIPE: 'false' });
	const env = appEnvironment({ keys, ...rest });
	expect(env).toMatchObject({ SUPABASE_URL: rest.apiUrl, FEATURE_STRIPE: 'false' });
	expect(Object.values(env)).not.toContain(keys.secret);
	expect(Object.values(env)).not.toContain(keys.jwtSecret);
});

test('a feature override is true or false, and nothing else', () => {
	expect(config({ FEATURE_STRIPE: 'true', FEATURE_AI_CORE: 'false', FEATURE_RBAC: '' }).features).toEqual({
		stripe: true,
		ai_core: false
	});
	expect(() => config({ FEATURE_STRIPE: 'yes' })).toThrow('FEATURE_STRIPE is "yes"; it must be true or false.');
});

test('DATABASE_URL takes the place of PGlite', () => {
	expect(config().dbUrl).toBe('postgres://postgres@127.0.0.1:54322/postgres?sslmode=disable');
	expect(config({ DATABASE_URL: 'postgres://db/hibachi' }).dbUrl).toBe('postgres://db/hibachi');
});
