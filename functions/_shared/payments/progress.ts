import type { PaymentEntry, PaymentPage, PaymentProgress } from './schema.ts';

/**
 * How far a card payment is, read from what the database holds and from nothing else:
 * - `processing`: the card company has not told us yet
 * - `confirming`: it was paid, the booking is not fixed yet
 * - `done`: it is in the ledger, and what it paid for stands
 * - `late`: it was paid after the booking was cancelled; a person or a refund follows
 * - `failed`: it was declined, or the page was open too long
 * - `none`: there is no attempt to follow
 */
export type PaymentStage = 'processing' | 'confirming' | 'done' | 'late' | 'failed' | 'none';

/** The stage of an attempt at a booking of that status. */
export function paymentStage(
	{ checkout, entries }: Pick<PaymentProgress, 'checkout' | 'entries'>,
	booking: PaymentPage['booking']['status']
): PaymentStage {
	if (!checkout) return 'none';
	if (entries.length > 0) {
		if (booking === 'cancelled') return 'late';
		return booking === 'pending' ? 'confirming' : 'done';
	}
	switch (checkout.status) {
		case 'open':
		case 'processing':
			return 'processing';
		case 'succeeded':
			return 'confirming';
		case 'failed':
		case 'expired':
			return 'failed';
	}
}

const order: PaymentEntry['kind'][] = ['deposit', 'balance', 'tip', 'card_fee'];

/** Rows of the ledger in the order of a receipt. */
export function inReceiptOrder(entries: PaymentEntry[]): PaymentEntry[] {
	return entries.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}
