import { publicConfig } from '#kit/config.ts';
import type { LayoutServerLoad } from './$types';

/** What the browser needs to listen and to read for itself; both are public. */
export const load: LayoutServerLoad = () => {
	const { apiUrl, publishableKey } = publicConfig();
	return { api: { url: apiUrl, key: publishableKey } };
};
