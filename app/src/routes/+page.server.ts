import { loadCatalog } from '#app/catalog/catalog.server.ts';
import { cachePublicly } from '#app/site/cache.server.ts';
import { frontPageCatalog } from '#app/site/front-page.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	// The front page stands without the database too: it then leaves prices to the quote page.
	const catalog = await loadCatalog(event.locals.supabase).catch(() => null);
	if (catalog) cachePublicly(event);
	return { catalog: catalog && frontPageCatalog(catalog) };
};
