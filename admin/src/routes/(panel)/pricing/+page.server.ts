import { homeTimezone } from '#admin/booking/list.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { pages } from '#admin/platform/navigation.ts';
import { priceActions } from '#admin/pricing/prices.server.ts';
import { readPrices } from '#admin/pricing/prices.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:pricing');
	await allowed(event, ...pages.pricing.needs);
	const prices = await readPrices(apiOf(event), Date.now());
	return { prices, chosen: event.url.searchParams.get('code') ?? prices[0]?.code ?? '', timezone: homeTimezone };
};

export const actions: Actions = priceActions;
