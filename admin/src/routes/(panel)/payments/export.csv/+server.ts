import { allowed, readerOf } from '#admin/identity/visitor.server.ts';
import { paymentCsv } from '#admin/payments/csv.ts';
import { paymentList, readPayments } from '#admin/payments/list.ts';
import { moneyQuestion } from '#admin/payments/overview.server.ts';
import { exportList } from '#admin/platform/export.server.ts';
import { pages } from '#admin/platform/navigation.ts';
import type { RequestHandler } from './$types';

const pageSize = 500;

/** The ledger of the same address, all of its pages, as CSV. */
export const GET: RequestHandler = async (event) => {
	const visitor = await allowed(event, ...pages.payments.needs);
	const question = moneyQuestion(event, visitor, paymentList);
	return exportList(
		'ledger',
		paymentCsv(visitor.stations, question.timezone),
		(cursor) => readPayments(readerOf(event), { ...question, state: { ...question.state, cursor } }, pageSize),
		(row) => ({ value: row.occurred_at, id: row.id }),
		question.timezone
	);
};
