import { menuActions, readMenu, readPrices } from '#admin/catalog/menu.server.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { pages } from '#admin/platform/navigation.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:menu');
	const { access } = await allowed(event, ...pages.menu.needs);
	const api = apiOf(event);
	const [items, prices] = await Promise.all([readMenu(api), access.can('pricing.read') ? readPrices(api) : []]);
	return { items, prices };
};

export const actions: Actions = menuActions;
