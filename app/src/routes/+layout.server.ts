import { siteSettings } from '#app/site/site.server.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = () => ({ site: siteSettings() });
