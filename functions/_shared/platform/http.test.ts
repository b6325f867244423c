import assert from 'node:assert/strict';
import { test } from 'vitest';
import { json, Refused, serve, type ServeOptions } from './http.ts';

const post = (body: BodyInit, headers: Record<string, string> = {}) =>
	new Request('http://functions.test/x', { method: 'POST', body, headers, duplex: 'half' } as RequestInit);
const echo = (options: Partial<ServeOptions> = {}) =>
	serve({ methods: ['POST'], maxBytes: 20, ...options }, async (_request, context) => json(await context.json()));

test('serve hands the body over and names the request', async () => {
	const response = await echo()(post('{"a":1}'));
	assert.deepEqual(await response.json(), { a: 1 });
	assert.match(response.headers.get('x-request-id') ?? '', /^[\w-]{36}$/);
	assert.equal(response.headers.get('access-control-allow-origin'), '*');
});

test('serve refuses a body over the limit, whatever its header says', async () => {
	const stream = new Blob([new Uint8Array(30)]).stream();
	for (const request of [post('x'.repeat(21)), post(stream)]) {
		const response = await echo()(request);
		assert.equal(response.status, 413);
		assert.equal(((await response.json()) as { code: string }).code, 'PAYLOAD_TOO_LARGE');
	}
});

test('serve answers what is not JSON with 422', async () => {
	for (const body of ['{', '', new Uint8Array([0xff])]) {
		assert.equal((await echo()(post(body))).status, 422);
	}
});

test('serve answers a refusal as it stands and any other failure without its inside', async () => {
	const lines: string[] = [];
	const failing = (error: Error) =>
		serve({ methods: ['POST'], log: (line) => lines.push(line) }, () => {
			throw error;
		});
	const refused = await failing(new Refused(409, 'SLOT_UNAVAILABLE', 'Taken.', { next: [] }, 'Choose another.'))(
		post('')
	);
	assert.equal(refused.status, 409);
	assert.deepEqual(await refused.json(), {
		code: 'SLOT_UNAVAILABLE',
		message: 'Taken.',
		details: { next: [] },
		hint: 'Choose another.'
	});
	assert.equal(lines.length, 0);

	const broken = await failing(new Error('connection to db-7 lost'))(post('', { 'x-request-id': 'abcdef123456' }));
	assert.equal(broken.status, 500);
	const text = await broken.text();
	assert.doesNotMatch(text, /db-7/);
	assert.match(text, /abcdef123456/);
	assert.match(lines[0] ?? '', /"request_id":"abcdef123456".*db-7/);
});

test('serve takes no request id that could forge a log line', async () => {
	const response = await echo()(post('{}', { 'x-request-id': 'a b","x":"' }));
	assert.doesNotMatch(response.headers.get('x-request-id') ?? '', /[ "]/);
});

test('serve answers preflights, and other origins only where they may call', async () => {
	const options = () => new Request('http://functions.test/x', { method: 'OPTIONS' });
	const open = await echo()(options());
	assert.equal(open.status, 204);
	assert.match(open.headers.get('access-control-allow-methods') ?? '', /POST/);
	const closed = await echo({ cors: 'none' })(options());
	assert.equal(closed.headers.get('access-control-allow-origin'), null);
});
