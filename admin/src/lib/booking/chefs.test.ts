import { describe, expect, it } from 'vitest';
import { overlap, readPeriod } from './chefs.ts';

describe('a reservation’s period', () => {
	it('is read as PostgreSQL prints it', () => {
		expect(readPeriod('["2026-12-13 00:30:00+00","2026-12-13 06:30:00+00")')).toEqual({
			from: Date.UTC(2026, 11, 13, 0, 30),
			to: Date.UTC(2026, 11, 13, 6, 30)
		});
	});
	it('is none where it is not bounded', () => {
		expect([readPeriod('empty'), readPeriod('["2026-12-13 00:30:00+00",)')]).toEqual([null, null]);
	});
	it('does not overlap the one that begins where it ends', () => {
		expect(overlap({ from: 1, to: 2 }, { from: 2, to: 3 })).toBe(false);
		expect(overlap({ from: 1, to: 3 }, { from: 2, to: 4 })).toBe(true);
	});
});
