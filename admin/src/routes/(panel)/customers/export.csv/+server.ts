import { customerQuestion } from '#admin/booking/customer-list.server.ts';
import { customerCsv, readCustomers } from '#admin/booking/customer-list.ts';
import { allowed, readerOf } from '#admin/identity/visitor.server.ts';
import { exportList } from '#admin/platform/export.server.ts';
import { pages } from '#admin/platform/navigation.ts';
import type { RequestHandler } from './$types';

const pageSize = 500;

/** The list of the same address, all of its pages, as CSV. */
export const GET: RequestHandler = async (event) => {
	const visitor = await allowed(event, ...pages.customers.needs);
	const question = await customerQuestion(event, visitor);
	const by = question.state.sort.by === 'updated_at' ? 'updated_at' : 'created_at';
	return exportList(
		'customers',
		customerCsv(visitor.stations),
		(cursor) => readCustomers(readerOf(event), { ...question, state: { ...question.state, cursor } }, pageSize),
		(row) => ({ value: row[by], id: row.id }),
		question.timezone
	);
};
