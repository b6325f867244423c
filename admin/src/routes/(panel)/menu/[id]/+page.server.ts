import { readTimeline } from '#admin/audit/timeline.server.ts';
import { homeTimezone } from '#admin/booking/list.ts';
import { menuItemActions, readMenuItem, readPrices } from '#admin/catalog/menu.server.ts';
import { itemFields } from '#admin/catalog/schema.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { pages } from '#admin/platform/navigation.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:menu');
	const { access } = await allowed(event, ...pages.menu.needs);
	const api = apiOf(event);
	const item = await readMenuItem(api, event.params.id);
	const [prices, timeline] = await Promise.all([
		access.can('pricing.read') ? readPrices(api) : [],
		access.can('audit.read') ? readTimeline(api, 'menu_items', item.id, homeTimezone, new Map()) : null
	]);
	return { item, fields: itemFields(item), prices, timeline, timezone: homeTimezone };
};

export const actions: Actions = menuItemActions;
