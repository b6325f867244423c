import { error, fail, redirect, type RequestEvent } from '@sveltejs/kit';
import * as z from 'zod/mini';
import { dataOf } from '#admin/platform/api.ts';
import { homeFor } from '#admin/platform/navigation.ts';
import { publicConfig } from '#kit/config.ts';
import { openedInvitation, type OpenedInvitation } from './schema.ts';
import { apiOf, visitorOf } from './visitor.server.ts';

/**
 * Takes up the invitations to the e-mail that has just signed in, if there are any; the database asks whether it is
 * verified. Never stands in the way of signing in: an invitation that failed stays open for the next time.
 */
export async function acceptInvitations(event: RequestEvent): Promise<void> {
	const { error: problem } = await apiOf(event).rpc('accept_invitations');
	if (!problem) return;
	const { requestId } = event.locals;
	console.error(JSON.stringify({ level: 'error', requestId, message: `accept_invitations: ${problem.message}` }));
}

/** What the link of a mail opens, and as whom the browser is signed in. */
export async function openInvitation(event: RequestEvent) {
	const invitation = await readInvitation(event);
	const user = await event.locals.user();
	return { invitation, signedInAs: user?.email ?? null };
}

/** Who is signed in with the invited address takes the role up and goes in. */
export async function acceptHere(event: RequestEvent): Promise<never> {
	await acceptInvitations(event);
	const visitor = await visitorOf(event)();
	redirect(303, (visitor && homeFor(visitor.access)) ?? '/');
}

/** Mails a link that signs in, and makes the account where there is none: only the invited address gets it. */
export async function sendLink(event: RequestEvent) {
	const { email, state } = await readInvitation(event);
	if (state !== 'open') return fail(409, { problem: 'This invitation can no longer be accepted.' });
	const { error: problem } = await event.locals.supabase.auth.signInWithOtp({
		email,
		options: { shouldCreateUser: true, emailRedirectTo: `${publicConfig().adminUrl}/auth/confirm?next=/` }
	});
	if (!problem) return { sent: true };
	return problem.status === 429
		? fail(429, { problem: 'A link was sent a moment ago. Look into your mailbox, or try again in a minute.' })
		: fail(503, { problem: 'Sending the link does not work at the moment. Try again in a minute.' });
}

async function readInvitation(event: RequestEvent): Promise<OpenedInvitation> {
	const answer = await apiOf(event).rpc('invitation_for_token', { p_token: event.params.token ?? '' });
	const found = z.nullable(openedInvitation).parse(dataOf(answer));
	if (!found)
		error(404, { code: 'NOT_FOUND', message: 'This invitation is not known. Use the link of the newest mail.' });
	return found;
}
