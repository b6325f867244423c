import { readMatrix, readPreview, roleActions } from '#admin/identity/roles.server.ts';
import { readRoles } from '#admin/identity/users.server.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { pages } from '#admin/platform/navigation.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:roles');
	const { stations } = await allowed(event, ...pages.roles.needs);
	const api = apiOf(event);
	const [roles, matrix] = await Promise.all([readRoles(api), readMatrix(api)]);
	return { roles, ...matrix, preview: await readPreview(api, event.url, roles, stations) };
};

export const actions: Actions = roleActions;
