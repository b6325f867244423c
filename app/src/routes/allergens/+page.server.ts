import { loadCatalog } from '#app/catalog/catalog.server.ts';
import { cachePublicly } from '#app/site/cache.server.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const catalog = await loadCatalog(event.locals.supabase).catch(() => null);
	if (catalog) cachePublicly(event);
	return { menu: catalog?.menu.map(({ code, name, allergens, diets }) => ({ code, name, allergens, diets })) ?? null };
};
