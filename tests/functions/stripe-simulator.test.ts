import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Stripe from 'stripe';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stripeClient } from '#shared/platform/stripe.ts';
import { decodeForm } from '../../supabase/local/simulators/stripe/form.ts';
import { allWell } from '../../supabase/local/simulators/stripe/switches.ts';
import { openStripeStand, sessionOf, type StripeStand } from './stripe-stand.ts';

let stand: StripeStand;
beforeAll(async () => void (stand = await openStripeStand({ timeout: 1000 })));
afterAll(() => stand?.close());
beforeEach(() => void (stand.simulator.switches = allWell));

const session = (over?: Parameters<typeof sessionOf>[0]) => stand.stripe.checkout.sessions.create(sessionOf(over));
const paid = async (card = '4242424242424242') => {
	const { id } = await session();
	await stand.pay(id, card);
	const done = await stand.stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent.latest_charge'] });
	const intent = done.payment_intent as Stripe.PaymentIntent;
	return { session: done, intent, charge: intent.latest_charge as Stripe.Charge };
};
const eventsOf = async (id: string) =>
	(await stand.stripe.events.list({ limit: 100 })).data
		.filter(({ data }) => JSON.stringify(data.object).includes(id))
		.map(({ type }) => type)
		.reverse();
const refused = (work: Promise<unknown>) =>
	work.then(
		() => expect.fail('was not refused'),
		(error: Stripe.errors.StripeError) => error
	);

describe('the simulated API', () => {
	it('makes a session by the real SDK, in the shape of its pinned version', async () => {
		const made = await session();
		expect(made).toMatchObject({
			object: 'checkout.session',
			amount_total: 77_372,
			status: 'open',
			payment_status: 'unpaid',
			payment_intent: null,
			client_reference_id: 'checkout-1',
			metadata: { checkout_id: 'checkout-1' },
			ui_mode: 'hosted_page',
			livemode: false
		});
		expect(made.url).toBe(`${stand.apiUrl}/checkout/${made.id}`);
		const lines = await stand.stripe.checkout.sessions.listLineItems(made.id);
		expect(lines.data.map(({ description, amount_total }) => [description, amount_total])).toEqual([
			['Balance', 75_118],
			['Card fee (3 %)', 2254]
		]);
	});

	it('asks for its key', async () => {
		const wrong = stripeClient({ secretKey: 'sk_test_wrong', apiUrl: stand.apiUrl });
		expect(await refused(wrong.checkout.sessions.create(sessionOf()))).toBeInstanceOf(
			Stripe.errors.StripeAuthenticationError
		);
	});

	it.each([
		['without lines', { line_items: [] }],
		[
			'of another currency',
			{ line_items: [{ quantity: 1, price_data: { currency: 'eur', unit_amount: 100, product_data: { name: 'x' } } }] }
		],
		[
			'that is too small',
			{ line_items: [{ quantity: 1, price_data: { currency: 'usd', unit_amount: 49, product_data: { name: 'x' } } }] }
		],
		['of an unknown customer', { customer: 'cus_unknown' }],
		['of a customer to be made in no known way', { customer_creation: 'never' as 'always' }],
		['without a way back', { success_url: undefined }],
		['that is over too soon', { expires_at: Math.floor(Date.now() / 1000) + 600 }]
	])('refuses a session %s', async (_what, over) => {
		expect(await refused(session(over))).toBeInstanceOf(Stripe.errors.StripeInvalidRequestError);
	});

	it('answers the same key the same, in parallel too, and refuses it for another request', async () => {
		const options = { idempotencyKey: 'key-of-a-session' };
		const made = await Promise.all(
			Array.from({ length: 5 }, () => stand.stripe.checkout.sessions.create(sessionOf(), options))
		);
		expect(new Set(made.map(({ id }) => id)).size).toBe(1);
		const other = sessionOf({ client_reference_id: 'checkout-2' });
		const error = await refused(stand.stripe.checkout.sessions.create(other, options));
		expect(error).toBeInstanceOf(Stripe.errors.StripeIdempotencyError);
		expect(error.statusCode).toBe(400);
	});

	it('keeps no refusal for a key: mended, the request goes through', async () => {
		const options = { idempotencyKey: 'key-of-a-mended-session' };
		await refused(stand.stripe.checkout.sessions.create(sessionOf({ line_items: [] }), options));
		expect((await stand.stripe.checkout.sessions.create(sessionOf(), options)).status).toBe('open');
	});

	it('lists newest first, page by page', async () => {
		const made = [await session(), await session(), await session()];
		const first = await stand.stripe.checkout.sessions.list({ limit: 2 });
		expect(first.has_more).toBe(true);
		expect(first.data.map(({ id }) => id)).toEqual([made[2]?.id, made[1]?.id]);
		const next = await stand.stripe.checkout.sessions.list({ limit: 1, starting_after: first.data[1]?.id });
		expect(next.data[0]?.id).toBe(made[0]?.id);
		const all = await stand.stripe.checkout.sessions.list({ limit: 2 }).autoPagingToArray({ limit: 1000 });
		expect(all.length).toBe(stand.simulator.store.all('sessions').length);
	});

	it('makes whoever pays a customer where a session asks for it, and finds their sessions by e-mail', async () => {
		const asked = { customer_creation: 'always', customer_email: 'bea@example.test' } as const;
		const made = await session(asked);
		expect(made.customer).toBeNull();
		const found = await stand.stripe.checkout.sessions.list({ customer_details: { email: 'bea@example.test' } });
		expect(found.data.map(({ id }) => id)).toEqual([made.id]);
		await stand.pay(made.id, '4242424242424242');
		const done = await stand.stripe.checkout.sessions.retrieve(made.id, { expand: ['payment_intent.latest_charge'] });
		const { customer, latest_charge } = done.payment_intent as Stripe.PaymentIntent;
		expect(done.customer).toMatch(/^cus_/);
		expect([customer, (latest_charge as Stripe.Charge).customer]).toEqual([done.customer, done.customer]);
		expect(await stand.stripe.customers.retrieve(String(done.customer))).toMatchObject({ email: 'bea@example.test' });
		expect((await paid()).session.customer).toBeNull();
	});

	it('knows customers', async () => {
		const made = await stand.stripe.customers.create({
			email: 'ann@example.test',
			name: 'Ann',
			metadata: { customer_id: 'c1' }
		});
		expect(await stand.stripe.customers.retrieve(made.id)).toMatchObject({
			email: 'ann@example.test',
			metadata: { customer_id: 'c1' }
		});
		expect((await stand.stripe.customers.list({ email: 'ann@example.test' })).data).toHaveLength(1);
		expect((await refused(stand.stripe.customers.retrieve('cus_none'))).code).toBe('resource_missing');
	});
});

