import { describe, expect, it } from 'vitest';
import { mergeEdit } from './edit.ts';

const base = { notes: 'old', line1: '1 Main St' };

describe('mergeEdit', () => {
	it('writes only what this person changed', () => {
		expect(mergeEdit({ base, mine: { ...base, notes: 'new' }, theirs: base })).toEqual({
			write: { notes: 'new' },
			conflicts: []
		});
	});
	it('keeps what another person changed in another field', () => {
		expect(mergeEdit({ base, mine: { ...base, notes: 'new' }, theirs: { ...base, line1: '2 Main St' } })).toEqual({
			write: { notes: 'new' },
			conflicts: []
		});
	});
	it('shows both versions where both changed the same field', () => {
		expect(mergeEdit({ base, mine: { ...base, notes: 'a' }, theirs: { ...base, notes: 'b' } }).conflicts).toEqual([
			{ field: 'notes', mine: 'a', theirs: 'b' }
		]);
	});
	it('sees no conflict where both typed the same', () => {
		const same = { ...base, notes: 'same' };
		expect(mergeEdit({ base, mine: same, theirs: same })).toEqual({ write: {}, conflicts: [] });
	});
});
