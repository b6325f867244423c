import { redirect } from '@sveltejs/kit';
import { choosePassword } from '#app/identity/session.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => {
	if (!(await locals.user())) redirect(303, '/auth/reset');
};

export const actions: Actions = { default: choosePassword };
