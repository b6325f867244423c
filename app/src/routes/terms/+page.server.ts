import { loadCatalog } from '#app/catalog/catalog.server.ts';
import { cachePublicly } from '#app/site/cache.server.ts';
import { centsOf } from '#app/site/menu.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const catalog = await loadCatalog(event.locals.supabase).catch(() => null);
	if (catalog) cachePublicly(event);
	return {
		deposit: catalog && centsOf(catalog.prices, 'deposit'),
		noticeHours: catalog?.stations.length
			? Math.min(...catalog.stations.map((station) => station.min_notice_hours))
			: null
	};
};
