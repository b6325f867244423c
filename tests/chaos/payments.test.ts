import { afterEach, describe, expect, it } from 'vitest';
import { request, signIn, stackUnderTest } from '../api.ts';
import { bookAsGuest, checkout, payByCard, paymentPage, setSwitches } from '../payments.ts';
import { until } from '../until.ts';

const stack = stackUnderTest();
const well = { failure: 'off', failureCount: null, latencyMs: 0 };
afterEach(() => setSwitches(stack, well));

interface State {
	sessions: { id: string; status: string; client_reference_id: string }[];
	charges: { payment_intent: string; paid: boolean; metadata: { checkout_id?: string } }[];
	refunds: { payment_intent: string; amount: number }[];
}
const atProvider = async () => (await (await fetch(`${stack.SIMULATORS_URL}/stripe/state`)).json()) as State;

describe('while the card provider is slow, down or failing', () => {
	it.each([
		['slower than anybody waits', { latencyMs: 30_000 }],
		['silent', { failure: 'timeout' }],
		['not to be reached', { failure: 'unreachable' }],
		['failing', { failure: 'error' }],
		['failing for good under a key', { failure: 'kept_error' }],
		['failing after it did it', { failure: 'lost_answer' }]
	])(
		'%s: the answer is 503 with retry-after, and the same key then makes exactly one session and one charge',
		async (_what, switches) => {
			const booking = await bookAsGuest(stack);
			const key = { idempotency_key: crypto.randomUUID() };
			await setSwitches(stack, switches);
			const begun = performance.now();
			const refused = await checkout(stack, booking, key);
			expect(refused.status).toBe(503);
			expect(refused.body.code).toBe('PAYMENT_PROVIDER_TIMEOUT');
			expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
			expect(performance.now() - begun).toBeLessThan(15_000);
			expect((await paymentPage(stack, booking)).booking.status).toBe('pending');

			await setSwitches(stack, well);
			const answer = await checkout(stack, booking, key);
			expect(answer.status).toBe(200);
			expect((await checkout(stack, booking, key)).body.url).toBe(answer.body.url);
			await payByCard(answer.body.url);
			await until(async () => (await paymentPage(stack, booking)).booking.status === 'confirmed', {
				timeoutMs: 30_000,
				what: 'the booking to be confirmed'
			});
			const { sessions, charges } = await atProvider();
			const { checkout_id } = answer.body;
			expect(sessions.filter((session) => session.client_reference_id === checkout_id)).toHaveLength(1);
			expect(charges.filter(({ paid, metadata }) => paid && metadata.checkout_id === checkout_id)).toHaveLength(1);
		}
	);

	it('a refund that got no answer is asked for still, and the same key makes exactly one', async () => {
		const booking = await bookAsGuest(stack);
		const { body } = await checkout(stack, booking);
		await payByCard(body.url);
		await until(async () => (await paymentPage(stack, booking)).booking.status === 'confirmed', {
			timeoutMs: 30_000,
			what: 'the booking to be confirmed'
		});
		const token = await signIn(stack, 'admin@demo.test');
		const wish = {
			booking_id: booking.booking_id,
			amount_cents: 4000,
			method: 'stripe',
			reason: 'They were one guest fewer.',
			idempotency_key: crypto.randomUUID()
		};
		const refund = () =>
			request<{ code?: string; status?: string }>(stack, '/functions/v1/payments-refund', {
				method: 'POST',
				token,
				body: JSON.stringify(wish)
			});
		await setSwitches(stack, { failure: 'lost_answer' });
		expect(await refund()).toMatchObject({ status: 503, body: { code: 'PAYMENT_PROVIDER_TIMEOUT' } });
		await setSwitches(stack, well);
		expect(await refund()).toMatchObject({ status: 200, body: { status: 'succeeded' } });
		await until(async () => (await paymentPage(stack, booking)).refunded_cents === 4000, {
			what: 'the refund in the ledger'
		});
		const state = await atProvider();
		const intent = state.charges.find(({ metadata }) => metadata.checkout_id === body.checkout_id)?.payment_intent;
		expect(state.refunds.filter(({ payment_intent }) => payment_intent === intent)).toHaveLength(1);
	});

	it('a guest, a customer and a chef can NOT refund', async () => {
		const booking = await bookAsGuest(stack);
		const wish = {
			booking_id: booking.booking_id,
			amount_cents: 100,
			method: 'stripe',
			reason: 'I want my money back.',
			idempotency_key: crypto.randomUUID()
		};
		for (const email of [null, 'customer@demo.test', 'chef.fremont@demo.test']) {
			const token = email ? await signIn(stack, email) : undefined;
			const answer = await request(stack, '/functions/v1/payments-refund', {
				method: 'POST',
				token,
				body: JSON.stringify(wish)
			});
			expect([401, 403, 404], String(email)).toContain(answer.status);
		}
	});
});
