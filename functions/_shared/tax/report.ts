/** The tax report: its answer, its periods, and its rows as CSV. Amounts in cents, rates as fractions. */
import * as z from 'zod/mini';

const sums = {
	orders: z.int(),
	revenue_cents: z.int(),
	pre_tax_cents: z.int(),
	tax_cents: z.int()
};

export const taxReportRow = z.object({ state: z.string(), county: z.string(), rate: z.number(), ...sums });
export type TaxReportRow = z.infer<typeof taxReportRow>;

/** What `tax_report` answers. The rows add up to the total; what has no figures is apart. */
export const taxReport = z.object({
	from: z.string(),
	to: z.string(),
	rows: z.array(taxReportRow),
	total: z.object(sums),
	unsettled: z.object({ orders: z.int(), revenue_cents: z.int() })
});
export type TaxReport = z.infer<typeof taxReport>;

export const taxReportOrder = z.object({
	booking_id: z.string(),
	reference: z.string(),
	event_date: z.string(),
	status: z.enum(['confirmed', 'completed']),
	zip: z.string(),
	state: z.string(),
	county: z.string(),
	rate: z.number(),
	revenue_cents: z.int(),
	pre_tax_cents: z.int(),
	tax_cents: z.int()
});
export type TaxReportOrder = z.infer<typeof taxReportOrder>;

/** What `tax_report_bookings` answers. */
export const taxReportOrders = z.object({ rows: z.array(taxReportOrder), has_more: z.boolean() });

/** A rate as people read it: `0.09125` → `9.125 %`. */
export function formatRate(rate: number): string {
	return `${percentOf(rate)} %`;
}

/** A rate in per cent, without the rounding errors of binary fractions: `0.1025` → `10.25`. */
export function percentOf(rate: number): string {
	return String(Number((rate * 100).toFixed(4)));
}

/** Per cent as typed (`9.125`, `9.125 %`) as the text of an exact fraction (`0.09125`); null where it is no such number. */
export function fractionOf(percent: string): string | null {
	const [, whole, decimals = ''] = /^(\d{1,2})(?:\.(\d{1,4}))?\s*%?$/.exec(percent.trim()) ?? [];
	if (whole === undefined) return null;
	const digits = whole.padStart(2, '0') + decimals;
	return `0.${digits}`;
}

/** Cents as a plain number of dollars for spreadsheets: `7118` → `71.18`. */
export function dollars(cents: number): string {
	const sign = cents < 0 ? '-' : '';
	const text = String(Math.abs(cents)).padStart(3, '0');
	return `${sign}${text.slice(0, -2)}.${text.slice(-2)}`;
}

/** The period's days as people name it: `Q4 2026`, `November 2026`, else both days. */
export function periodName(from: string, to: string): string {
	const [year = 0, month = 1] = from.split('-').map(Number);
	const named = { month: monthPeriod(year, month), quarter: quarterPeriod(year, Math.ceil(month / 3)) };
	if (named.quarter.from === from && named.quarter.to === to) return `Q${Math.ceil(month / 3)} ${year}`;
	if (named.month.from === from && named.month.to === to) {
		return new Intl.DateTimeFormat('en-US', { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
			new Date(`${from}T00:00:00Z`)
		);
	}
	return `${from} to ${to}`;
}

export interface Period {
	from: string;
	to: string;
}

/** A calendar month, 1–12. */
export function monthPeriod(year: number, month: number): Period {
	return { from: dayText(year, month, 1), to: dayText(year, month + 1, 0) };
}

/** A calendar quarter, 1–4. */
export function quarterPeriod(year: number, quarter: number): Period {
	return { from: dayText(year, quarter * 3 - 2, 1), to: dayText(year, quarter * 3 + 1, 0) };
}

function dayText(year: number, month: number, day: number): string {
	return new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10);
}

/** The report as lines of text fields, headed, the total last. */
export function reportTable({ rows, total }: TaxReport): string[][] {
	return [
		['State', 'County', 'Rate %', 'Orders', 'Revenue', 'Before tax', 'Tax'],
		...rows.map((row) => [
			row.state,
			row.county,
			percentOf(row.rate),
			String(row.orders),
			dollars(row.revenue_cents),
			dollars(row.pre_tax_cents),
			dollars(row.tax_cents)
		]),
		[
			'Total',
			'',
			'',
			String(total.orders),
			dollars(total.revenue_cents),
			dollars(total.pre_tax_cents),
			dollars(total.tax_cents)
		]
	];
}
