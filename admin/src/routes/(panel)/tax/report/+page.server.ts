import { apiOf } from '#admin/identity/visitor.server.ts';
import { mailReport, readOrders, readReport, reportQuestion } from '#admin/tax/report.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:tax');
	const question = reportQuestion(event.url);
	const report = await readReport(event, question.period);
	const { row, today, cursor } = question;
	return { report, row, today, further: cursor !== null, orders: row && (await readOrders(apiOf(event), question)) };
};

export const actions: Actions = { mail: mailReport };
