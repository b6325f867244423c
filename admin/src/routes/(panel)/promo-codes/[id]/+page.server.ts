import { homeTimezone } from '#admin/booking/list.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { pages } from '#admin/platform/navigation.ts';
import { promoFields } from '#admin/pricing/promo.ts';
import { promoActions, readPromo, readRedemptions } from '#admin/pricing/promo.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:promo-code');
	const { stations } = await allowed(event, ...pages.promoCodes.needs);
	const api = apiOf(event);
	const [promo, redemptions] = await Promise.all([
		readPromo(api, event.params.id),
		readRedemptions(api, event.params.id)
	]);
	return {
		promo,
		redemptions,
		stations,
		timezone: homeTimezone,
		fields: promoFields(promo, homeTimezone),
		asOf: Date.now()
	};
};

export const actions: Actions = promoActions;
