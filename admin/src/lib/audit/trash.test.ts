import { describe, expect, it } from 'vitest';
import { choiceOf, daysLeft } from './trash.ts';

describe('the trash', () => {
	it('counts whole days, and never below none', () => {
		const now = Date.parse('2026-11-22T12:00:00Z');
		expect(daysLeft('2026-12-22T12:00:00Z', now)).toBe(30);
		expect(daysLeft('2026-12-22T11:59:00Z', now)).toBe(29);
		expect(daysLeft('2026-11-20T12:00:00Z', now)).toBe(0);
	});
	it('reads the choice of a booking whose chef is taken, and nothing from other problems', () => {
		const details = { chef: { name: 'Kenji' }, held_by: { booking_id: 'b', reference: 'MH-ABCDE' }, free: [] };
		expect(choiceOf(details)?.held_by?.reference).toBe('MH-ABCDE');
		expect(choiceOf(null)).toBeNull();
	});
});
