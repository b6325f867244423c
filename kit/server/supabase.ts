import { createServerClient } from '@supabase/ssr';
import type { RequestEvent } from '@sveltejs/kit';
import type { Database } from '#shared/platform/database.types.ts';
import { publicConfig, readApiUrl, serverApiUrl } from '../config.ts';
import { withFallback } from './read-replica.ts';

export type Supabase = ReturnType<typeof createServerClient<Database>>;

/** Which of the two apps: their sessions are apart, also where both are served from one host name. */
export type Service = 'app' | 'admin';

/**
 * A Supabase client that acts as the visitor: their JWT when signed in, else `anon`. The session lives in cookies that
 * no script can read. The visitor's address travels along, because rate limits are asked in the database.
 */
export function visitorClient(
	event: RequestEvent,
	service: Service,
	requestId: string,
	options: { read?: boolean } = {}
): Supabase {
	const { publishableKey } = publicConfig();
	const secure = event.url.protocol === 'https:';
	return createServerClient<Database>(options.read ? readApiUrl() : serverApiUrl(), publishableKey, {
		cookieOptions: { name: `sb-${service}`, httpOnly: true, secure, sameSite: 'lax', path: '/' },
		cookies: {
			getAll: () => event.cookies.getAll(),
			setAll: (cookies) => {
				for (const { name, value, options: cookie } of cookies) {
					event.cookies.set(name, value, { ...cookie, httpOnly: true, secure, sameSite: 'lax', path: '/' });
				}
			}
		},
		global: {
			headers: { 'x-forwarded-for': clientAddress(event), 'x-request-id': requestId },
			...(options.read && { fetch: withFallback(readApiUrl(), serverApiUrl()) })
		}
	});
}

/** The visitor's network address; empty where the platform does not tell (prerendering). */
export function clientAddress(event: RequestEvent): string {
	try {
		return event.getClientAddress();
	} catch {
		return '';
	}
}
