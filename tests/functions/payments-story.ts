/** Stories of one booking's card payments: what Stripe would tell of them, and what the ledger must come to. */
import * as fc from 'fast-check';

/** How the booking stands when the money comes. `taken`: no chef can serve it any more. */
export type State = 'held' | 'expired' | 'taken' | 'cancelled';

export interface Attempt {
	purpose: 'deposit' | 'balance';
	tip: number;
	fee: number;
	/** Charged otherwise than we asked for. */
	mismatch: boolean;
	declinedFirst: boolean;
	/** Which events tell of the success; none: it was not paid. */
	told: ('session' | 'intent' | 'charge')[];
	/** Sums given back one after the other. */
	refunds: number[];
	/** Whether the first of them was asked for here. */
	asked: boolean;
	dispute: 'none' | 'open' | 'won' | 'lost';
	expired: boolean;
}

export interface Story {
	state: State;
	attempts: Attempt[];
	/** Which events come twice: with the same id, or under another one. */
	twice: ('no' | 'same' | 'other')[];
	/** A number for each event: they come in the order of these. */
	order: number[];
}

export interface StripeEvent {
	id: string;
	type: string;
	created: number;
	data: { object: Record<string, unknown>; previous_attributes?: Record<string, unknown> };
}

/** A row of the ledger without what differs from run to run. */
export type Row = [kind: string, applies_to: string, amount_cents: number];

const attempt = fc.record<Attempt>({
	purpose: fc.constantFrom('deposit', 'balance'),
	tip: fc.constantFrom(0, 11_000),
	fee: fc.constantFrom(0, 300),
	mismatch: fc.boolean(),
	declinedFirst: fc.boolean(),
	told: fc.subarray(['session', 'intent', 'charge']),
	refunds: fc.array(fc.constantFrom(300, 2500, 4000), { maxLength: 3 }),
	asked: fc.boolean(),
	dispute: fc.constantFrom('none', 'none', 'open', 'won', 'lost'),
	expired: fc.boolean()
});

export const story = fc.record<Story>({
	state: fc.constantFrom('held', 'expired', 'taken', 'cancelled'),
	attempts: fc.array(attempt, { minLength: 1, maxLength: 2 }),
	twice: fc.array(fc.constantFrom('no', 'no', 'same', 'other'), { minLength: 30, maxLength: 30 }),
	order: fc.array(fc.integer(), { minLength: 60, maxLength: 60 })
});

export const principal = ({ purpose }: Attempt): number => (purpose === 'deposit' ? 10_000 : 45_000);
export const askedFor = (one: Attempt): number => principal(one) + one.tip + one.fee;
const charged = (one: Attempt): number => askedFor(one) + (one.mismatch ? 1 : 0);
const isProven = (one: Attempt): boolean => one.told.length > 0 || one.refunds.length > 0;

export const intentOf = (run: string, index: number): string => `pi_${run}_${index}`;

/** Every event of a story in its order. `checkouts`: the ids of its attempts. All are of the same second. */
export function eventsOf({ attempts, twice, order }: Story, run: string, checkouts: string[]): StripeEvent[] {
	const events = attempts.flatMap((one, index) => eventsOfAttempt(one, run, index, checkouts[index] ?? ''));
	const numbered = events.map((event, index) => ({ ...event, id: `evt_${run}_${index}`, created: 1_790_000_000 }));
	const told = numbered.flatMap((event, index) => {
		if (twice[index] === 'same') return [event, event];
		return twice[index] === 'other' ? [event, { ...event, id: `${event.id}_again` }] : [event];
	});
	return told
		.map((event, index) => ({ event, place: order[index] ?? 0 }))
		.toSorted((a, b) => a.place - b.place)
		.map(({ event }) => event);
}

function eventsOfAttempt(
	one: Attempt,
	run: string,
	index: number,
	checkout: string
): Omit<StripeEvent, 'id' | 'created'>[] {
	const intent = intentOf(run, index);
	const metadata = { checkout_id: checkout };
	const money = { currency: 'usd', payment_intent: intent, metadata };
	const charge = { ...money, object: 'charge', id: `ch_${run}_${index}`, amount: charged(one) };
	const session = { ...money, object: 'checkout.session', id: `cs_${run}_${index}`, amount_total: charged(one) };
	const paid = { object: 'payment_intent', id: intent, amount: charged(one), currency: 'usd', metadata };
	const dispute = {
		object: 'dispute',
		id: `dp_${run}_${index}`,
		charge: charge.id,
		payment_intent: intent,
		amount: charged(one),
		currency: 'usd',
		reason: 'fraudulent',
		created: 1_790_000_000
	};
	const success = {
		session: { type: 'checkout.session.completed', data: { object: { ...session, payment_status: 'paid' } } },
		intent: { type: 'payment_intent.succeeded', data: { object: { ...paid, amount_received: charged(one) } } },
		charge: { type: 'charge.succeeded', data: { object: { ...charge, amount_refunded: 0 } } }
	};
	const last_payment_error = { code: 'card_declined', message: 'Your card was declined.' };
	let refunded = 0;
	return [
		...(one.declinedFirst
			? [{ type: 'payment_intent.payment_failed', data: { object: { ...paid, last_payment_error } } }]
			: []),
		...one.told.map((how) => success[how]),
		...one.refunds.map((cents) => {
			const before = refunded;
			refunded += cents;
			return {
				type: 'charge.refunded',
				data: { object: { ...charge, amount_refunded: refunded }, previous_attributes: { amount_refunded: before } }
			};
		}),
		...(one.dispute === 'none'
			? []
			: [{ type: 'charge.dispute.created', data: { object: { ...dispute, status: 'needs_response' } } }]),
		...(one.dispute === 'won' || one.dispute === 'lost'
			? [{ type: 'charge.dispute.closed', data: { object: { ...dispute, status: one.dispute } } }]
			: []),
		...(one.expired
			? [{ type: 'checkout.session.expired', data: { object: { ...session, payment_status: 'unpaid' } } }]
			: [])
	];
}

/** What the ledger must hold after a story, whatever order it was told in. Sorted. */
export function ledgerOf({ attempts }: Story): Row[] {
	return attempts.filter(isProven).flatMap(rowsOf).toSorted(byText);
}

function rowsOf(one: Attempt): Row[] {
	const received: Row[] = one.mismatch
		? [[one.purpose, 'booking', charged(one)]]
		: ([
				[one.purpose, 'booking', principal(one)],
				['tip', 'tip', one.tip],
				['card_fee', 'card_fee', one.fee]
			] satisfies Row[]);
	const rows = received.filter(([, , cents]) => cents > 0);
	return [
		...rows,
		...one.refunds.map((cents): Row => ['refund', 'booking', -cents]),
		...(one.dispute === 'lost' ? rows.map(([, to, cents]): Row => ['adjustment', to, -cents]) : [])
	];
}

/** How the booking must stand after a story. */
export function statusOf({ state, attempts }: Story): 'pending' | 'confirmed' | 'cancelled' {
	const depositIsHere = attempts.some(isProven);
	if (depositIsHere && (state === 'held' || state === 'expired')) return 'confirmed';
	return state === 'held' ? 'pending' : 'cancelled';
}

export function byText(a: Row, b: Row): number {
	return a.join() < b.join() ? -1 : 1;
}
