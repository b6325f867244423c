import type { CsvColumn } from '#admin/platform/csv.ts';
import { encodeCursor, type Cursor } from '#admin/platform/cursor.ts';
import { Route } from '#admin/platform/routes.ts';
import {
	dollars,
	monthPeriod,
	percentOf,
	periodName,
	quarterPeriod,
	type Period,
	type TaxReportOrder,
	type TaxReportRow
} from '#shared/tax/report.ts';

/** What names a row of the report. */
export type ReportRow = Pick<TaxReportRow, 'state' | 'county' | 'rate'>;

/** The report's address: a period, a row whose orders are shown, a place among them. */
export function reportHref(
	{ from, to }: Period,
	row: ReportRow | null = null,
	cursor: Cursor | null = null,
	path: string = Route.taxReport
): string {
	const query = new URLSearchParams({ from, to });
	if (row) {
		query.set('state', row.state);
		query.set('county', row.county);
		query.set('rate', String(row.rate));
	}
	if (cursor) query.set('after', encodeCursor(cursor));
	return `${path}?${query}`;
}

/** The months and quarters that are asked for most, this one first, each with its name. */
export function presets(today: string): { name: string; period: Period }[] {
	const [year = 0, month = 1] = today.split('-').map(Number);
	const quarter = Math.ceil(month / 3);
	const periods = [
		monthPeriod(year, month),
		monthPeriod(year, month - 1),
		quarterPeriod(year, quarter),
		...[1, 2, 3].map((back) => quarterPeriod(year, quarter - back))
	];
	return periods.map((period) => ({ name: periodName(period.from, period.to), period }));
}

export const orderCsv: readonly CsvColumn<TaxReportOrder>[] = [
	{ label: 'Booking', value: ({ reference }) => reference },
	{ label: 'Event', value: ({ event_date }) => event_date },
	{ label: 'Status', value: ({ status }) => status },
	{ label: 'ZIP', value: ({ zip }) => zip },
	{ label: 'County', value: ({ county }) => county },
	{ label: 'State', value: ({ state }) => state },
	{ label: 'Rate %', value: ({ rate }) => percentOf(rate) },
	{ label: 'Revenue', value: ({ revenue_cents }) => dollars(revenue_cents) },
	{ label: 'Before tax', value: ({ pre_tax_cents }) => dollars(pre_tax_cents) },
	{ label: 'Tax', value: ({ tax_cents }) => dollars(tax_cents) }
];
