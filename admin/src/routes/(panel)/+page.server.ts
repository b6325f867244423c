import { redirect } from '@sveltejs/kit';
import { signedIn } from '#admin/identity/visitor.server.ts';
import { Route } from '#admin/platform/routes.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	await signedIn(event);
	redirect(307, Route.bookings);
};
