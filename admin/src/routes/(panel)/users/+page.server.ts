import { readInvitations, readRoles, readUsers, userActions } from '#admin/identity/users.server.ts';
import { userList } from '#admin/identity/users.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { readListState } from '#admin/platform/list-state.ts';
import { pages } from '#admin/platform/navigation.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:users');
	await allowed(event, ...pages.users.needs);
	const api = apiOf(event);
	const view = readListState(userList, event.url);
	const [page, roles, invitations] = await Promise.all([readUsers(api, view), readRoles(api), readInvitations(api)]);
	return { view, page, roles, invitations, asOf: Date.now() };
};

export const actions: Actions = userActions;
