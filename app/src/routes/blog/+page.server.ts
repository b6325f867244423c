import { posts } from '#app/content/blog.server.ts';
import { cachePublicly } from '#app/site/cache.server.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = (event) => {
	cachePublicly(event, 600);
	return { posts };
};
