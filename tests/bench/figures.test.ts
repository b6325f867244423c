import { describe, expect, it } from 'vitest';
import { holds, percentile, table } from './figures.ts';

describe('percentile', () => {
	it('takes the nearest rank', () => {
		expect(percentile([5, 1, 4, 2, 3], 50)).toBe(3);
		expect(percentile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 95)).toBe(10);
		expect(percentile([7], 95)).toBe(7);
		expect(percentile([], 95)).toBeNaN();
	});
});

describe('holds', () => {
	it('a score must reach its limit, a duration must stay under it', () => {
		expect(holds({ what: 'x', measured: 96, unit: 'score', must: 95 })).toBe(true);
		expect(holds({ what: 'x', measured: 94, unit: 'score', must: 95 })).toBe(false);
		expect(holds({ what: 'x', measured: 201, unit: 'ms', must: 200 })).toBe(false);
	});
	it('a figure that was not measured does not hold', () => {
		expect(holds({ what: 'x', measured: NaN, unit: 'ms', must: 200 })).toBe(false);
	});
});

describe('table', () => {
	it('marks what is over its limit', () => {
		expect(table([{ what: 'quote', measured: 160, unit: 'ms', must: 150, aim: 40 }])).toContain(
			'| quote | 160 ms | 150 ms | 40 ms | **over** |'
		);
	});
});
