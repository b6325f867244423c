import { redirect } from '@sveltejs/kit';
import { Route } from '#admin/platform/routes.ts';
import type { RequestHandler } from './$types';

/** Ends this browser's session only. */
export const POST: RequestHandler = async ({ locals }) => {
	await locals.supabase.auth.signOut({ scope: 'local' });
	redirect(303, Route.login);
};
