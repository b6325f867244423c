import { logCsv } from '#admin/audit/log-csv.ts';
import { logQuestion } from '#admin/audit/log.server.ts';
import { readLog } from '#admin/audit/log.ts';
import { allowed, readerOf } from '#admin/identity/visitor.server.ts';
import { exportList } from '#admin/platform/export.server.ts';
import { pages } from '#admin/platform/navigation.ts';
import type { RequestHandler } from './$types';

const pageSize = 500;

/** The log of the same address, all of its pages, as CSV. */
export const GET: RequestHandler = async (event) => {
	const visitor = await allowed(event, ...pages.audit.needs);
	const question = await logQuestion(event, visitor);
	return exportList(
		'audit',
		logCsv(visitor.stations),
		(cursor) => readLog(readerOf(event), { ...question, state: { ...question.state, cursor } }, pageSize),
		(row) => ({ value: row.occurred_at, id: row.id }),
		question.timezone
	);
};
