import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { health, ready } from './health.ts';

describe('outside monitoring', () => {
	beforeEach(() => {
		vi.stubEnv('SUPABASE_URL', 'http://api.test');
		vi.stubEnv('SUPABASE_PUBLISHABLE_KEY', 'sb_publishable_x');
	});
	afterEach(() => vi.unstubAllEnvs());

	it('is told that the server lives without asking the API', async () => {
		const answer = health();
		expect([answer.status, await answer.text(), answer.headers.get('cache-control')]).toEqual([200, 'ok', 'no-store']);
	});
	it('is told ready only while the API answers, and never why not', async () => {
		expect((await ready(async () => Response.json([]))).status).toBe(200);
		const failures: (typeof fetch)[] = [
			async () => new Response('password authentication failed', { status: 500 }),
			() => Promise.reject(new Error('secret host unreachable'))
		];
		for (const failing of failures) {
			const answer = await ready(failing);
			expect([answer.status, await answer.text()]).toEqual([503, 'not ready']);
		}
	});
});
