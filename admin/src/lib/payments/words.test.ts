import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCents } from '#shared/platform/money.ts';
import { attentionKinds, type AttentionRow } from './schema.ts';
import { attentionActions, attentionWords, centsOf, kindLabel } from './words.ts';

const raised: AttentionRow = {
	id: 'a',
	kind: 'late_payment',
	station_id: null,
	payment_intent: 'pi_1',
	amount_cents: 10_000,
	details: {},
	status: 'open',
	resolution: null,
	resolved_at: null,
	created_at: '2026-11-27T12:00:00Z',
	updated_at: '2026-11-27T12:00:00Z',
	version: 1,
	booking: null
};

describe('centsOf', () => {
	it('reads what formatCents writes', () => {
		fc.assert(fc.property(fc.integer({ min: 0, max: 999_999_999 }), (cents) => centsOf(formatCents(cents)) === cents));
	});
	it.each([
		['12.5', 1250],
		['  $1,234.50 ', 123_450],
		['0', 0]
	])('reads %s', (typed, cents) => expect(centsOf(typed)).toBe(cents));
	it.each(['', '-1', '1.234', '12,34', 'ten', '1e3', '$'])('takes %s for no sum', (typed) =>
		expect(centsOf(typed)).toBeNull()
	);
});

describe('what needs attention', () => {
	it('has words for every kind', () => {
		for (const kind of attentionKinds) {
			const { title, help } = attentionWords({ ...raised, kind });
			expect(title).not.toBe('');
			expect(help).not.toBe('');
		}
	});
	it('offers to rebook only what is cancelled, and to refund only what came by card', () => {
		expect(attentionActions(raised)).toEqual(['refund', 'dismiss']);
		const booking = {
			id: 'b',
			reference: 'MH-22222',
			status: 'cancelled' as const,
			event_at: '2026-12-01T02:00:00Z',
			timezone: 'America/Los_Angeles',
			contact_name: null,
			customer: null
		};
		expect(attentionActions({ ...raised, booking })).toEqual(['rebook', 'refund', 'dismiss']);
		expect(attentionActions({ ...raised, kind: 'dispute', booking })).toEqual(['dismiss']);
		expect(attentionActions({ ...raised, payment_intent: null })).toEqual(['dismiss']);
	});
});

it('a refund says what of, where it is not the price', () => {
	expect(kindLabel({ kind: 'refund', applies_to: 'booking' })).toBe('Refund');
	expect(kindLabel({ kind: 'refund', applies_to: 'card_fee' })).toBe('Refund of the card fee');
	expect(kindLabel({ kind: 'tip', applies_to: 'tip' })).toBe('Tip');
});
