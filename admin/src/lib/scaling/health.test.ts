import { describe, expect, it } from 'vitest';
import { figure, sparkline, trendInWords } from './health.ts';

describe('scaling health', () => {
	it('says figures with their unit', () => {
		expect(figure(71.54, '%')).toBe('71.5 %');
		expect(figure(500_000, 'count')).toBe('500,000');
		expect(figure(300, 'USD')).toBe('$300');
		expect(figure(0.012, 'GB')).toBe('0.01 GB');
		expect(figure(720, 's')).toBe('12 min');
		expect(figure(3, 's')).toBe('3 s');
	});
	it('draws a trend within its box, the highest on top', () => {
		expect(sparkline([0, 10, 5], 100, 20)).toBe('M0 20L50 0L100 10');
		expect(sparkline([4, 4], 100, 20)).toBe('M0 10L100 10');
		expect(sparkline([4], 100, 20)).toBe('');
	});
	it('tells the trend in words as well', () => {
		expect(trendInWords([1, 2, 3], 'count')).toBe('From 1 to 3 over the last 3 checks');
		expect(trendInWords([1], 'count')).toBe('No trend yet');
	});
});
