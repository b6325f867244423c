import { createServerClient } from '@supabase/ssr';
import { createClient } from '@supabase/supabase-js';
import type { RequestEvent } from '@sveltejs/kit';
import type { Database } from '#shared/platform/database.types.ts';
import { publicConfig, readApiUrl, serverApiUrl } from '../config.ts';
import { withFallback } from './read-replica.ts';

export type Supabase = ReturnType<typeof createServerClient<Database>>;

/** Reads tables and calls functions, and knows no session. */
export type Reader = Pick<Supabase, 'from' | 'rpc'>;

/** Which of the two apps: their sessions are apart, also where both are served from one host name. */
export type Service = 'app' | 'admin';

/**
 * A Supabase client that acts as the visitor: their JWT when signed in, else `anon`. The session lives in cookies that
 * no script can read. The visitor's address travels along, because rate limits are asked in the database.
 */
export function visitorClient(event: RequestEvent, service: Service, requestId: string): Supabase {
	const { publishableKey } = publicConfig();
	const secure = event.url.protocol === 'https:';
	return createServerClient<Database>(serverApiUrl(), publishableKey, {
		cookieOptions: { name: `sb-${service}`, httpOnly: true, secure, sameSite: 'lax', path: '/' },
		cookies: {
			getAll: () => event.cookies.getAll(),
			setAll: (cookies) => {
				for (const { name, value, options: cookie } of cookies) {
					event.cookies.set(name, value, { ...cookie, httpOnly: true, secure, sameSite: 'lax', path: '/' });
				}
			}
		},
		global: { headers: { 'x-forwarded-for': clientAddress(event), 'x-request-id': requestId } }
	});
}

/**
 * The same visitor, for reading what may be a moment old (logs, exports): asks the read replica where there is one
 * (SUPABASE_READ_URL) and the primary where it fails; without one it is the primary's own client. The session stays the
 * primary's to keep, so that two clients never refresh one token.
 */
export function readClient(event: RequestEvent, requestId: string, primary: () => Supabase): Reader {
	if (readApiUrl() === serverApiUrl()) return primary();
	const reader = createClient<Database>(readApiUrl(), publicConfig().publishableKey, {
		accessToken: async () => (await primary().auth.getSession()).data.session?.access_token ?? null,
		global: {
			headers: { 'x-forwarded-for': clientAddress(event), 'x-request-id': requestId },
			fetch: withFallback(readApiUrl(), serverApiUrl())
		}
	});
	// The two packages bring the same type twice, as CommonJS and as a module.
	return reader as unknown as Reader;
}

/** The visitor's network address; empty where the platform does not tell (prerendering). */
export function clientAddress(event: RequestEvent): string {
	try {
		return event.getClientAddress();
	} catch {
		return '';
	}
}
