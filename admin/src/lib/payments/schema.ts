import * as z from 'zod/mini';
import { bookingStatus } from '#shared/booking/schema.ts';

export const paymentKinds = ['deposit', 'balance', 'tip', 'card_fee', 'refund', 'adjustment'] as const;
export const paymentMethods = ['stripe', 'zelle', 'venmo', 'cash', 'check'] as const;

const kind = z.enum(paymentKinds);
const method = z.nullable(z.enum(paymentMethods));

/** The booking that money belongs to, as far as the reader may see it; null for money without one. */
const booking = z.nullable(
	z.object({
		id: z.string(),
		reference: z.string(),
		status: bookingStatus,
		event_at: z.string(),
		timezone: z.string(),
		contact_name: z.nullable(z.string()),
		customer: z.nullable(z.object({ name: z.string() }))
	})
);
export const bookingOfMoney =
	'booking:bookings(id, reference, status, event_at, timezone, contact_name, customer:customers(name))';

/** One row of the ledger. It never changes, so its version is always the first. */
export const paymentRow = z.pipe(
	z.object({
		id: z.string(),
		station_id: z.nullable(z.string()),
		kind,
		method,
		amount_cents: z.int(),
		applies_to: z.enum(['booking', 'tip', 'card_fee']),
		note: z.string(),
		provider_ref: z.nullable(z.string()),
		occurred_at: z.string(),
		created_at: z.string(),
		booking
	}),
	z.transform((row) => ({ ...row, version: 1, updated_at: row.created_at }))
);
export type PaymentRow = z.infer<typeof paymentRow>;
export const paymentRowSelect = `id, station_id, kind, method, amount_cents, applies_to, note, provider_ref, occurred_at, created_at, ${bookingOfMoney}`;

export const attentionKinds = [
	'unknown_booking',
	'amount_mismatch',
	'late_payment',
	'cancelled_booking',
	'overpaid',
	'dispute',
	'refund_due',
	'refund_failed',
	'fee_on_debit',
	'reconciliation',
	'event_failed',
	'manual_reported'
] as const;

/** Something about money that a person has to look at. */
export const attentionRow = z.object({
	id: z.string(),
	kind: z.enum(attentionKinds),
	station_id: z.nullable(z.string()),
	payment_intent: z.nullable(z.string()),
	amount_cents: z.nullable(z.int()),
	details: z.record(z.string(), z.unknown()),
	status: z.enum(['open', 'resolved']),
	resolution: z.nullable(z.string()),
	resolved_at: z.nullable(z.string()),
	created_at: z.string(),
	updated_at: z.string(),
	version: z.int(),
	booking
});
export type AttentionRow = z.infer<typeof attentionRow>;
export const attentionRowSelect = `id, kind, station_id, payment_intent, amount_cents, details, status, resolution, resolved_at, created_at, updated_at, version, ${bookingOfMoney}`;

/** A charge that a cardholder disputes with the bank. */
export const disputeRow = z.object({
	id: z.string(),
	stripe_dispute_id: z.string(),
	station_id: z.nullable(z.string()),
	amount_cents: z.int(),
	reason: z.string(),
	status: z.enum(['open', 'won', 'lost']),
	evidence_due_at: z.nullable(z.string()),
	opened_at: z.string(),
	closed_at: z.nullable(z.string()),
	created_at: z.string(),
	updated_at: z.string(),
	version: z.int(),
	booking
});
export type DisputeRow = z.infer<typeof disputeRow>;
export const disputeRowSelect = `id, stripe_dispute_id, station_id, amount_cents, reason, status, evidence_due_at, opened_at, closed_at, created_at, updated_at, version, ${bookingOfMoney}`;

/** What comparing a period with the card provider found. */
export const reconciliation = z.object({
	id: z.string(),
	period_from: z.string(),
	period_to: z.string(),
	checked: z.int(),
	differences: z.array(z.record(z.string(), z.unknown())),
	created_at: z.string()
});
export type Reconciliation = z.infer<typeof reconciliation>;

const sums = z.object({ cents: z.int(), bookings: z.int() });

/** What `payments_overview` answers. Amounts in cents. */
export const paymentsOverview = z.object({
	from: z.string(),
	to: z.string(),
	timezone: z.string(),
	received_cents: z.int(),
	refunded_cents: z.int(),
	tip_cents: z.int(),
	fee_cents: z.int(),
	net_cents: z.int(),
	by_method: z.array(
		z.object({
			method: z.enum(paymentMethods),
			received_cents: z.int(),
			refunded_cents: z.int(),
			fee_cents: z.int(),
			net_cents: z.int()
		})
	),
	outstanding: z.object({
		...sums.shape,
		ageing: z.partial(z.object({ upcoming: sums, week: sums, month: sums, older: sums })),
		rows: z.array(
			z.object({
				id: z.string(),
				reference: z.string(),
				event_at: z.string(),
				timezone: z.string(),
				name: z.nullable(z.string()),
				balance_due_cents: z.int()
			})
		)
	}),
	attention_open: z.int(),
	disputes_open: z.int(),
	refunds_waiting: z.int(),
	failed_week: z.int()
});
export type PaymentsOverview = z.infer<typeof paymentsOverview>;

export const cardFeeRule = z.object({
	id: z.string(),
	state: z.nullable(z.string()),
	funding: z.enum(['credit', 'debit', 'prepaid']),
	rate: z.number(),
	enabled: z.boolean(),
	reason: z.string(),
	effective_from: z.string(),
	effective_to: z.nullable(z.string()),
	version: z.int()
});
export type CardFeeRule = z.infer<typeof cardFeeRule>;

/** What customers are told about paying, and until when they can. */
export const paymentTexts = z.object({
	zelle: z.nullable(z.string()),
	venmo: z.nullable(z.string()),
	fee_note: z.nullable(z.string()),
	balance_days: z.int(),
	version: z.int()
});
export type PaymentTexts = z.infer<typeof paymentTexts>;

/** How long a station's pending bookings wait for their deposit, in minutes. */
export const stationHold = z.object({
	id: z.string(),
	name: z.string(),
	hold_minutes: z.int(),
	unpaid_hold_minutes: z.int()
});
export type StationHold = z.infer<typeof stationHold>;

export const cancellationPolicy = z.object({
	id: z.string(),
	effective_from: z.string(),
	full_refund_days: z.int(),
	free_reschedules: z.int(),
	free_reschedule_hours: z.int(),
	reschedule_fee_cents: z.int(),
	note: z.string()
});
export type CancellationPolicy = z.infer<typeof cancellationPolicy>;
