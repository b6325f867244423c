import { describe as group, expect, it } from 'vitest';
import { actorName, describe, type AuditEntry } from './timeline.ts';

const entry = (changes: AuditEntry['changes'], action: AuditEntry['action'] = 'update'): AuditEntry => ({
	id: 'e',
	occurred_at: '2026-11-22T21:38:00Z',
	actor: 'user:u',
	actor_id: 'u',
	action,
	changes
});
const said = (changes: AuditEntry['changes']) =>
	describe(entry(changes), 'America/Los_Angeles', new Map([['c', 'Kenji']]));

group('a timeline', () => {
	it('says what happened, not which columns follow from it', () => {
		expect(
			said({ status: { old: 'pending', new: 'confirmed' }, confirmed_at: { new: 'x' }, version: { new: 2 } })
		).toBe('Set to confirmed');
	});
	it('gives the reason of a cancellation', () => {
		expect(said({ status: { new: 'cancelled' }, cancel_reason: { new: 'Rain' } })).toBe('Cancelled: Rain');
		expect(said({ status: { new: 'cancelled' }, cancel_reason: { new: 'hold_expired' } })).toContain(
			'deposit did not come'
		);
	});
	it('tells moves on the station’s clock, and chefs by name', () => {
		expect(said({ event_at: { new: '2026-12-13T02:00:00Z' } })).toBe('Moved to Dec 12, 2026, 6:00 PM');
		expect(said({ chef_id: { new: 'c' } })).toBe('Given to Kenji');
	});
	it('names edited things once', () => {
		expect(said({ venue_line1: { new: 'a' }, venue_line2: { new: 'b' }, notes: { new: 'c' } })).toBe(
			'Changed the address and the notes'
		);
	});
	it('names people as far as the reader may know them', () => {
		expect(actorName(entry({}), new Map([['u', 'Ana']]))).toBe('Ana');
		expect(actorName(entry({}), new Map())).toBe('Customer');
		expect(actorName({ ...entry({}), actor: 'anonymous', actor_id: null }, new Map())).toBe('Website');
	});
});
