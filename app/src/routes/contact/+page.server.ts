import { fail, redirect } from '@sveltejs/kit';
import { sendMessage } from '#app/site/contact.server.ts';
import type { Actions } from './$types';

export const actions: Actions = {
	default: async ({ request, locals }) => {
		const outcome = await sendMessage(locals.supabase, await request.formData());
		if (!outcome.sent) return fail(outcome.status, outcome);
		// A page of its own, so that reloading it sends nothing twice.
		redirect(303, '/contact?sent=1#email-us');
	}
};
