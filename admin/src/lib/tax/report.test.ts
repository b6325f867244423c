import { describe, expect, it } from 'vitest';
import { presets, reportHref } from './report.ts';

describe('presets of the report', () => {
	it('are this and last month, this and the three quarters before', () => {
		expect(presets('2026-01-15').map(({ name }) => name)).toEqual([
			'January 2026',
			'December 2025',
			'Q1 2026',
			'Q4 2025',
			'Q3 2025',
			'Q2 2025'
		]);
	});
});

describe('the address of the report', () => {
	it('names period, row and place', () => {
		const period = { from: '2026-01-01', to: '2026-03-31' };
		const row = { state: 'CA', county: 'Contra Costa', rate: 0.0925 };
		expect(reportHref(period)).toBe('/tax/report?from=2026-01-01&to=2026-03-31');
		expect(reportHref(period, row, { value: '2026-02-01', id: 'x' })).toBe(
			'/tax/report?from=2026-01-01&to=2026-03-31&state=CA&county=Contra+Costa&rate=0.0925&after=2026-02-01%7Ex'
		);
	});
});
