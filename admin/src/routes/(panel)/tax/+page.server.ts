import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { homeTimezone } from '#admin/booking/list.ts';
import { readListState } from '#admin/platform/list-state.ts';
import { pages } from '#admin/platform/navigation.ts';
import { rateList, readFlagged, readRates } from '#admin/tax/rates.ts';
import { saveRate, settleTax } from '#admin/tax/rates.server.ts';
import { localDate } from '#shared/platform/time.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:tax');
	await allowed(event, ...pages.tax.needs);
	const api = apiOf(event);
	const view = readListState(rateList, event.url);
	const [page, flagged] = await Promise.all([readRates(api, view), readFlagged(api)]);
	return { view, page, flagged, today: localDate(new Date(), homeTimezone) };
};

export const actions: Actions = { save: saveRate, settle: settleTax };
