import { homeTimezone } from '#admin/booking/list.ts';
import { allowed } from '#admin/identity/visitor.server.ts';
import { promoFields } from '#admin/pricing/promo.ts';
import { newPromoActions } from '#admin/pricing/promo.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const { stations } = await allowed(event, 'promo_codes.write');
	return { stations, fields: promoFields(null, homeTimezone) };
};

export const actions: Actions = newPromoActions;
