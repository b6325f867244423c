import { homeTimezone } from '#admin/booking/list.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { exportList } from '#admin/platform/export.server.ts';
import { readListState } from '#admin/platform/list-state.ts';
import { pages } from '#admin/platform/navigation.ts';
import { rateCsv, rateList, readRates } from '#admin/tax/rates.ts';
import type { RequestHandler } from './$types';

/** The rates of the same address, all pages, as the import reads them. */
export const GET: RequestHandler = async (event) => {
	await allowed(event, ...pages.tax.needs);
	const view = readListState(rateList, event.url);
	return exportList(
		'tax-rates',
		rateCsv,
		(cursor) => readRates(apiOf(event), { ...view, cursor }, 500),
		(row) => ({ value: view.sort.by === 'county' ? row.county : row.effective_from, id: row.id }),
		homeTimezone
	);
};
