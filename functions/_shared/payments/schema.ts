import * as z from 'zod/mini';
import { bookingStatus } from '../booking/schema.ts';

/** One attempt to pay by card, as the payer sees it. Amounts in cents. */
export const paymentCheckout = z.object({
	id: z.string(),
	status: z.enum(['open', 'processing', 'succeeded', 'failed', 'expired']),
	purpose: z.enum(['deposit', 'balance']),
	amount_cents: z.int(),
	tip_cents: z.int(),
	fee_cents: z.int(),
	total_cents: z.int(),
	funding: z.optional(z.enum(['credit', 'debit', 'prepaid'])),
	url: z._default(z.nullable(z.string()), null),
	expires_at: z._default(z.nullable(z.string()), null),
	failure_code: z._default(z.nullable(z.string()), null)
});
export type PaymentCheckout = z.infer<typeof paymentCheckout>;

/** One row of the ledger: money in is positive, money paid back negative. */
export const paymentEntry = z.object({
	id: z.string(),
	kind: z.enum(['deposit', 'balance', 'tip', 'card_fee', 'refund', 'adjustment']),
	/** Null for an adjustment that moved no money, such as a fee for another date. */
	method: z.nullable(z.enum(['stripe', 'zelle', 'venmo', 'cash', 'check'])),
	amount_cents: z.int(),
	occurred_at: z.string()
});
export type PaymentEntry = z.infer<typeof paymentEntry>;

/** What `payment_page` answers: all that the payment pages show. */
export const paymentPage = z.object({
	booking: z.object({
		id: z.string(),
		reference: z.string(),
		status: bookingStatus,
		event_at: z.string(),
		timezone: z.string(),
		station: z.object({ id: z.string(), name: z.string() }),
		adults: z.int(),
		children: z.int(),
		toddlers: z.int(),
		hold_expires_at: z.nullable(z.string()),
		cancel_reason: z.nullable(z.string())
	}),
	/** Where a guest's page hears of changes; carries a status and nothing else. Others ask `payment_progress`. */
	guest_topic: z.nullable(z.string()),
	/** What can be paid now; null when nothing can, and `why_not` says why. */
	payable: z.nullable(z.enum(['deposit', 'balance'])),
	/** Days after the dinner that its balance can still be paid online. */
	balance_days: z.int(),
	why_not: z.nullable(z.string()),
	why_not_message: z.nullable(z.string()),
	/** Whether a tip may be given, also where all is paid. */
	can_tip: z.boolean(),
	amount_due_cents: z.int(),
	subtotal_cents: z.int(),
	total_cents: z.int(),
	paid_cents: z.int(),
	tip_cents: z.int(),
	fee_cents: z.int(),
	refunded_cents: z.int(),
	balance_due_cents: z.int(),
	/** Tips to choose from, in dollars of this booking. */
	tips: z.array(z.object({ percent: z.number(), cents: z.int() })),
	/** The rate that each kind of card adds, such as 0.03, and why. */
	fee: z.object({ credit: z.number(), debit: z.number(), prepaid: z.number(), note: z.nullable(z.string()) }),
	/** How to pay by hand, in our words to the payer; null where that way is not offered. */
	manual: z.object({ zelle: z.nullable(z.string()), venmo: z.nullable(z.string()) }),
	/** Whether cards are taken. */
	online: z.boolean(),
	checkout: z.nullable(paymentCheckout),
	entries: z.array(paymentEntry),
	documents: z.array(z.object({ id: z.string(), kind: z.string(), number: z.string(), ready: z.boolean() }))
});
export type PaymentPage = z.infer<typeof paymentPage>;

/** What `payment_progress` answers: one attempt, the rows of the ledger that it made, and where changes are told. */
export const paymentProgress = z.object({
	checkout: z.nullable(paymentCheckout),
	entries: z.array(paymentEntry),
	topic: z.string()
});
export type PaymentProgress = z.infer<typeof paymentProgress>;

/** What `my_balances` answers: the money of a customer's own bookings. Amounts in cents. */
export const ownBalances = z.array(
	z.object({
		booking_id: z.string(),
		payment_status: z.enum(['unpaid', 'partially_paid', 'deposit_paid', 'paid', 'partially_refunded', 'refunded']),
		paid_cents: z.int(),
		balance_due_cents: z.int(),
		/** What can be paid now; null where nothing can. */
		payable: z.nullable(z.enum(['deposit', 'balance'])),
		amount_due_cents: z.int()
	})
);
export type OwnBalance = z.infer<typeof ownBalances>[number];

/** What `report_payment` answers. */
export const reportedPayment = z.object({ reported: z.boolean(), hold_expires_at: z.nullable(z.string()) });

/** What `quote_payment` answers. */
export const paymentQuote = z.object({
	amount_cents: z.int(),
	tip_cents: z.int(),
	fee_cents: z.int(),
	fee_rate: z.number(),
	total_cents: z.int()
});
export type PaymentQuote = z.infer<typeof paymentQuote>;

/** What the edge function `payments-checkout` answers: where to pay. */
export const checkoutAnswer = z.object({ checkout_id: z.string(), url: z.url() });
