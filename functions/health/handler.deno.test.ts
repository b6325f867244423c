import assert from 'node:assert/strict';
import { health, type HealthOptions } from './handler.ts';

function options(fetch: HealthOptions['fetch']): HealthOptions {
	let clock = 0;
	return {
		url: 'http://api.test',
		publishableKey: 'sb_publishable_x',
		fetch,
		now: () => (clock += 2.5),
		timeoutMs: 50
	};
}
const get = () => new Request('http://functions.test/health', { headers: { 'x-request-id': 'abcdef123456' } });

Deno.test('health is ok when a visitor can read through the API', async () => {
	const asked: [string, RequestInit][] = [];
	const handler = health(
		options((url, init) => {
			asked.push([url, init]);
			return Promise.resolve(Response.json([]));
		})
	);
	const response = await handler(get());
	assert.equal(response.status, 200);
	assert.deepEqual(await response.json(), {
		status: 'ok',
		checks: [{ name: 'database', status: 'ok', ms: 2.5 }]
	});
	assert.equal(response.headers.get('x-request-id'), 'abcdef123456');
	assert.equal(response.headers.get('cache-control'), 'no-store');
	assert.equal(new Headers(asked[0]?.[1].headers).get('apikey'), 'sb_publishable_x');
});

Deno.test(
	'health is down when the API refuses, can not be reached or does not answer, and does not say why',
	async () => {
		const never: HealthOptions['fetch'] = (_url, init) =>
			new Promise((_resolve, reject) => {
				init.signal?.addEventListener('abort', () => reject(new Error('secret host unreachable')));
			});
		const cases: HealthOptions['fetch'][] = [
			() => Promise.resolve(new Response('password authentication failed', { status: 500 })),
			() => Promise.reject(new Error('secret host unreachable')),
			never
		];
		for (const fetch of cases) {
			const response = await health(options(fetch))(get());
			assert.equal(response.status, 503);
			const text = await response.text();
			assert.match(text, /"status":"down"/);
			assert.doesNotMatch(text, /secret|password/);
		}
	}
);

Deno.test('health is for reading only', async () => {
	const handler = health(options(() => Promise.resolve(Response.json([]))));
	const response = await handler(new Request('http://functions.test/health', { method: 'POST' }));
	assert.equal(response.status, 405);
});
