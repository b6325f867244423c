import { redirect } from '@sveltejs/kit';
import { safeNext } from '#kit/next.ts';
import { acceptInvitations } from '#admin/identity/invitations.server.ts';
import { recordSignIn } from '#kit/server/sign-in.ts';
import { Route } from '#admin/platform/routes.ts';
import type { RequestHandler } from './$types';

const linkTypes = ['magiclink', 'email', 'invite', 'recovery', 'signup'] as const;

/** Where the link of a sign-in e-mail ends: a PKCE code, or a token hash, becomes a session. */
export const GET: RequestHandler = async (event) => {
	const { url, locals } = event;
	const next = safeNext(url.searchParams.get('next'));
	const code = url.searchParams.get('code');
	const tokenHash = url.searchParams.get('token_hash');
	const type = linkTypes.find((known) => known === url.searchParams.get('type'));
	const { auth } = locals.supabase;
	const signedIn =
		(code && !(await auth.exchangeCodeForSession(code)).error) ||
		(tokenHash && type && !(await auth.verifyOtp({ token_hash: tokenHash, type })).error);
	if (signedIn) {
		await Promise.all([recordSignIn(event, 'link'), acceptInvitations(event)]);
		redirect(303, next);
	}
	redirect(303, `${Route.login}?error=link&next=${encodeURIComponent(next)}`);
};