describe('the hosted page', () => {
	it('shows what is paid, line by line, and works without JavaScript', async () => {
		const { url } = await session();
		const text = await (await fetch(url ?? '')).text();
		for (const word of ['$773.72', '$751.18', 'Card fee (3 %)', '$22.54', 'Card number', 'http://app.test/back'])
			expect(text).toContain(word);
		expect(text).not.toContain('<script');
	});

	it.each([
		['4242424242424242', 'credit'],
		['4000056655665556', 'debit'],
		['5105 1051 0510 5100', 'prepaid']
	])('%s pays as %s and leads to the success page', async (card, funding) => {
		const { id } = await session();
		const answer = await stand.pay(id, card);
		expect(answer).toMatchObject({ status: 303, location: `http://app.test/done?session=${id}` });
		const { intent, charge } = await paid(card);
		expect(intent).toMatchObject({
			status: 'succeeded',
			amount_received: 77_372,
			metadata: { checkout_id: 'checkout-1' }
		});
		expect(charge.payment_method_details?.card?.funding).toBe(funding);
		expect(await eventsOf(id)).toEqual(['checkout.session.completed']);
		expect(await eventsOf(intent.id)).toEqual([
			'payment_intent.created',
			'charge.succeeded',
			'payment_intent.succeeded',
			'checkout.session.completed'
		]);
	});

	it.each([
		['4000000000000002', 'card_declined', 'generic_decline', 'declined'],
		['4000000000009995', 'card_declined', 'insufficient_funds', 'insufficient funds'],
		['4000000000000069', 'expired_card', undefined, 'expired'],
		['4000000000000119', 'processing_error', undefined, 'processing your card']
	])('%s is refused in words, and another card may follow', async (card, code, decline_code, words) => {
		const { id } = await session();
		const answer = await stand.pay(id, card);
		expect(answer.status).toBe(402);
		expect(answer.text).toContain(words);
		const intent = (await stand.stripe.checkout.sessions.retrieve(id)).payment_intent as string;
		expect((await stand.stripe.paymentIntents.retrieve(intent)).last_payment_error).toMatchObject({
			code,
			...(decline_code && { decline_code })
		});
		expect(await eventsOf(intent)).toEqual([
			'payment_intent.created',
			'charge.failed',
			'payment_intent.payment_failed'
		]);
		expect((await stand.pay(id, '4242424242424242')).status).toBe(303);
		expect(await stand.stripe.paymentIntents.retrieve(intent)).toMatchObject({
			status: 'succeeded',
			last_payment_error: null
		});
	});

	it.each([
		['number', { number: '4242424242424241' }, 'card number is invalid'],
		['number', { number: '4242' }, 'card number is incomplete'],
		['expiry', { expiry: '12/20' }, 'in the past'],
		['expiry', { expiry: '13/40' }, 'incomplete'],
		['cvc', { cvc: '1' }, 'security code is incomplete']
	])('says what is wrong with the %s', async (field, over, words) => {
		const { id } = await session();
		const answer = await stand.pay(id, '4242424242424242', over);
		expect(answer.status).toBe(422);
		expect(answer.text).toContain(words);
		expect(answer.text).toContain(`aria-describedby="${field}-wrong"`);
		expect(await eventsOf(id)).toEqual([]);
	});

	it('asks who is there by 3-D Secure; failed, the form says so; complete, it is paid', async () => {
		const { id } = await session();
		const challenge = (await stand.pay(id, '4000002500003155')).location.replace(`${stand.apiUrl}/`, '');
		expect(challenge).toMatch(/^challenge\/pi_/);
		expect((await stand.post(challenge, { answer: 'fail' })).location).toBe(`${stand.apiUrl}/checkout/${id}`);
		expect(await (await fetch(`${stand.apiUrl}/checkout/${id}`)).text()).toContain('unable to authenticate');
		const again = (await stand.pay(id, '4000002500003155')).location.replace(`${stand.apiUrl}/`, '');
		expect((await stand.post(again, { answer: 'complete' })).location).toContain('http://app.test/done');
		expect((await stand.stripe.checkout.sessions.retrieve(id)).payment_status).toBe('paid');
	});

	it('charges once, however often the form is sent', async () => {
		const { id } = await session();
		await Promise.all(Array.from({ length: 5 }, () => stand.pay(id, '4242424242424242')));
		expect(await eventsOf(id)).toEqual(['checkout.session.completed']);
	});

	it('takes nothing once it has expired', async () => {
		const { id } = await session();
		await stand.stripe.checkout.sessions.expire(id);
		expect((await stand.pay(id, '4242424242424242')).status).toBe(410);
		expect(await eventsOf(id)).toEqual(['checkout.session.expired']);
		await refused(stand.stripe.checkout.sessions.expire(id));
	});
});

