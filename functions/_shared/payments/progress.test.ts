import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { declineWords } from './decline.ts';
import { inReceiptOrder, paymentStage } from './progress.ts';
import type { PaymentCheckout, PaymentEntry } from './schema.ts';
import { formatRate, holdLeft, paidWords, payTime, whyNotWords } from './words.ts';

const attempt = (status: PaymentCheckout['status']): PaymentCheckout => ({
	id: 'c1',
	status,
	purpose: 'deposit',
	amount_cents: 10_000,
	tip_cents: 0,
	fee_cents: 300,
	total_cents: 10_300,
	funding: 'credit',
	url: null,
	expires_at: null,
	failure_code: null
});
const row = (kind: PaymentEntry['kind'], amount_cents: number): PaymentEntry => ({
	id: `${kind}${amount_cents}`,
	kind,
	method: 'stripe',
	amount_cents,
	occurred_at: '2026-12-01T00:00:00Z'
});
const paid = [row('card_fee', 300), row('deposit', 10_000)];

describe('how far a payment is', () => {
	it.each([
		['nothing was begun', null, [], 'pending', 'none'],
		['the card company has not told us', attempt('open'), [], 'pending', 'processing'],
		['it is on its way', attempt('processing'), [], 'pending', 'processing'],
		['it was paid, the ledger has no row yet', attempt('succeeded'), [], 'pending', 'confirming'],
		['it is in the ledger, the booking is still held', attempt('succeeded'), paid, 'pending', 'confirming'],
		['the booking is confirmed', attempt('succeeded'), paid, 'confirmed', 'done'],
		['it was a balance after the dinner', attempt('succeeded'), paid, 'completed', 'done'],
		['the booking is gone', attempt('succeeded'), paid, 'cancelled', 'late'],
		['it was declined', attempt('failed'), [], 'pending', 'failed'],
		['the page was open too long', attempt('expired'), [], 'pending', 'failed']
	] as const)('%s', (_, checkout, entries, status, stage) => {
		expect(paymentStage({ checkout, entries: [...entries] }, status)).toBe(stage);
	});
	it('is never done, nor confirming, while neither ledger nor card company said so', () => {
		fc.assert(
			fc.property(
				fc.constantFrom<PaymentCheckout['status']>('open', 'processing', 'failed', 'expired'),
				fc.constantFrom('pending' as const, 'confirmed' as const, 'completed' as const, 'cancelled' as const),
				(status, booking) => {
					expect(['processing', 'failed']).toContain(paymentStage({ checkout: attempt(status), entries: [] }, booking));
				}
			)
		);
	});
	it('the ledger goes before what the card company said last: a late decline takes nothing back', () => {
		expect(paymentStage({ checkout: attempt('failed'), entries: paid }, 'confirmed')).toBe('done');
	});
});

describe('a receipt', () => {
	it('has its rows in their order', () => {
		expect(inReceiptOrder([...paid, row('tip', 500)]).map(({ kind }) => kind)).toEqual(['deposit', 'tip', 'card_fee']);
	});
});

describe('words', () => {
	it('each reason has its own, and one that we do not know has some', () => {
		const codes = [
			'card_declined',
			'insufficient_funds',
			'expired_card',
			'processing_error',
			'authentication_required'
		];
		const titles = [...codes, null].map((failure_code) => declineWords({ status: 'failed', failure_code }).title);
		expect(new Set(titles).size).toBe(codes.length + 1);
		expect(declineWords({ status: 'expired', failure_code: null }).title).toContain('too long');
		expect(declineWords({ status: 'failed', failure_code: 'toString' }).title).toBe('The payment did not go through');
	});
	it('a stolen card is told as a plain decline', () => {
		expect(declineWords({ status: 'failed', failure_code: 'stolen_card' })).toEqual(
			declineWords({ status: 'failed', failure_code: 'card_declined' })
		);
	});
	it('a rate is read as people do', () => {
		expect([0.03, 0.0275, 0].map(formatRate)).toEqual(['3%', '2.75%', '0%']);
	});
	it('what can not be paid is told with the database’s words where we have none', () => {
		expect(whyNotWords('CANCELLED', null).title).toContain('cancelled');
		expect(whyNotWords('PURPOSE', 'The deposit comes first.').help).toBe('The deposit comes first.');
	});
	it('a hold counts down to its end', () => {
		const end = '2026-12-01T12:00:00Z';
		const before = (seconds: number) => holdLeft(end, Date.parse(end) - seconds * 1000);
		expect([1800, 61, 9, 1].map(before)).toEqual(['30:00', '1:01', '0:09', '0:01']);
		expect(before(3600 * 23 + 60 * 5)).toBe('23 h 5 min');
		expect([0, -1].map(before)).toEqual([null, null]);
	});
});

it('tells how long after the dinner it can be paid', () => {
	expect([0, 1, 7, 10].map(payTime)).toEqual([
		'any time before your dinner',
		'any time before your dinner or up to a day after it',
		'any time before your dinner or up to a week after it',
		'any time before your dinner or up to 10 days after it'
	]);
});

it('tells how far a dinner is paid, and nothing of one that nobody pays for any more', () => {
	expect(paidWords({ payment_status: 'deposit_paid', payable: 'balance' })).toBe('Deposit paid');
	expect(paidWords({ payment_status: 'unpaid', payable: 'deposit' })).toBe('Nothing paid yet');
	expect(paidWords({ payment_status: 'unpaid', payable: null })).toBeNull();
	expect(paidWords({ payment_status: 'refunded', payable: null })).toBe('Refunded');
});
