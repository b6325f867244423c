import { describe, expect, it } from 'vitest';
import { percentOf, trendOf } from './dashboard.ts';

describe('a figure beside the one before', () => {
	it('says more, less or the same in words', () => {
		expect(trendOf(12, 9, '7 days')).toEqual({ arrow: '↑', words: '3 more than in the 7 days before' });
		expect(trendOf(9, 12, '7 days')).toEqual({ arrow: '↓', words: '3 less than in the 7 days before' });
		expect(trendOf(5, 5, '30 days')).toEqual({ arrow: '=', words: 'as in the 30 days before' });
	});
	it('writes amounts the way they are given', () => {
		expect(trendOf(500, 200, '7 days', (cents) => `$${cents / 100}`).words).toContain('$3 more');
	});
	it('is no per cent of nothing', () => {
		expect(percentOf(1, 3)).toBe(33);
		expect(percentOf(0, 0)).toBeNull();
	});
});
