/** The tax report by mail, to whoever asked for it. */
import { formatCents } from '../money.ts';
import { formatRate, periodName, type TaxReport } from '../../tax/report.ts';
import { layOut, type Mail } from './layout.ts';

/** @param reportUrl The same report in the panel. */
export function taxReportMail(report: TaxReport, reportUrl: string): Mail {
	const period = periodName(report.from, report.to);
	const { orders, revenue_cents, tax_cents } = report.total;
	const { unsettled } = report;
	return layOut({
		subject: `Tax report ${period}`,
		preview: `${formatCents(tax_cents)} of tax on ${formatCents(revenue_cents)}.`,
		heading: `Tax of ${period}`,
		blocks: [
			{
				kind: 'prices',
				rows: [
					...report.rows.map(
						(row) =>
							[
								`${row.county}, ${row.state} at ${formatRate(row.rate)} (${row.orders})`,
								formatCents(row.tax_cents)
							] as const
					),
					['Tax in all', formatCents(tax_cents)]
				]
			},
			{
				kind: 'facts',
				rows: [
					['Orders', String(orders)],
					['Revenue', formatCents(revenue_cents)]
				]
			},
			...(unsettled.orders > 0
				? [
						{
							kind: 'paragraph' as const,
							text: `${unsettled.orders} more (${formatCents(unsettled.revenue_cents)}) wait for a county or a rate and are not in these figures.`
						}
					]
				: []),
			{ kind: 'button', label: 'Open the report', url: reportUrl },
			{ kind: 'small', text: 'The figures are attached as CSV.' }
		],
		footer: 'You get this because you asked for it in the panel.'
	});
}
