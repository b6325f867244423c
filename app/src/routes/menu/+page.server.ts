import { loadCatalog } from '#app/catalog/catalog.server.ts';
import { cachePublicly } from '#app/site/cache.server.ts';
import { menuSections, readFilter } from '#app/site/menu.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const catalog = await loadCatalog(event.locals.supabase).catch(() => null);
	if (catalog) cachePublicly(event);
	const filter = readFilter(event.url.searchParams);
	return { filter, sections: catalog && menuSections(catalog, filter) };
};
