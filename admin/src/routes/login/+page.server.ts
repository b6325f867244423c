import { fail, redirect, type RequestEvent } from '@sveltejs/kit';
import type * as z from 'zod/mini';
import { acceptInvitations } from '#admin/identity/invitations.server.ts';
import { visitorOf } from '#admin/identity/visitor.server.ts';
import { homeFor } from '#admin/platform/navigation.ts';
import { publicConfig } from '#kit/config.ts';
import { safeNext } from '#kit/next.ts';
import { lockedMessage, signInByPassword, type SignInFailure } from '#kit/server/sign-in.ts';
import { linkForm, signInForm } from '#shared/identity/schema.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	if (await event.locals.visitor()) redirect(303, await destination(event));
	return { expired: event.url.searchParams.get('error') === 'link' };
};

export const actions: Actions = {
	password: async (event) => {
		const typed = Object.fromEntries(await event.request.formData());
		const read = signInForm.safeParse(typed);
		const email = String(typed.email ?? '');
		if (!read.success) return fail(422, { email, fields: firstMessages(read.error) });
		const outcome = await signInByPassword(event, read.data);
		if (!outcome.ok) return fail(statusOf(outcome), { email, problem: problemOf(outcome) });
		await acceptInvitations(event);
		event.locals.visitor = visitorOf(event);
		redirect(303, await destination(event));
	},

	link: async (event) => {
		const typed = Object.fromEntries(await event.request.formData());
		const read = linkForm.safeParse(typed);
		const email = String(typed.email ?? '');
		if (!read.success) return fail(422, { email, fields: firstMessages(read.error) });
		const next = safeNext(event.url.searchParams.get('next'));
		const { error } = await event.locals.supabase.auth.signInWithOtp({
			email: read.data.email,
			options: {
				shouldCreateUser: false,
				emailRedirectTo: `${publicConfig().adminUrl}/auth/confirm?next=${encodeURIComponent(next)}`
			}
		});
		// Whether there is such an account is nobody's business: only a limit or an outage is told.
		if (error && (error.status === 429 || (error.status ?? 500) >= 500)) {
			return fail(error.status ?? 500, {
				email,
				problem: problemOf({ ok: false, reason: error.status === 429 ? 'too_fast' : 'unavailable' })
			});
		}
		return { email, sent: true };
	}
};

async function destination(event: RequestEvent): Promise<string> {
	const visitor = await event.locals.visitor();
	return safeNext(event.url.searchParams.get('next'), (visitor && homeFor(visitor.access)) ?? '/');
}

function statusOf({ reason }: SignInFailure): number {
	return { locked: 429, too_fast: 429, unavailable: 503, not_confirmed: 401, wrong_password: 401 }[reason];
}

function problemOf(failure: SignInFailure): string {
	switch (failure.reason) {
		case 'locked':
			return lockedMessage(failure.minutes);
		case 'too_fast':
			return 'Too many attempts. Wait a minute, then try again.';
		case 'unavailable':
			return 'Signing in does not work at the moment. Try again in a minute.';
		case 'not_confirmed':
			return 'Confirm your e-mail address first: open the link that we sent you.';
		case 'wrong_password':
			return 'E-mail address or password is wrong. Check both, or ask for a link by e-mail.';
	}
}

function firstMessages(error: z.core.$ZodError): Record<string, string> {
	return Object.fromEntries(error.issues.toReversed().map(({ path, message }) => [path.join('.'), message]));
}
