import { homeTimezone } from '#admin/booking/list.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { readListState } from '#admin/platform/list-state.ts';
import { pages } from '#admin/platform/navigation.ts';
import { setPrice } from '#admin/pricing/prices.server.ts';
import { historyList, readPriceHistory, readPriceSetters, readPrices } from '#admin/pricing/prices.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:price-history');
	await allowed(event, ...pages.pricing.needs);
	const view = readListState(historyList, event.url);
	const api = apiOf(event);
	const [page, prices] = await Promise.all([readPriceHistory(api, view), readPrices(api, Date.now())]);
	const people = await readPriceSetters(api, page.rows);
	return { view, page, people, items: prices.map(({ code, label }) => ({ code, label })), timezone: homeTimezone };
};

export const actions: Actions = { set: setPrice };
