import { homeTimezone } from '#admin/booking/list.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { exportList } from '#admin/platform/export.server.ts';
import { readListState } from '#admin/platform/list-state.ts';
import { pages } from '#admin/platform/navigation.ts';
import { historyCsv, historyList, readPriceHistory } from '#admin/pricing/prices.ts';
import type { RequestHandler } from './$types';

const pageSize = 500;

/** The whole history of the same address as CSV. */
export const GET: RequestHandler = async (event) => {
	await allowed(event, ...pages.pricing.needs);
	const state = readListState(historyList, event.url);
	return exportList(
		'price-history',
		historyCsv,
		(cursor) => readPriceHistory(apiOf(event), { ...state, cursor }, pageSize),
		(row) => ({ value: row.changed_at, id: row.id }),
		homeTimezone
	);
};
