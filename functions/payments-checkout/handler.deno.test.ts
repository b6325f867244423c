import assert from 'node:assert/strict';
import { stripeClient } from '../_shared/platform/stripe.ts';
import { paymentsCheckout, type CheckoutOptions } from './handler.ts';

const id = (n: number) => `0190a000-0000-7000-8000-00000000000${n}`;
const begun = {
	checkout_id: id(1),
	booking_id: id(2),
	purpose: 'balance',
	status: 'open',
	amount_cents: 75_118,
	tip_cents: 14_000,
	fee_cents: 2674,
	fee_rate: 0.03,
	total_cents: 91_792,
	currency: 'usd',
	reference: 'MH-AAAAA',
	email: 'ann@example.test',
	description: 'Balance for MH-AAAAA',
	stripe_customer_id: null as string | null,
	session: null as null | { id: string; url: string | null; expires_at: string | null },
	obsolete_sessions: [] as string[]
};
const session = {
	id: 'cs_1',
	object: 'checkout.session',
	url: 'https://pay.test/cs_1',
	client_secret: null,
	customer: 'cus_1',
	expires_at: 2_000_000_000
};
const wish = {
	booking_id: id(2),
	purpose: 'balance',
	tip_cents: 14_000,
	idempotency_key: 'key-of-the-form',
	access_token: 'guest'
};

type Sent = { url: string; headers: Headers; form: URLSearchParams };

function stand(
	over: {
		begin?: ((args: { p_request: { idempotency_key: string } }) => object)[];
		stripe?: (sent: Sent) => Response | Promise<Response>;
		options?: Partial<CheckoutOptions>;
	} = {}
) {
	const begins = over.begin ?? [() => begun];
	const rpcs: { name: string; headers: Headers; args: Record<string, never> }[] = [];
	const sent: Sent[] = [];
	const handler = paymentsCheckout({
		url: 'http://api.test',
		publishableKey: 'sb_publishable_x',
		secretKey: 'sb_secret_x',
		appUrl: 'http://app.test',
		uiMode: 'hosted_page',
		log: () => {},
		fetch: (url, init) => {
			const name = url.split('/').at(-1) ?? '';
			const args = JSON.parse(String(init.body));
			rpcs.push({ name, headers: new Headers(init.headers), args });
			if (name !== 'begin_checkout') return Promise.resolve(Response.json({}));
			const next = begins.length > 1 ? begins.shift() : begins[0];
			const body = next?.(args) ?? {};
			return Promise.resolve(Response.json(body, { status: 'code' in body ? 409 : 200 }));
		},
		stripe: stripeClient(
			{ secretKey: 'sk_test_x', apiUrl: 'http://stripe.test/base' },
			{
				timeout: 100,
				send: async (input, init) => {
					const one = {
						url: String(input),
						headers: new Headers(init?.headers),
						form: new URLSearchParams(String(init?.body))
					};
					sent.push(one);
					if (over.stripe) return over.stripe(one);
					return Response.json(session);
				}
			}
		),
		...over.options
	});
	const call = (body: unknown = wish, headers: Record<string, string> = {}) =>
		handler(
			new Request('http://functions.test/payments-checkout', { method: 'POST', body: JSON.stringify(body), headers })
		);
	return { call, rpcs, sent };
}

Deno.test(
	'asks the database as the caller, Stripe for what the database said, and keeps where to pay as the server',
	async () => {
		const { call, rpcs, sent } = stand();
		const response = await call(wish, { authorization: 'Bearer a.session.token', 'x-forwarded-for': '203.0.113.9' });
		assert.equal(response.status, 200);
		assert.match(response.headers.get('server-timing') ?? '', /^stripe;dur=\d+\.\d$/);
		assert.deepEqual(await response.json(), {
			checkout_id: id(1),
			url: 'https://pay.test/cs_1',
			client_secret: null,
			amount_cents: 75_118,
			tip_cents: 14_000,
			fee_cents: 2674,
			total_cents: 91_792
		});
		const [begin, attach] = rpcs;
		assert.equal(begin?.headers.get('apikey'), 'sb_publishable_x');
		assert.equal(begin?.headers.get('authorization'), 'Bearer a.session.token');
		assert.equal(begin?.headers.get('x-forwarded-for'), '203.0.113.9');
		assert.equal(attach?.name, 'attach_checkout');
		assert.equal(attach?.headers.get('apikey'), 'sb_secret_x');
		assert.equal(attach?.headers.get('authorization'), null);
		assert.equal(sent.length, 1);
		const [made] = sent;
		assert.equal(made?.url, 'http://stripe.test/base/v1/checkout/sessions');
		assert.equal(made?.headers.get('idempotency-key'), `checkout:${id(1)}`);
		const form = made?.form ?? new URLSearchParams();
		assert.equal(form.get('customer_creation'), 'always');
		assert.equal(form.get('customer_email'), begun.email);
		assert.equal(form.get('customer'), null);
		assert.equal(form.get('payment_intent_data[metadata][checkout_id]'), id(1));
		assert.equal(form.get('metadata[booking_id]'), id(2));
		assert.equal(form.get('client_reference_id'), id(1));
		const cents = [0, 1, 2].map((line) => Number(form.get(`line_items[${line}][price_data][unit_amount]`)));
		assert.deepEqual(cents, [75_118, 14_000, 2674]);
		assert.equal(form.get('line_items[2][price_data][product_data][name]'), 'Card fee (3 %)');
		assert.match(form.get('success_url') ?? '', /token=guest&session_id=\{CHECKOUT_SESSION_ID\}$/);
	}
);

