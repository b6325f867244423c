import { fail, type RequestEvent } from '@sveltejs/kit';
import type { Failed, Finished } from '#admin/platform/action.ts';
import { passwordForm } from '#shared/identity/schema.ts';
import { signedIn } from './visitor.server.ts';

/** Sets a new password for whoever is signed in: who joined by a link has none yet. */
export async function choosePassword(event: RequestEvent) {
	await signedIn(event);
	const read = passwordForm.safeParse(Object.fromEntries(await event.request.formData()));
	if (!read.success) return refused(read.error.issues[0]?.message ?? 'Choose another password.');
	const { error } = await event.locals.supabase.auth.updateUser(read.data);
	if (!error) return { action: 'password', done: 'Your new password holds from now on.' } satisfies Finished;
	return refused(
		error.code === 'same_password' ? 'That is your password already.' : 'Choose a longer or less common password.'
	);
}

function refused(message: string) {
	const problem = {
		code: 'INVALID_REQUEST',
		message,
		hint: null,
		fields: { password: message },
		details: null
	} as const;
	// What was typed is a password: it is not sent back.
	return fail<Failed>(422, { action: 'password', problem, typed: {} });
}
