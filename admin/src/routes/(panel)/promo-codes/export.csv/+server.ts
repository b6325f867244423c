import { homeTimezone } from '#admin/booking/list.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { exportList } from '#admin/platform/export.server.ts';
import { readListState } from '#admin/platform/list-state.ts';
import { pages } from '#admin/platform/navigation.ts';
import { promoCsv, promoList, readPromos } from '#admin/pricing/promo.ts';
import type { RequestHandler } from './$types';

const pageSize = 500;

/** The list of the same address, all of its pages, as CSV. */
export const GET: RequestHandler = async (event) => {
	await allowed(event, ...pages.promoCodes.needs);
	const state = readListState(promoList, event.url);
	return exportList(
		'promo-codes',
		promoCsv,
		(cursor) => readPromos(apiOf(event), { ...state, cursor }, pageSize),
		(row) => ({ value: row.created_at, id: row.id }),
		homeTimezone
	);
};
