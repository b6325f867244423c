import { describe, expect, it } from 'vitest';
import { changesOf, summaryOf } from './changes.ts';
import { rowHref } from './log.ts';
import { actorLabel } from './people.ts';

describe('an entry of the audit', () => {
	it('shows every changed column, old and new, in order', () => {
		expect(changesOf({ changes: { notes: { old: 'a', new: 'b' }, adults: { old: 10, new: 12 } } })).toEqual([
			{ column: 'adults', old: '10', new: '12' },
			{ column: 'notes', old: 'a', new: 'b' }
		]);
	});
	it('does not tell what an insertion left empty', () => {
		expect(changesOf({ changes: { notes: { new: 'b' }, chef_id: { new: null } } })).toHaveLength(1);
	});
	it('is summed up in a few words', () => {
		const changes = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((column) => [column, { new: 1 }]));
		expect(summaryOf({ changes })).toBe('a, b, c and 2 more');
		expect(summaryOf({ changes: {} })).toBe('A secret');
	});
	it('leads to its row’s page, an item to its booking', () => {
		expect(rowHref({ table_name: 'booking_items', row_id: 'b1,addon_rice' })).toBe('/bookings/b1');
		expect(rowHref({ table_name: 'price_book', row_id: 'p' })).toBeNull();
	});
	it('keeps the role of who is gone, not the name', () => {
		const entry = { actor: 'user:u', actor_id: 'u', actor_roles: ['station_manager'] };
		expect(actorLabel(entry, new Map([['u', { user_id: 'u', kind: 'former' as const, name: null }]]))).toBe(
			'Former station manager'
		);
		expect(actorLabel(entry, new Map([['u', { user_id: 'u', kind: 'staff' as const, name: 'Ana' }]]))).toBe('Ana');
	});
});
