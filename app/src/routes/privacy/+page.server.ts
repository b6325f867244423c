import { cachePublicly } from '#app/site/cache.server.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = (event) => cachePublicly(event, 600);
