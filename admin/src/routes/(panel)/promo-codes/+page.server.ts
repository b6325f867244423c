import { homeTimezone } from '#admin/booking/list.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { readListState } from '#admin/platform/list-state.ts';
import { pages } from '#admin/platform/navigation.ts';
import { promoList, readPromos } from '#admin/pricing/promo.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:promo-codes');
	await allowed(event, ...pages.promoCodes.needs);
	const view = readListState(promoList, event.url);
	const asOf = new Date().toISOString();
	return { view, asOf, timezone: homeTimezone, page: await readPromos(apiOf(event), view) };
};
