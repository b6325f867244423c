import { json, type RequestHandler } from '@sveltejs/kit';
import type { Locals } from './handle.ts';

/**
 * `GET /session/token`: a short-lived access token for the page's own REST and Realtime calls, `{token, expiresAt}` with
 * `expiresAt` in ms since the epoch; `{token: null}` when signed out. Same-origin only: the refresh token stays in the
 * HttpOnly cookie.
 */
export const sessionToken: RequestHandler = async (event) => {
	const site = event.request.headers.get('sec-fetch-site');
	const locals = event.locals as Locals;
	const headers = { 'cache-control': 'no-store' };
	if (site && site !== 'same-origin') return json({ token: null, expiresAt: null }, { status: 403, headers });
	if (!(await locals.user())) return json({ token: null, expiresAt: null }, { headers });
	const { data } = await locals.supabase.auth.getSession();
	const session = data.session;
	return json(
		{ token: session?.access_token ?? null, expiresAt: session?.expires_at ? session.expires_at * 1000 : null },
		{ headers }
	);
};