Deno.test('never takes an amount, and says which field is wrong', async () => {
	for (const extra of [{ amount_cents: 1 }, { total_cents: 1 }, { fee_cents: 0 }]) {
		const { call, rpcs } = stand();
		const response = await call({ ...wish, ...extra });
		assert.equal(response.status, 422);
		assert.equal((await response.json()).code, 'INVALID_REQUEST');
		assert.equal(rpcs.length, 0);
	}
	const response = await stand().call({ ...wish, booking_id: 'x' });
	assert.ok('booking_id' in (await response.json()).details.fields);
});

Deno.test('hands on what the database refuses', async () => {
	const { call, sent } = stand({
		begin: [() => ({ code: 'NOTHING_DUE', message: 'Everything is paid.', details: null, hint: 'Tip.' })]
	});
	const response = await call();
	assert.equal(response.status, 409);
	assert.equal((await response.json()).code, 'NOTHING_DUE');
	assert.equal(sent.length, 0);
});

Deno.test('an attempt that has its place to pay asks Stripe for nothing', async () => {
	const { call, sent } = stand({
		begin: [
			() => ({ ...begun, session: { id: 'cs_0', url: 'https://pay.test/cs_0', expires_at: '2100-01-01T00:00:00Z' } })
		]
	});
	assert.equal((await (await call()).json()).url, 'https://pay.test/cs_0');
	assert.equal(sent.length, 0);
});

Deno.test('a key whose attempt ran out of time begins a new one under a key made from it', async () => {
	const keys: string[] = [];
	const begin = (status: string) => (args: { p_request: { idempotency_key: string } }) => {
		keys.push(args.p_request.idempotency_key);
		return { ...begun, status };
	};
	const { call } = stand({ begin: [begin('expired'), begin('open')] });
	assert.equal((await call()).status, 200);
	assert.deepEqual(keys, [wish.idempotency_key, `${wish.idempotency_key}:${id(1)}`]);
});

Deno.test('whom Stripe knows already pays as that customer', async () => {
	const { call, sent } = stand({ begin: [() => ({ ...begun, stripe_customer_id: 'cus_1' })] });
	assert.equal((await call()).status, 200);
	assert.equal(sent[0]?.form.get('customer'), 'cus_1');
	assert.equal(sent[0]?.form.get('customer_creation'), null);
	assert.equal(sent[0]?.form.get('customer_email'), null);
});

Deno.test('what is paid already is not paid again', async () => {
	const { call, sent } = stand({ begin: [() => ({ ...begun, status: 'succeeded' })] });
	assert.equal((await (await call()).json()).code, 'NOT_PAYABLE');
	assert.equal(sent.length, 0);
});

Deno.test('Stripe slow, down, failing or limiting: 503 with retry-after, and nothing is kept', async () => {
	const error =
		(status: number, type = 'api_error') =>
		() =>
			Response.json({ error: { type, message: 'no' } }, { status });
	const cases = [
		error(500),
		error(502),
		error(429, 'invalid_request_error'),
		error(409, 'idempotency_error'),
		() => Promise.reject(new TypeError('connection refused')),
		({ headers: _ }: Sent) =>
			new Promise<Response>((_resolve, reject) => setTimeout(reject, 150, new DOMException('late', 'AbortError')))
	];
	for (const stripe of cases) {
		const { call, rpcs } = stand({ stripe });
		const response = await call();
		assert.equal(response.status, 503);
		assert.ok(Number(response.headers.get('retry-after')) > 0);
		assert.equal((await response.json()).code, 'PAYMENT_PROVIDER_TIMEOUT');
		assert.deepEqual(
			rpcs.map(({ name }) => name),
			['begin_checkout']
		);
	}
});

Deno.test('an error that Stripe keeps for a key is looked behind, then the next key is taken', async () => {
	const kept = () =>
		Response.json(
			{ error: { type: 'api_error', message: 'no' } },
			{ status: 500, headers: { 'idempotent-replayed': 'true' } }
		);
	const { call, sent } = stand({
		begin: [() => ({ ...begun, stripe_customer_id: 'cus_1' })],
		stripe: ({ url, headers }) => {
			if (url.includes('?')) return Response.json({ object: 'list', data: [], has_more: false, url: '' });
			return headers.get('idempotency-key')?.endsWith(':2') ? Response.json(session) : kept();
		}
	});
	assert.equal((await call()).status, 200);
	assert.deepEqual(sent.map(({ headers }) => headers.get('idempotency-key')).filter(Boolean), [
		`checkout:${id(1)}`,
		`checkout:${id(1)}:2`
	]);
});

Deno.test('closes the places to pay that this one replaces', async () => {
	const { call, sent } = stand({ begin: [() => ({ ...begun, obsolete_sessions: ['cs_old'] })] });
	assert.equal((await call()).status, 200);
	assert.ok(sent.some(({ url }) => url.endsWith('/v1/checkout/sessions/cs_old/expire')));
});

Deno.test('without a card provider cards are off; the form in our own page gets its secret', async () => {
	assert.equal((await (await stand({ options: { stripe: null } }).call()).json()).code, 'PAYMENTS_OFF');
	const { call, sent } = stand({
		options: { uiMode: 'elements' },
		stripe: () => Response.json({ ...session, url: null, client_secret: 'cs_1_secret' })
	});
	assert.equal((await (await call()).json()).client_secret, 'cs_1_secret');
	assert.equal(sent.at(-1)?.form.get('ui_mode'), 'elements');
	assert.equal(sent.at(-1)?.form.get('cancel_url'), null);
});
