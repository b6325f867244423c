import { redirect } from '@sveltejs/kit';
import { signOut } from '#app/identity/session.server.ts';
import type { Actions, PageServerLoad } from './$types';

/** Only a post signs out: an address that does could be called by any page. */
export const load: PageServerLoad = () => redirect(303, '/account');

export const actions: Actions = { default: signOut };
