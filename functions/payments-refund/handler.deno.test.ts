import assert from 'node:assert/strict';
import { stripeClient } from '../_shared/platform/stripe.ts';
import { paymentsRefund } from './handler.ts';

const id = (n: number) => `0190a000-0000-7000-8000-00000000000${n}`;
const asked = {
	refund_id: id(1),
	booking_id: id(2),
	status: 'requested',
	method: 'stripe',
	payment_intent: 'pi_1',
	amount_cents: 5000,
	stripe_refund_id: null,
	failure: null
};
const wish = {
	booking_id: id(2),
	amount_cents: 5000,
	method: 'stripe',
	reason: 'The party was cancelled.',
	idempotency_key: 'key-of-a-refund'
};

function stand(refund: object, stripe: () => Response | Promise<Response>) {
	const rpcs: { name: string; headers: Headers; args: Record<string, unknown> }[] = [];
	const keys: (string | null)[] = [];
	const handler = paymentsRefund({
		url: 'http://api.test',
		publishableKey: 'sb_publishable_x',
		secretKey: 'sb_secret_x',
		log: () => {},
		fetch: (url, init) => {
			const name = url.split('/').at(-1) ?? '';
			const args = JSON.parse(String(init.body));
			rpcs.push({ name, headers: new Headers(init.headers), args });
			const status = name === 'settle_refund' && args.p_status !== 'pending' ? args.p_status : asked.status;
			return Promise.resolve(
				Response.json({
					...asked,
					status,
					...refund,
					stripe_refund_id: args.p_stripe_refund_id ?? null,
					failure: args.p_failure ?? null
				})
			);
		},
		stripe: stripeClient(
			{ secretKey: 'sk_test_x', apiUrl: 'http://stripe.test' },
			{
				send: async (_input, init) => {
					keys.push(new Headers(init?.headers).get('idempotency-key'));
					return stripe();
				}
			}
		)
	});
	const call = (body: unknown, headers: Record<string, string> = {}) =>
		handler(
			new Request('http://functions.test/payments-refund', { method: 'POST', body: JSON.stringify(body), headers })
		);
	return { call, rpcs, keys };
}
const refunded = () =>
	Response.json({ id: 're_1', object: 'refund', status: 'succeeded', metadata: { refund_id: id(1) } });

Deno.test('staff ask as themselves; Stripe gets the refund’s id as key; the server settles', async () => {
	const { call, rpcs, keys } = stand({}, refunded);
	const response = await call(wish, { authorization: 'Bearer a.staff.token', apikey: 'sb_publishable_x' });
	assert.equal(response.status, 200);
	const answer = await response.json();
	assert.equal(answer.status, 'succeeded');
	assert.equal(answer.stripe_refund_id, 're_1');
	assert.deepEqual(
		rpcs.map(({ name, headers }) => [name, headers.get('apikey')]),
		[
			['request_refund', 'sb_publishable_x'],
			['settle_refund', 'sb_secret_x']
		]
	);
	assert.equal(rpcs[0]?.headers.get('authorization'), 'Bearer a.staff.token');
	assert.deepEqual(keys, [`refund:${id(1)}`]);
});

Deno.test('the server carries out what was asked for; nobody else by an id', async () => {
	const { call, rpcs } = stand({}, refunded);
	assert.equal((await call({ refund_id: id(1) }, { apikey: 'sb_secret_x' })).status, 200);
	assert.deepEqual(
		rpcs.map(({ args }) => args.p_status),
		['pending', 'succeeded']
	);
	for (const apikey of ['sb_publishable_x', 'sb_secret_', '']) {
		const other = stand({}, refunded);
		assert.equal((await other.call({ refund_id: id(1) }, { apikey })).status, 422);
		assert.equal(other.keys.length, 0);
	}
});

Deno.test('what is settled, and what was paid by hand, goes nowhere', async () => {
	for (const refund of [
		{ status: 'succeeded' },
		{ status: 'failed' },
		{ method: 'zelle', payment_intent: null, status: 'succeeded' }
	]) {
		const { call, keys } = stand(refund, refunded);
		assert.equal((await call(wish)).status, 200);
		assert.equal(keys.length, 0);
	}
});

Deno.test('a refusal by Stripe is kept as a failure, in its words', async () => {
	const { call, rpcs } = stand({}, () =>
		Response.json(
			{
				error: {
					type: 'invalid_request_error',
					code: 'charge_already_refunded',
					message: 'Charge ch_1 has already been refunded.'
				}
			},
			{ status: 400 }
		)
	);
	assert.equal((await (await call(wish)).json()).status, 'failed');
	assert.match(String(rpcs.at(-1)?.args.p_failure), /already been refunded/);
});

Deno.test('Stripe down: 503 with retry-after, and the refund stays asked for', async () => {
	const { call, rpcs } = stand({}, () => Promise.reject(new TypeError('connection refused')));
	const response = await call(wish);
	assert.equal(response.status, 503);
	assert.equal(response.headers.get('retry-after'), '5');
	const answer = await response.json();
	assert.equal(answer.code, 'PAYMENT_PROVIDER_TIMEOUT');
	assert.equal(answer.details.refund_id, id(1));
	assert.deepEqual(
		rpcs.map(({ name }) => name),
		['request_refund']
	);
});
