import { error } from '@sveltejs/kit';
import { allowed } from '#admin/identity/visitor.server.ts';
import { pages } from '#admin/platform/navigation.ts';
import { readGuide } from '#admin/scaling/guides.server.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	await allowed(event, ...pages.scaling.needs);
	return readGuide(event.params.guide) ?? error(404, 'There is no such guide.');
};
