import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	dollars,
	formatRate,
	fractionOf,
	monthPeriod,
	percentOf,
	periodName,
	quarterPeriod,
	reportTable,
	type TaxReport
} from './report.ts';

describe('rates', () => {
	it('are shown as per cent', () => {
		expect([0.1025, 0.09125, 0.08625, 0, 0.0875].map(formatRate)).toEqual([
			'10.25 %',
			'9.125 %',
			'8.625 %',
			'0 %',
			'8.75 %'
		]);
	});
	it('are typed as per cent and sent as exact fractions', () => {
		expect(['9.125', ' 10.25 % ', '7', '0.5%'].map(fractionOf)).toEqual(['0.09125', '0.1025', '0.07', '0.005']);
		expect(['', '-1', '9,125', '100', '1.23456', '0x1', 'ten'].map(fractionOf)).toEqual(Array(7).fill(null));
	});
	it('come back as they were typed', () => {
		fc.assert(
			fc.property(fc.integer({ min: 0, max: 300_000 }), (millionths) => {
				const typed = String(millionths / 10_000);
				expect(percentOf(Number(fractionOf(typed)))).toBe(typed);
			})
		);
	});
});

describe('periods', () => {
	it('are whole months and quarters', () => {
		expect(monthPeriod(2028, 2)).toEqual({ from: '2028-02-01', to: '2028-02-29' });
		expect(monthPeriod(2026, 12)).toEqual({ from: '2026-12-01', to: '2026-12-31' });
		expect(quarterPeriod(2026, 4)).toEqual({ from: '2026-10-01', to: '2026-12-31' });
	});
	it('have names', () => {
		expect(periodName('2026-10-01', '2026-12-31')).toBe('Q4 2026');
		expect(periodName('2026-11-01', '2026-11-30')).toBe('November 2026');
		expect(periodName('2026-11-02', '2026-11-30')).toBe('2026-11-02 to 2026-11-30');
	});
});

describe('the table of a report', () => {
	it('ends with the total, in dollars to the cent', () => {
		const sums = { orders: 1, revenue_cents: 85118, pre_tax_cents: 78000, tax_cents: 7118 };
		const report: TaxReport = {
			from: '2026-10-01',
			to: '2026-12-31',
			rows: [{ state: 'CA', county: 'Santa Clara', rate: 0.09125, ...sums }],
			total: sums,
			unsettled: { orders: 0, revenue_cents: 0 }
		};
		expect(reportTable(report).slice(1)).toEqual([
			['CA', 'Santa Clara', '9.125', '1', '851.18', '780.00', '71.18'],
			['Total', '', '', '1', '851.18', '780.00', '71.18']
		]);
	});
	it('writes any amount of cents', () =>
		expect([0, 5, -5, 100, -123456].map(dollars)).toEqual(['0.00', '0.05', '-0.05', '1.00', '-1234.56']));
});
