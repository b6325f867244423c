import { createItem, readPrices } from '#admin/catalog/menu.server.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const { access } = await allowed(event, 'menu.write');
	return { prices: access.can('pricing.read') ? await readPrices(apiOf(event)) : [] };
};

export const actions: Actions = { create: createItem };