describe('refunds and disputes', () => {
	it('gives back part by part, never more than there is, and tells what it was before', async () => {
		const { intent, charge } = await paid();
		const refund = await stand.stripe.refunds.create({
			payment_intent: intent.id,
			amount: 10_000,
			metadata: { refund_id: 'r1' }
		});
		expect(refund).toMatchObject({ status: 'succeeded', charge: charge.id, metadata: { refund_id: 'r1' } });
		expect((await refused(stand.stripe.refunds.create({ charge: charge.id, amount: 70_000 }))).message).toMatch(
			/greater than unrefunded/
		);
		await stand.stripe.refunds.create({ charge: charge.id });
		expect(await stand.stripe.charges.retrieve(charge.id)).toMatchObject({ amount_refunded: 77_372, refunded: true });
		expect((await refused(stand.stripe.refunds.create({ charge: charge.id }))).code).toBe('charge_already_refunded');
		const { data } = await stand.stripe.events.list({ type: 'charge.refunded', limit: 2 });
		expect(data.map((event) => event.data.previous_attributes)).toEqual([
			{ amount_refunded: 10_000, refunded: false },
			{ amount_refunded: 0 }
		]);
		expect((await stand.stripe.refunds.list({ payment_intent: intent.id })).data).toHaveLength(2);
	});

	it('opens and closes a dispute, and refunds nothing of it', async () => {
		const { charge } = await paid();
		const deed = (form: Record<string, string>) => stand.post('deeds', form);
		expect((await deed({ deed: 'dispute', id: charge.id })).status).toBe(303);
		expect((await refused(stand.stripe.refunds.create({ charge: charge.id }))).code).toBe('charge_disputed');
		const [dispute] = (await stand.stripe.disputes.list({ charge: charge.id })).data;
		expect(dispute).toMatchObject({ status: 'needs_response', amount: 77_372 });
		await deed({ deed: 'close_dispute', id: dispute?.id ?? '', won: 'false' });
		expect((await stand.stripe.disputes.retrieve(dispute?.id ?? '')).status).toBe('lost');
		expect((await eventsOf(dispute?.id ?? '')).filter((type) => type.startsWith('charge.dispute'))).toEqual([
			'charge.dispute.created',
			'charge.dispute.closed'
		]);
	});

	it('its balance is the sum of its movements', async () => {
		const { charge } = await paid();
		await stand.stripe.refunds.create({ charge: charge.id, amount: 100 });
		const moves = await stand.stripe.balanceTransactions.list({ limit: 2 });
		expect(moves.data.map(({ type, amount }) => [type, amount])).toEqual([
			['refund', -100],
			['charge', 77_372]
		]);
	});
});

