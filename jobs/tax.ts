/** Jobs of tax: the report by mail. */
import { z } from 'zod';
import { taxReportMail } from '#shared/platform/mail/tax.ts';
import { reportTable, taxReport } from '#shared/tax/report.ts';
import { defineJob, type AnyJob } from './job.ts';

/** Mails the report to whoever asked, if they still may have it. */
const report = defineJob({
	queue: 'tax-report',
	payload: z.object({
		v: z.literal(1),
		from: z.iso.date(),
		to: z.iso.date(),
		user_id: z.uuid(),
		asked_at: z.string()
	}),
	async run({ from, to, user_id, asked_at }, { db, send, adminUrl }) {
		const [row] = await db.query<{ mail: { email: string; report: unknown } | null }>(
			'select private.tax_report_mail($1, $2, $3) as mail',
			[from, to, user_id]
		);
		if (!row?.mail) return 'moot';
		const figures = taxReport.parse(row.mail.report);
		const url = new URL('/tax/report', adminUrl);
		url.search = new URLSearchParams({ from, to }).toString();
		const csv = reportTable(figures)
			.map((fields) => fields.map((text) => `"${text.replaceAll('"', '""')}"`).join(','))
			.join('\r\n');
		await send({
			...taxReportMail(figures, url.href),
			to: [row.mail.email],
			messageKey: `${user_id}:${from}:${to}:${asked_at}`,
			attachments: [
				{
					filename: `tax-${from}-${to}.csv`,
					contentType: 'text/csv; charset=utf-8',
					content: Buffer.from(`\uFEFF${csv}\r\n`)
				}
			]
		});
		return 'mailed';
	}
});

export const taxJobs: AnyJob[] = [report];
