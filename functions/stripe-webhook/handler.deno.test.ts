import assert from 'node:assert/strict';
import Stripe from 'stripe';
import { stripeWebhook } from './handler.ts';

const secret = 'whsec_of_tests';
const event = {
	id: 'evt_1',
	object: 'event',
	type: 'payment_intent.succeeded',
	created: 1,
	data: { object: { id: 'pi_1' } }
};

function stand(answer: () => Response = () => Response.json({ result: 'processed' })) {
	const asked: { url: string; headers: Headers; body: { p_event?: unknown } }[] = [];
	const handler = stripeWebhook({
		url: 'http://api.test',
		secretKey: 'sb_secret_x',
		webhookSecret: secret,
		log: () => {},
		fetch: (url, init) => {
			asked.push({ url, headers: new Headers(init.headers), body: JSON.parse(String(init.body)) });
			return Promise.resolve(answer());
		}
	});
	return { asked, handler };
}

function signed(payload: string, { age = 0, key = secret } = {}): Promise<string> {
	const timestamp = Math.floor(Date.now() / 1000) - age;
	const cryptoProvider = Stripe.createSubtleCryptoProvider();
	return Stripe.webhooks.generateTestHeaderStringAsync({ payload, secret: key, timestamp, cryptoProvider });
}

const post = (body: string | Uint8Array<ArrayBuffer>, signature?: string) =>
	new Request('http://functions.test/stripe-webhook', {
		method: 'POST',
		body,
		headers: signature === undefined ? {} : { 'stripe-signature': signature }
	});

Deno.test('an event that Stripe signed goes to the database under the secret key, as it came', async () => {
	const { asked, handler } = stand();
	const body = JSON.stringify(event, null, 2);
	const response = await handler(post(body, await signed(body)));
	assert.equal(response.status, 200);
	assert.deepEqual(await response.json(), { result: 'processed' });
	assert.equal(asked[0]?.url, 'http://api.test/rest/v1/rpc/receive_stripe_event');
	assert.equal(asked[0]?.headers.get('apikey'), 'sb_secret_x');
	assert.deepEqual(asked[0]?.body, { p_event: event });
});

Deno.test(
	'a signature that is missing, wrong, of another body, of another secret or too old is 400, and nothing is asked',
	async () => {
		const body = JSON.stringify(event);
		const good = await signed(body);
		const cases: [string, string, string | undefined][] = [
			['missing', body, undefined],
			['empty', body, ''],
			['no signature at all', body, 't=1,v0=x'],
			['garbage', body, 'garbage'],
			['of another secret', body, await signed(body, { key: 'whsec_other' })],
			['of another body', body.replace('pi_1', 'pi_2'), good],
			['older than five minutes', body, await signed(body, { age: 301 })],
			['made over re-formatted JSON', JSON.stringify(event, null, 2), good]
		];
		for (const [what, payload, signature] of cases) {
			const { asked, handler } = stand();
			const response = await handler(post(payload, signature));
			assert.equal(response.status, 400, what);
			assert.equal((await response.json()).code, 'INVALID_SIGNATURE', what);
			assert.equal(asked.length, 0, what);
		}
	}
);

Deno.test('a signature of almost five minutes ago, and one among several, are right', async () => {
	const body = JSON.stringify(event);
	const aged = await signed(body, { age: 290 });
	for (const signature of [aged, `${await signed(body)},v1=${'0'.repeat(64)}`]) {
		assert.equal((await stand().handler(post(body, signature))).status, 200);
	}
});

Deno.test('more than 1 MB is refused before it is looked at; a signed body that is no JSON is 400', async () => {
	const large = new Uint8Array(1024 * 1024 + 1);
	assert.equal((await stand().handler(post(large, 't=1,v1=x'))).status, 413);
	assert.equal((await stand().handler(post('not json', await signed('not json')))).status, 400);
});

Deno.test('without a secret nothing is right', async () => {
	const handler = stripeWebhook({
		url: '',
		secretKey: '',
		webhookSecret: '',
		fetch: () => assert.fail('asked'),
		log: () => {}
	});
	const body = JSON.stringify(event);
	assert.equal((await handler(post(body, await signed(body)))).status, 400);
});

Deno.test('a database that does not answer or fails is told to Stripe, which sends again', async () => {
	const body = JSON.stringify(event);
	for (const answer of [() => new Response('no', { status: 502 }), () => Response.error()]) {
		const response = await stand(answer).handler(post(body, await signed(body)));
		assert.ok(response.status >= 500, String(response.status));
	}
});
