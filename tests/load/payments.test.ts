import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { request, signIn, stackUnderTest } from '../api.ts';
import { percentile } from '../bench/figures.ts';
import { fixtureEvent, type FixtureEvent } from '../functions/stripe-fixtures.ts';
import {
	atStripe,
	bookAsGuest,
	checkout,
	payByCard,
	paymentPage,
	postEvent,
	setSwitches,
	type GuestBooking
} from '../payments.ts';
import { until } from '../until.ts';

const stack = stackUnderTest();
let staff: string;
beforeAll(async () => void (staff = await signIn(stack, 'super_admin@demo.test')));
afterAll(() => setSwitches(stack, { failure: 'off', failureCount: null, latencyMs: 0, duplicates: 0, reorder: false }));

let payments = 0;

/** A pending booking with an attempt to pay its deposit of $103.00, and the events of that payment. */
async function newPayment() {
	const booking = await bookAsGuest(stack);
	const begun = await checkout(stack, booking);
	expect(begun.status).toBe(200);
	expect(begun.body.total_cents).toBe(10_300);
	const { checkout_id } = begun.body;
	const name = `${Date.now().toString(36)}x${(payments += 1)}`;
	return { booking, of: { name, checkout_id, booking_id: booking.booking_id } };
}

type Story =
	'paid' | 'declined first' | 'refunded' | 'refunded in two' | 'same sum twice' | 'dispute lost' | 'dispute won';
const stories: Story[] = [
	'paid',
	'declined first',
	'refunded',
	'refunded in two',
	'same sum twice',
	'dispute lost',
	'dispute won'
];

/** What Stripe tells of one payment, in the order in which it happened; `step` seconds from one event to the next. */
function eventsOf(story: Story, of: Parameters<typeof fixtureEvent>[1], step: number): FixtureEvent[] {
	const begun = Math.floor(Date.now() / 1000) - 600;
	const refund = (before: number, after: number) =>
		fixtureEvent('charge.refunded', of, {
			id: `${after}`,
			object: { amount_refunded: after, refunded: after === 10_300 },
			previous: { amount_refunded: before }
		});
	const closed = (status: string) => fixtureEvent('charge.dispute.closed', of, { object: { status } });
	const more: Record<Story, FixtureEvent[]> = {
		paid: [],
		'declined first': [],
		refunded: [refund(0, 10_300)],
		'refunded in two': [refund(0, 3000), refund(3000, 10_300)],
		'same sum twice': [refund(0, 2000), refund(2000, 4000)],
		'dispute lost': [fixtureEvent('charge.dispute.created', of), closed('lost')],
		'dispute won': [fixtureEvent('charge.dispute.created', of), closed('won')]
	};
	return [
		...(story === 'declined first' ? [fixtureEvent('payment_intent.payment_failed', of)] : []),
		fixtureEvent('charge.succeeded', of),
		fixtureEvent('payment_intent.succeeded', of),
		fixtureEvent('checkout.session.completed', of),
		...more[story]
	].map((event, index) => ({ ...event, created: begun + index * step }));
}

/** All that the payment left behind, without ids and times. */
async function traces(booking: GuestBooking) {
	const page = await paymentPage(stack, booking);
	const table = async (name: string, select: string) => {
		const path = `/rest/v1/${name}?booking_id=eq.${booking.booking_id}&select=${select}`;
		const { body } = await request<object[]>(stack, path, { token: staff });
		return body.map((row) => JSON.stringify(row)).toSorted();
	};
	return {
		booking: page.booking.status,
		payment: page.payment_status,
		checkout: page.checkout?.status,
		paid: page.paid_cents,
		refunded: page.refunded_cents,
		due: page.balance_due_cents === 0,
		ledger: await table('payments', 'kind,method,amount_cents,applies_to'),
		refunds: await table('payment_refunds', 'amount_cents,status,method'),
		disputes: await table('payment_disputes', 'amount_cents,status'),
		attention: await table('payment_attention', 'kind,status,amount_cents')
	};
}

