import { describe as group, expect, it } from 'vitest';
import { actorName, describe, type AuditEntry } from './timeline.ts';

const entry = (changes: AuditEntry['changes'], action: AuditEntry['action'] = 'update'): AuditEntry => ({
	id: 'e',
	occurred_at: '2026-11-22T21:38:00Z',
	actor: 'user:u',
	actor_id: 'u',
	table_name: 'bookings',
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
	it('tells what the chef was asked, answered and did', () => {
		const told = (changes: AuditEntry['changes'], action: AuditEntry['action'] = 'update') =>
			describe(
				{ ...entry(changes, action), table_name: 'booking_assignments' },
				'America/Los_Angeles',
				new Map([['c', 'Kenji']])
			);
		expect(told({ chef_id: { new: 'c' }, status: { new: 'offered' } }, 'insert')).toBe('Asked Kenji');
		expect(told({ status: { new: 'accepted' }, answered_at: { new: 'x' } })).toBe('The chef accepted');
		expect(told({ status: { new: 'declined' }, decline_reason: { new: 'My car broke down' } })).toBe(
			'The chef declined: My car broke down'
		);
		expect(told({ on_my_way_at: { new: 'x' } })).toBe('The chef is on the way');
		expect(told({ on_my_way_at: { new: null } })).toBe('Not on the way after all');
		expect(told({ arrived_at: { new: 'x' } })).toBe('The chef arrived');
		expect(told({ done_at: { new: 'x' } })).toBe('The dinner is done');
		expect(told({ status: { new: 'offered' }, done_at: { new: null }, on_my_way_at: { new: null } })).toBe(
			'Asked the chef again'
		);
		expect(told({ chef_id: { old: 'a', new: 'b' }, status: { new: 'offered' } })).toBe('Asked a chef');
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
