import { homeTimezone } from '#admin/booking/list.ts';
import { apiOf } from '#admin/identity/visitor.server.ts';
import { csvLine, csvResponse } from '#admin/platform/csv.ts';
import { exportList } from '#admin/platform/export.server.ts';
import { orderCsv } from '#admin/tax/report.ts';
import { readOrders, readReport, reportQuestion } from '#admin/tax/report.server.ts';
import { reportTable } from '#shared/tax/report.ts';
import type { RequestHandler } from './$types';

/** The report of the same address; the orders of a row where the address names one. */
export const GET: RequestHandler = async (event) => {
	const question = reportQuestion(event.url);
	const report = await readReport(event, question.period);
	const { from, to } = question.period;
	if (question.row) {
		const place = question.row.county.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
		return exportList(
			`tax-orders-${place}-${from}-${to}`,
			orderCsv,
			(cursor) => readOrders(apiOf(event), { ...question, cursor }, 500),
			(row) => ({ value: row.event_date, id: row.booking_id }),
			homeTimezone
		);
	}
	const text = `\uFEFF${reportTable(report).map(csvLine).join('')}`;
	const body = new Response(text).body ?? new ReadableStream<Uint8Array<ArrayBuffer>>();
	return csvResponse(`tax-${from}-${to}`, question.today, body);
};
