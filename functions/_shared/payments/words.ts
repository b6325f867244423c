import type { OwnBalance, PaymentEntry } from './schema.ts';

const kinds: Record<PaymentEntry['kind'], string> = {
	deposit: 'Deposit',
	balance: 'Balance',
	tip: 'Tip',
	card_fee: 'Card fee',
	refund: 'Refund',
	adjustment: 'Adjustment'
};
const methods: Record<NonNullable<PaymentEntry['method']>, string> = {
	stripe: 'card',
	zelle: 'Zelle',
	venmo: 'Venmo',
	cash: 'cash',
	check: 'check'
};

/** Whether cards are taken, by the flags of the site. Without, deposits are asked for by hand. */
export function takesCards(flags: Record<string, boolean>): boolean {
	return (flags.stripe ?? false) && (flags.payments ?? false);
}

/** A ledger row's name for its payer: `Deposit`, `Card fee`. */
export function entryLabel({ kind }: Pick<PaymentEntry, 'kind'>): string {
	return kinds[kind];
}

export function methodLabel({ method }: Pick<PaymentEntry, 'method'>): string {
	return method === null ? 'in the books' : methods[method];
}

/** A rate as people read it: `0.03` → `3%`, `0.0275` → `2.75%`. */
export function formatRate(rate: number): string {
	return `${Number((rate * 100).toFixed(3))}%`;
}

const statuses: Record<OwnBalance['payment_status'], string> = {
	unpaid: 'Nothing paid yet',
	partially_paid: 'Partly paid',
	deposit_paid: 'Deposit paid',
	paid: 'Paid',
	partially_refunded: 'Partly refunded',
	refunded: 'Refunded'
};

/** How far a dinner is paid, in words; null where that says nothing: no money came for what is not open for paying. */
export function paidWords({ payment_status, payable }: Pick<OwnBalance, 'payment_status' | 'payable'>): string | null {
	return payment_status === 'unpaid' && payable === null ? null : statuses[payment_status];
}

/** Why nothing can be paid here, and what to do. `why` and `message` are the database's. */
export function whyNotWords(why: string | null, message: string | null): { title: string; help: string } {
	switch (why) {
		case 'NOTHING_DUE':
			return { title: 'All is paid', help: 'There is nothing left to pay for this dinner. Thank you!' };
		case 'CANCELLED':
			return { title: 'This dinner is cancelled', help: 'There is nothing to pay for it.' };
		case 'HOLD_EXPIRED':
			return {
				title: 'The hold has ended',
				help: 'The deposit did not reach us in time, so your chef’s time is free for others again. It may still be free: book it again.'
			};
		case 'TOO_LATE':
			return {
				title: 'Online payment is closed for this dinner',
				help: 'It could be paid here until some days after the dinner. Talk to us and we sort it out.'
			};
		default:
			return { title: 'There is nothing to pay here now', help: message ?? 'If you expected something, talk to us.' };
	}
}

/** Until when a balance can be paid, as the end of a sentence; days after the dinner. */
export function payTime(days: number): string {
	const before = 'any time before your dinner';
	if (days === 0) return before;
	return `${before} or up to ${days === 7 ? 'a week' : days === 1 ? 'a day' : `${days} days`} after it`;
}

/** What is left of a hold: `29:05` (minutes and seconds), `3 h 12 min` from an hour on; null once it has ended. */
export function holdLeft(expiresAt: string, now: number): string | null {
	const seconds = Math.ceil((Date.parse(expiresAt) - now) / 1000);
	if (!(seconds > 0)) return null;
	if (seconds >= 3600) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
	return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
