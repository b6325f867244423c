import * as z from 'zod/mini';
import { paymentKinds, paymentMethods } from './schema.ts';

const method = z.nullable(z.enum(paymentMethods));

/** What `payment_page` tells staff of a booking's money. Amounts in cents. */
export const bookingMoney = z.object({
	payable: z.nullable(z.enum(['deposit', 'balance'])),
	why_not_message: z.nullable(z.string()),
	amount_due_cents: z.int(),
	total_cents: z.int(),
	paid_cents: z.int(),
	tip_cents: z.int(),
	fee_cents: z.int(),
	refunded_cents: z.int(),
	balance_due_cents: z.int(),
	payment_status: z.enum(['unpaid', 'partially_paid', 'deposit_paid', 'paid', 'partially_refunded', 'refunded']),
	checkout: z.nullable(
		z.object({
			status: z.enum(['open', 'processing', 'failed', 'expired', 'succeeded']),
			purpose: z.enum(['deposit', 'balance']),
			total_cents: z.int(),
			failure_message: z.nullable(z.string()),
			created_at: z.string()
		})
	),
	entries: z.array(
		z.object({
			id: z.string(),
			kind: z.enum(paymentKinds),
			method,
			amount_cents: z.int(),
			applies_to: z.enum(['booking', 'tip', 'card_fee']),
			occurred_at: z.string(),
			note: z._default(z.string(), '')
		})
	)
});
export type BookingMoney = z.infer<typeof bookingMoney>;

/** What the booking's policy gives back, and what could be by method and card payment. */
export const refundSuggestion = z.object({
	suggested_cents: z.int(),
	refundable_cents: z.int(),
	full: z.boolean(),
	policy: z.nullable(z.object({ full_refund_days: z.int() })),
	by_method: z.array(
		z.object({
			method: z.enum(paymentMethods),
			payment_intent: z.nullable(z.string()),
			paid_cents: z.int(),
			refunded_cents: z.int(),
			requested_cents: z.int(),
			refundable_cents: z.int()
		})
	)
});
export type RefundSuggestion = z.infer<typeof refundSuggestion>;
