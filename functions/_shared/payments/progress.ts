import type { PaymentEntry, PaymentPage } from './schema.ts';

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

type Facts = Pick<PaymentPage, 'checkout' | 'entries'> & { booking: Pick<PaymentPage['booking'], 'status'> };

/** The stage of the attempt `id`, or of the latest where none is named. */
export function paymentStage({ checkout, entries, booking }: Facts, id: string | null = null): PaymentStage {
	const followed = id ?? checkout?.id ?? null;
	const inLedger = followed !== null && receiptEntries(entries, followed).length > 0;
	if (inLedger) {
		if (booking.status === 'cancelled') return 'late';
		return booking.status === 'pending' ? 'confirming' : 'done';
	}
	if (!checkout || checkout.id !== followed) return 'none';
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

/** What one attempt brought in, in the order of a receipt. Refunds are not part of it. */
export function receiptEntries(entries: PaymentEntry[], checkoutId: string): PaymentEntry[] {
	return entries
		.filter(({ checkout_id, kind }) => checkout_id === checkoutId && order.includes(kind))
		.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

const order: PaymentEntry['kind'][] = ['deposit', 'balance', 'tip', 'card_fee'];
