/** The daily comparison of the ledger with Stripe: reads both sides, mends what never arrived, keeps the rest as a report. */
import type Stripe from 'stripe';
import { differencesOf, type Difference, type Held, type HeldDispute } from '#shared/payments/reconcile.ts';
import type { JobsDatabase } from './database.ts';

/** What happened within the last minutes may still be on its way. */
const settleMinutes = 10;

interface Provider {
	intents: Stripe.PaymentIntent[];
	refunds: Stripe.Refund[];
	disputes: Stripe.Dispute[];
}

/** Compares the payments of the last days. Answers how many payments were looked at and how many differ in the end. */
export async function reconcile(
	db: JobsDatabase,
	stripe: Stripe,
	days: number,
	now = new Date()
): Promise<{ checked: number; differences: number }> {
	const to = new Date(now.getTime() - settleMinutes * 60_000);
	const from = new Date(to.getTime() - days * 86_400_000);
	const held = await readProvider(stripe, from, to);
	const compare = async () => differencesOf(facts(held), await readLedger(db, facts(held), from, to));
	const found = await compare();
	for (const event of found.flatMap((each) => missedEvents(each, held))) {
		await db.query('select private.receive_stripe_event($1::jsonb)', [JSON.stringify(event)]);
	}
	const left = new Set((await compare()).map(({ subject }) => subject));
	const differences = found.map((each) => ({ ...each, healed: !left.has(each.subject) }));
	await db.transaction(async (query) => {
		await query(`select set_config('app.actor', 'job:payments-reconcile', true)`);
		await query('select public.record_reconciliation($1, $2, $3, $4::jsonb)', [
			from.toISOString(),
			to.toISOString(),
			held.intents.length,
			JSON.stringify(differences)
		]);
		for (const { subject, healed } of differences) {
			if (healed) await query(`select private.settle_attention('reconciliation', $1, 'mended by itself')`, [subject]);
		}
	});
	return { checked: held.intents.length, differences: left.size };
}

async function readProvider(stripe: Stripe, from: Date, to: Date): Promise<Provider> {
	const created = { gte: seconds(from), lt: seconds(to) };
	const all = { limit: 10_000 };
	const page = { created, limit: 100 };
	const [intents, refunds, disputes] = await Promise.all([
		stripe.paymentIntents.list({ ...page, expand: ['data.latest_charge'] }).autoPagingToArray(all),
		stripe.refunds.list(page).autoPagingToArray(all),
		stripe.disputes.list(page).autoPagingToArray(all)
	]);
	// A refund or a dispute of an older payment: that payment is looked at as well.
	const seen = new Set(intents.map(({ id }) => id));
	for (const { payment_intent } of [...refunds, ...disputes]) {
		const id = idOf(payment_intent);
		if (!id || seen.has(id)) continue;
		seen.add(id);
		intents.push(await stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] }));
	}
	return { intents: intents.filter(({ status }) => status === 'succeeded'), refunds, disputes };
}

function facts({ intents, disputes }: Provider): { payments: Held[]; disputes: HeldDispute[] } {
	return {
		payments: intents.map((intent) => ({
			payment_intent: intent.id,
			paid_cents: intent.amount_received,
			refunded_cents: chargeOf(intent)?.amount_refunded ?? 0
		})),
		disputes: disputes.map(({ id, payment_intent, amount, status }) => ({
			dispute: id,
			payment_intent: idOf(payment_intent),
			amount_cents: amount,
			status: status === 'lost' ? 'lost' : status === 'won' ? 'won' : 'open'
		}))
	};
}

/** The ledger of the same payments, and of those in the period that Stripe did not list. */
async function readLedger(
	db: JobsDatabase,
	held: ReturnType<typeof facts>,
	from: Date,
	to: Date
): Promise<{ payments: Held[]; disputes: HeldDispute[] }> {
	const [row] = await db.query<{ ledger: { payments: Held[]; disputes: HeldDispute[] } }>(
		'select private.card_ledger($1::jsonb, $2::jsonb, $3, $4) as ledger',
		[
			JSON.stringify(held.payments.map(({ payment_intent }) => payment_intent)),
			JSON.stringify(held.disputes.map(({ dispute }) => dispute)),
			from.toISOString(),
			to.toISOString()
		]
	);
	return row?.ledger ?? { payments: [], disputes: [] };
}

/** The events that would have told of it, with ids of their own: the webhook's path takes them any number of times. */
function missedEvents({ kind, subject, payment_intent }: Difference, held: Provider): object[] {
	const intent = held.intents.find(({ id }) => id === payment_intent);
	const told = (type: string, created: number, object: object, previous_attributes?: object) => ({
		id: `reconcile:${type}:${'id' in object ? String(object.id) : subject}:${created}`,
		object: 'event',
		type,
		created,
		data: { object, ...(previous_attributes && { previous_attributes }) }
	});
	const charge = intent && chargeOf(intent);
	if (kind === 'payment_missing' && intent && charge) {
		return [told('payment_intent.succeeded', charge.created, intent), ...refundEvents(charge, held.refunds, told)];
	}
	if (kind === 'refund_differs' && charge) return refundEvents(charge, held.refunds, told);
	const dispute = held.disputes.find(({ id }) => subject.endsWith(`:${id}`));
	if (!dispute) return [];
	const closed = dispute.status === 'won' || dispute.status === 'lost';
	const opened = told('charge.dispute.created', dispute.created, { ...dispute, status: 'needs_response' });
	return closed ? [opened, told('charge.dispute.closed', dispute.created, dispute)] : [opened];
}

/** One for each refund, in the order in which they were made: each says what the charge's total was before and after it. */
function refundEvents(
	charge: Stripe.Charge,
	refunds: Stripe.Refund[],
	told: (type: string, created: number, object: object, previous: object) => object
): object[] {
	const made = refunds
		.filter((refund) => idOf(refund.charge) === charge.id && refund.status === 'succeeded')
		.toSorted((a, b) => a.created - b.created);
	let total = charge.amount_refunded - made.reduce((sum, { amount }) => sum + amount, 0);
	return made.map((refund) => {
		const before = total;
		total += refund.amount;
		const object = { ...charge, amount_refunded: total, refunds: { object: 'list', data: [refund] } };
		return {
			...told('charge.refunded', refund.created, object, { amount_refunded: before }),
			id: `reconcile:${refund.id}`
		};
	});
}

function chargeOf({ latest_charge }: Stripe.PaymentIntent): Stripe.Charge | null {
	return typeof latest_charge === 'object' ? latest_charge : null;
}

function idOf(value: string | { id: string } | null): string | null {
	return typeof value === 'string' ? value : (value?.id ?? null);
}

function seconds(date: Date): number {
	return Math.floor(date.getTime() / 1000);
}
