import { homeTimezone } from '#admin/booking/list.ts';
import { grantActions, readRoles, readSignIns, readUser } from '#admin/identity/users.server.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { pages } from '#admin/platform/navigation.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:user');
	const { access, stations } = await allowed(event, ...pages.users.needs);
	const api = apiOf(event);
	const [{ person, grants: held }, roles] = await Promise.all([readUser(api, event.params.id), readRoles(api)]);
	const signIns = access.can('users.manage', null) ? await readSignIns(api, person.user_id) : null;
	return { person, held, roles, signIns, timezone: stations[0]?.timezone ?? homeTimezone, asOf: Date.now() };
};

export const actions: Actions = grantActions;
