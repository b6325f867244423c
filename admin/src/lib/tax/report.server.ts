import type { RequestEvent } from '@sveltejs/kit';
import * as z from 'zod/mini';
import { homeTimezone } from '#admin/booking/list.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { action } from '#admin/platform/action.server.ts';
import { dataOf, type Api } from '#admin/platform/api.ts';
import { decodeCursor, type Cursor } from '#admin/platform/cursor.ts';
import { pages } from '#admin/platform/navigation.ts';
import { quarterPeriod, taxReport, taxReportOrders, type Period, type TaxReport } from '#shared/tax/report.ts';
import { localDate } from '#shared/platform/time.ts';
import type { ReportRow } from './report.ts';

/** What the address of the report asks for. */
export interface ReportQuestion {
	period: Period;
	/** The row whose orders are shown. */
	row: ReportRow | null;
	cursor: Cursor | null;
	today: string;
}

/** Reads the address; a period that makes no sense becomes this quarter. */
export function reportQuestion(url: URL): ReportQuestion {
	const today = localDate(new Date(), homeTimezone);
	const [from, to] = [url.searchParams.get('from'), url.searchParams.get('to')];
	const [year = 0, month = 1] = today.split('-').map(Number);
	const asked = isDay(from) && isDay(to) && from <= to;
	const row = z
		.object({ state: z.string().check(z.length(2)), county: z.string().check(z.minLength(1)), rate: z.string() })
		.safeParse(Object.fromEntries(url.searchParams));
	return {
		period: asked ? { from, to } : quarterPeriod(year, Math.ceil(month / 3)),
		row: row.success && Number.isFinite(Number(row.data.rate)) ? { ...row.data, rate: Number(row.data.rate) } : null,
		cursor: decodeCursor(url.searchParams.get('after')),
		today
	};
}

/** The report of the address; a 403 page for who may not make it. */
export async function readReport(event: RequestEvent, { from, to }: Period): Promise<TaxReport> {
	await allowed(event, ...pages.taxReport.needs);
	return taxReport.parse(dataOf(await apiOf(event).rpc('tax_report', { p_from: from, p_to: to })));
}

/** One page of the orders behind a row; behind all rows where none is named. */
export async function readOrders(api: Api, { period, row, cursor }: ReportQuestion, size = 50) {
	const answer = await api.rpc('tax_report_bookings', {
		p_from: period.from,
		p_to: period.to,
		p_limit: size,
		...(row && { p_state: row.state, p_county: row.county, p_rate: row.rate }),
		...(cursor && { p_after_date: cursor.value, p_after: cursor.id })
	});
	const { rows, has_more } = taxReportOrders.parse(dataOf(answer));
	return { rows, hasMore: has_more };
}

/** Form action: mails the report to whoever asks. */
export const mailReport = action('mail', pages.taxReport.needs, async ({ api, field }) => {
	const answer = await api.rpc('email_tax_report', { p_from: field('from'), p_to: field('to') });
	const { to } = z.object({ to: z.string() }).parse(dataOf(answer));
	return { done: `The report is on its way to ${to}.` };
});

function isDay(text: string | null): text is string {
	return /^\d{4}-\d{2}-\d{2}$/.test(text ?? '') && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));
}
