/** What the payment functions are asked, and what the database answers them. Amounts in cents; none comes from a caller. */
import * as z from 'zod/mini';

const cents = z.int().check(z.nonnegative());
const key = z.string().check(z.minLength(8), z.maxLength(100));

/** POST payments-checkout. */
export const checkoutRequest = z.strictObject({
	booking_id: z.uuid(),
	purpose: z.optional(z.enum(['deposit', 'balance'])),
	tip_percent: z.optional(z.nullable(z.int())),
	tip_cents: z.optional(z.nullable(z.int())),
	funding: z.optional(z.enum(['credit', 'debit', 'prepaid'])),
	method: z.optional(z.literal('card')),
	idempotency_key: key,
	/** Of a guest's link. */
	access_token: z.optional(z.nullable(z.string().check(z.maxLength(400))))
});
export type CheckoutRequest = z.infer<typeof checkoutRequest>;

/** What begin_checkout and attach_checkout answer. */
export const begunCheckout = z.object({
	checkout_id: z.uuid(),
	booking_id: z.uuid(),
	purpose: z.enum(['deposit', 'balance']),
	status: z.enum(['open', 'processing', 'succeeded', 'failed', 'expired']),
	amount_cents: cents,
	tip_cents: cents,
	fee_cents: cents,
	fee_rate: z.number(),
	total_cents: cents,
	currency: z.string(),
	reference: z.string(),
	email: z.nullable(z.string()),
	description: z.string(),
	stripe_customer_id: z.nullable(z.string()),
	session: z.nullable(z.object({ id: z.string(), url: z.nullable(z.string()), expires_at: z.nullable(z.string()) })),
	/** Places to pay that this attempt replaces. */
	obsolete_sessions: z.array(z.string())
});
export type BegunCheckout = z.infer<typeof begunCheckout>;

/** POST payments-refund by staff. */
export const refundRequest = z.strictObject({
	booking_id: z.uuid(),
	amount_cents: z.int(),
	method: z.string(),
	payment_intent: z.optional(z.nullable(z.string())),
	applies_to: z.optional(z.nullable(z.string())),
	reason: z.string(),
	idempotency_key: key
});

/** POST payments-refund by the server: carries out what was asked for before. */
export const refundOrder = z.strictObject({ refund_id: z.guid() });

/** What request_refund and settle_refund answer. */
export const refundAnswer = z.object({
	/** A UUID in form; one of a refund by a rule is made from its key and has no version. */
	refund_id: z.guid(),
	booking_id: z.nullable(z.uuid()),
	status: z.enum(['requested', 'succeeded', 'failed']),
	method: z.string(),
	payment_intent: z.nullable(z.string()),
	amount_cents: cents,
	stripe_refund_id: z.nullable(z.string()),
	failure: z.nullable(z.string())
});
export type RefundAnswer = z.infer<typeof refundAnswer>;

/** What the card provider said of a refund, as settle_refund takes it. */
export interface RefundOutcome {
	status: 'succeeded' | 'pending' | 'failed';
	stripe_refund_id: string | null;
	failure: string | null;
}