describe('the switches', () => {
	it.each(['error', 'unreachable', 'timeout', 'kept_error', 'lost_answer'])(
		'%s fails as often as it says, then all is well',
		async (failure) => {
			await fetch(`${stand.apiUrl}/switches`, { method: 'PUT', body: JSON.stringify({ failure, failureCount: 1 }) });
			await refused(session());
			expect((await session()).status).toBe('open');
		}
	);

	it('keeps an error for its key where it had begun, and does what it answered an error for', async () => {
		const keyed = (key: string) => stand.stripe.checkout.sessions.create(sessionOf(), { idempotencyKey: key });
		stand.simulator.set({ failure: 'kept_error', failureCount: 1 });
		await refused(keyed('kept'));
		expect((await refused(keyed('kept'))).headers?.['idempotent-replayed']).toBe('true');
		const before = stand.simulator.store.all('sessions').length;
		stand.simulator.set({ failure: 'lost_answer', failureCount: 1 });
		await refused(keyed('lost'));
		await keyed('lost');
		expect(stand.simulator.store.all('sessions').length).toBe(before + 1);
	});
});

it('survives being killed: what was answered is there at the next start', async () => {
	const dataDir = await mkdtemp(join(tmpdir(), 'stripe-'));
	const first = await openStripeStand({ dataDir });
	const { id } = await first.stripe.checkout.sessions.create(sessionOf(), { idempotencyKey: 'kept-over-a-restart' });
	await first.pay(id, '4242424242424242');
	await first.close();
	const second = await openStripeStand({ dataDir });
	expect(await second.stripe.checkout.sessions.retrieve(id)).toMatchObject({
		status: 'complete',
		payment_status: 'paid'
	});
	const replayed = await refused(
		second.stripe.checkout.sessions.create(sessionOf({ client_reference_id: 'other' }), {
			idempotencyKey: 'kept-over-a-restart'
		})
	);
	expect(replayed).toBeInstanceOf(Stripe.errors.StripeIdempotencyError);
	await second.close();
	await rm(dataDir, { recursive: true });
});

it('reads Stripe’s form encoding, and nothing of it reaches a prototype', () => {
	expect(decodeForm('a[0][b]=1&a[1][b]=2&m[k]=v&expand[]=x&expand[]=y&plain=%24')).toEqual({
		a: [{ b: '1' }, { b: '2' }],
		m: { k: 'v' },
		expand: ['x', 'y'],
		plain: '$'
	});
	decodeForm('__proto__[polluted]=1&a[constructor][prototype][polluted]=1');
	expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
});
