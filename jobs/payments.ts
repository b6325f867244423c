/** Jobs of payments: refunds carried out, events that failed tried again, places to pay closed, the daily comparison. */
import type Stripe from 'stripe';
import { z } from 'zod';
import { closeSessions, refundCard } from '#shared/platform/stripe.ts';
import { defineJob, type AnyJob, type JobContext } from './job.ts';
import { reconcile } from './payments-reconcile.ts';

interface RefundRow {
	id: string;
	booking_id: string | null;
	method: string;
	payment_intent: string | null;
	amount_cents: number;
	status: 'requested' | 'succeeded' | 'failed';
}

/**
 * Gives back what was asked for. Stripe knows the refund by our id, so that a second try finds the first one's; its event and
 * this answer may come in either order. A refusal is kept and raised to the staff; no answer is tried again.
 */
const refund = defineJob({
	queue: 'payments-refund',
	// A refund by a rule has an id made from its key: a UUID in form, of no version.
	payload: z.object({ v: z.literal(1), refund_id: z.guid() }),
	async run({ refund_id }, context) {
		const [found] = await context.db.query<{ refund: RefundRow }>(
			`select jsonb_build_object('id', id, 'booking_id', booking_id, 'method', method, 'payment_intent', payment_intent,
				'amount_cents', amount_cents, 'status', status) as refund
			from public.payment_refunds where id = $1`,
			[refund_id]
		);
		if (!found || found.refund.status !== 'requested') return 'moot';
		const { booking_id, method, payment_intent, amount_cents } = found.refund;
		const outcome =
			method === 'stripe'
				? await refundCard(
						provider(context),
						{ refund_id, booking_id, payment_intent: payment_intent ?? '', amount_cents },
						{ lookFirst: true }
					)
				: { status: 'succeeded' as const, stripe_refund_id: null, failure: null };
		await context.db.transaction(async (query) => {
			await query(`select set_config('app.actor', 'job:payments-refund', true)`);
			await query('select public.settle_refund($1, $2, $3, $4)', [
				refund_id,
				outcome.stripe_refund_id,
				outcome.status,
				outcome.failure
			]);
		});
		if (outcome.status === 'pending') throw new Error('The bank has not taken it yet.');
		return outcome.status;
	}
});

/** Acts again on an event of the card provider that failed at first (a lock, a mistake of ours since put right). */
const event = defineJob({
	queue: 'payments-event',
	payload: z.object({ v: z.literal(1), event_id: z.string() }),
	async run({ event_id }, { db }) {
		const answer = await db.transaction(async (query) => {
			await query(`select set_config('app.actor', 'job:payments-event', true)`, []);
			const [row] = await query<{ answer: { result: string; error?: string } }>(
				'select private.process_stripe_event($1) as answer',
				[event_id]
			);
			return row?.answer;
		});
		if (answer?.result === 'failed') throw new Error(`${event_id}: ${answer.error ?? 'failed'}`);
		return `${answer?.result}: ${event_id}`;
	}
});

/** Closes places to pay whose booking was cancelled or whose hold ran out, so that no money comes too late. */
const closeCheckouts = defineJob({
	queue: 'payments-close-checkouts',
	payload: z.object({ v: z.literal(1) }),
	async run(_payload, context) {
		const rows = await context.db.query<{ session: string }>(
			'select session from private.checkouts_to_close(200) session'
		);
		await closeSessions(
			provider(context),
			rows.map(({ session }) => session)
		);
		return rows.length > 0 ? `closed ${rows.length}` : null;
	}
});

/** Compares the ledger with what Stripe holds, mends what it never heard of, and reports what differs. */
const reconciliation = defineJob({
	queue: 'payments-reconcile',
	payload: z.object({ v: z.literal(1), days: z.int().min(1).max(60).default(3) }),
	async run({ days }, context) {
		const { checked, differences } = await reconcile(context.db, provider(context), days);
		return `checked ${checked}, ${differences} differ`;
	}
});

export const paymentJobs: AnyJob[] = [refund, event, closeCheckouts, reconciliation];

function provider({ stripe }: JobContext): Stripe {
	if (!stripe) throw new Error('No card provider is set up: STRIPE_SECRET_KEY is missing.');
	return stripe;
}