describe('events of a payment, over HTTP with real signatures', () => {
	it('any order, repetition and delay of them, in parallel, leaves the ledger that their own order leaves', async () => {
		const expected = new Map<Story, Awaited<ReturnType<typeof traces>>>();
		const inOrder = async (story: Story) => {
			const { booking, of } = await newPayment();
			for (const event of eventsOf(story, of, 5)) expect((await postEvent(stack, event)).status).toBe(200);
			return traces(booking);
		};
		const plan = fc.constantFrom(...stories).chain((story) => {
			const count = eventsOf(story, { name: 'x', checkout_id: 'x', booking_id: 'x' }, 0).length;
			const indexes = Array.from({ length: count }, (_, index) => index);
			return fc.record({
				story: fc.constant(story),
				// Every event at least once, some more often, in any order.
				order: fc.array(fc.nat({ max: count - 1 }), { maxLength: 4 }).chain((again) =>
					fc.shuffledSubarray(
						[...indexes, ...again].map((event, at) => ({ event, at })),
						{ minLength: count + again.length }
					)
				),
				// How many are sent at the same time.
				together: fc.integer({ min: 1, max: 8 }),
				step: fc.constantFrom(0, 1, 30)
			});
		});
		await fc.assert(
			fc.asyncProperty(plan, async ({ story, order, together, step }) => {
				if (!expected.has(story)) expected.set(story, await inOrder(story));
				const { booking, of } = await newPayment();
				const events = eventsOf(story, of, step);
				for (let at = 0; at < order.length; at += together) {
					const batch = order.slice(at, at + together).flatMap(({ event }) => events[event] ?? []);
					for (const answer of await Promise.all(batch.map((event) => postEvent(stack, event)))) {
						expect(answer.status).toBe(200);
					}
				}
				expect(await traces(booking)).toEqual(expected.get(story));
			}),
			{ numRuns: 14, endOnFailure: true, interruptAfterTimeLimit: 30_000 }
		);
		expect(expected.size).toBeGreaterThan(1);
	});

	it('answers within a second, and keeps nothing that is not signed', async () => {
		const { booking, of } = await newPayment();
		const before = await traces(booking);
		const event = fixtureEvent('payment_intent.succeeded', of);
		const old = Math.floor(Date.now() / 1000) - 301;
		for (const wrong of [{ secret: 'whsec_wrong' }, { at: old }, { signed: null }, { signed: 't=1,v1=00' }])
			expect((await postEvent(stack, event, wrong)).status).toBe(400);
		expect(await traces(booking)).toEqual(before);
		const answers = [];
		for (let turn = 0; turn < 5; turn += 1) answers.push(await postEvent(stack, event));
		expect(answers.map(({ body }) => body.result)).toEqual(['processed', ...Array<string>(4).fill('duplicate')]);
		expect(
			percentile(
				answers.map(({ ms }) => ms),
				50
			)
		).toBeLessThan(1000);
	});
});

describe('paying at the simulator', () => {
	it('doubled and reversed webhooks confirm the booking once', async () => {
		await setSwitches(stack, { duplicates: 2, reorder: true });
		const booking = await bookAsGuest(stack);
		const { body } = await checkout(stack, booking);
		expect((await payByCard(body.url)).status).toBe(303);
		await until(async () => (await paymentPage(stack, booking)).booking.status === 'confirmed', {
			timeoutMs: 30_000,
			what: 'the booking to be confirmed'
		});
		await setSwitches(stack, { duplicates: 0, reorder: false });
		expect((await paymentPage(stack, booking)).entries.map(({ kind, amount_cents }) => [kind, amount_cents])).toEqual([
			['deposit', 10_000],
			['card_fee', 300]
		]);
	});

	it('a debit card that was charged a fee gets it back by itself; a refund outside of the panel finds its booking', async () => {
		const booking = await bookAsGuest(stack);
		const { body } = await checkout(stack, booking);
		await payByCard(body.url, '4000056655665556');
		await until(async () => (await paymentPage(stack, booking)).refunded_cents === 300, {
			timeoutMs: 60_000,
			what: 'the fee to go back'
		});
		const state = (await (await fetch(`${stack.SIMULATORS_URL}/stripe/state`)).json()) as {
			charges: { id: string; metadata: { checkout_id?: string } }[];
		};
		const charge = state.charges.find(({ metadata }) => metadata.checkout_id === body.checkout_id);
		await atStripe(stack, { deed: 'refund', id: charge?.id, amount: 2500 });
		await until(async () => (await paymentPage(stack, booking)).refunded_cents === 2800, {
			timeoutMs: 30_000,
			what: 'the refund to arrive'
		});
	});

	it('50 people that begin to pay at once all get a place of their own to pay', async () => {
		const bookings: GuestBooking[] = [];
		for (let index = 0; index < 50; index += 1) bookings.push(await bookAsGuest(stack));
		const answers = await Promise.all(bookings.map((booking) => checkout(stack, booking)));
		expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
		expect(new Set(answers.map(({ body }) => body.url)).size).toBe(50);
	});

	it('one booking, begun by ten at once under one key or many, has one place to pay', async () => {
		const booking = await bookAsGuest(stack);
		const key = crypto.randomUUID();
		const answers = await Promise.all(
			Array.from({ length: 10 }, (_, index) => checkout(stack, booking, index % 2 ? { idempotency_key: key } : {}))
		);
		expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
		expect(new Set(answers.map(({ body }) => body.url)).size).toBe(1);
	});
});
