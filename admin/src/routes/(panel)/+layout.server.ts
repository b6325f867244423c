import { signedIn } from '#admin/identity/visitor.server.ts';
import type { LayoutServerLoad } from './$types';

/** Who is signed in, for the shell. Each page asks for its own permission. */
export const load: LayoutServerLoad = async (event) => {
	event.depends('admin:visitor');
	const { userId, name, email, roles, access, stations } = await signedIn(event);
	return { me: { userId, name, email, roles }, grants: access.grants, stations };
};
