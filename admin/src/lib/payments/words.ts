import { formatCents } from '#shared/platform/money.ts';
import type { AttentionRow, PaymentRow } from './schema.ts';

const methods: Record<NonNullable<PaymentRow['method']>, string> = {
	stripe: 'Card',
	zelle: 'Zelle',
	venmo: 'Venmo',
	cash: 'Cash',
	check: 'Check'
};
const kinds: Record<PaymentRow['kind'], string> = {
	deposit: 'Deposit',
	balance: 'Balance',
	tip: 'Tip',
	card_fee: 'Card fee',
	refund: 'Refund',
	adjustment: 'Adjustment'
};

/** How money moved; a dash where none did. */
export function methodLabel(method: PaymentRow['method']): string {
	return method ? methods[method] : '—';
}

/** A ledger row's name; a refund or an adjustment says what of, where it is not the booking's price. */
export function kindLabel({ kind, applies_to }: Pick<PaymentRow, 'kind' | 'applies_to'>): string {
	if ((kind === 'refund' || kind === 'adjustment') && applies_to !== 'booking')
		return `${kinds[kind]} of ${applies_to === 'tip' ? 'the tip' : 'the card fee'}`;
	return kinds[kind];
}

/** Whose money it is: the booking's contact, or that nobody is known. */
export function payerOf({ booking }: Pick<PaymentRow, 'booking'>): string {
	return booking?.contact_name ?? booking?.customer?.name ?? 'Not known';
}

/** What happened, for the person who is to settle it. */
export function attentionWords({ kind, amount_cents, details }: AttentionRow): { title: string; help: string } {
	const sum = amount_cents === null ? 'Money' : formatCents(amount_cents);
	const text = (key: string) => (typeof details[key] === 'string' ? details[key] : '');
	const cents = (key: string) => (typeof details[key] === 'number' ? formatCents(details[key]) : '');
	switch (kind) {
		case 'unknown_booking':
			return { title: `${sum} came for no booking we know`, help: 'Give it back, or find out whose it is.' };
		case 'amount_mismatch':
			return {
				title: `${sum} came, another sum was asked for`,
				help: cents('expected_cents')
					? `${cents('expected_cents')} was asked for. Refund what is too much, or ask for the rest.`
					: 'Compare it with the booking’s ledger.'
			};
		case 'late_payment':
			return {
				title: `${sum} came after the hold had ended`,
				help: 'Rebook where a chef is free, else give it back.'
			};
		case 'cancelled_booking':
			return { title: `${sum} came for a cancelled booking`, help: 'Rebook where a chef is free, else give it back.' };
		case 'overpaid':
			return { title: `${sum} more than is due was paid`, help: 'Give back what is too much.' };
		case 'dispute':
			return {
				title: `${sum} is disputed with the cardholder’s bank`,
				help: `${text('reason') ? `Reason: ${text('reason').replaceAll('_', ' ')}. ` : ''}Answer it in the card provider’s dashboard, in time.`
			};
		case 'refund_due':
			return {
				title: `${sum} is owed to the customer`,
				help: 'By the policy of the booking. Give it back, or say why not.'
			};
		case 'refund_failed':
			return {
				title: `A refund of ${sum} failed`,
				help: `${text('failure') || 'The card provider refused it.'} Pay it back another way and record it on the booking.`
			};
		case 'fee_on_debit':
			return { title: `A card fee of ${sum} was charged by mistake`, help: 'It goes back by itself; nothing to do.' };
		case 'reconciliation':
			return {
				title: 'Our ledger and the card provider differ',
				help: text('what') || text('problem') || 'The details are in the report.'
			};
		case 'manual_reported':
			return {
				title: `The customer says that ${amount_cents === null ? 'money' : sum} is on its way by ${text('method') || 'hand'}`,
				help: 'Look for it in the account and record it on the booking; this then settles by itself.'
			};
		case 'event_failed':
			return {
				title: 'An event of the card provider could not be worked',
				help: text('error') || 'It is tried again.'
			};
	}
}

/** What can be done about it from here. */
export function attentionActions({ kind, booking, payment_intent }: AttentionRow): ('rebook' | 'refund' | 'dismiss')[] {
	const rebook = booking?.status === 'cancelled' && (kind === 'late_payment' || kind === 'cancelled_booking');
	const refund =
		payment_intent !== null &&
		!['dispute', 'refund_failed', 'event_failed', 'fee_on_debit', 'manual_reported'].includes(kind);
	return [...(rebook ? ['rebook' as const] : []), ...(refund ? ['refund' as const] : []), 'dismiss'];
}

/** Dollars as typed, in cents; null for what is no sum. */
export function centsOf(typed: string): number | null {
	const match = /^\$?\s*(\d{1,3}(?:,\d{3})+|\d{1,7})(?:\.(\d{1,2}))?$/.exec(typed.trim());
	if (!match?.[1]) return null;
	return Number(match[1].replaceAll(',', '')) * 100 + Number((match[2] ?? '').padEnd(2, '0'));
}
