import { allowed, readerOf } from '#admin/identity/visitor.server.ts';
import { leadCsv } from '#admin/leads/csv.ts';
import { leadQuestion } from '#admin/leads/list.server.ts';
import { readLeads } from '#admin/leads/list.ts';
import { exportList } from '#admin/platform/export.server.ts';
import { pages } from '#admin/platform/navigation.ts';
import type { RequestHandler } from './$types';

const pageSize = 500;

/** The list of the same address, all of its pages, as CSV. */
export const GET: RequestHandler = async (event) => {
	const visitor = await allowed(event, ...pages.leads.needs);
	const question = leadQuestion(event, visitor);
	return exportList(
		'leads',
		leadCsv(visitor.stations),
		(cursor) => readLeads(readerOf(event), { ...question, state: { ...question.state, cursor } }, pageSize),
		(row) => ({ value: row.created_at, id: row.id }),
		question.timezone
	);
};
