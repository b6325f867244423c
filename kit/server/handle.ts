import type { RequestEvent } from '@sveltejs/kit';
import type { Handle, HandleServerError } from '@sveltejs/kit/hooks';
import type { User } from '@supabase/supabase-js';
import { inTheme } from '#ui/theme.ts';
import { publicConfig } from '../config.ts';
import { securityHeaders, withApiOrigin } from './headers.ts';
import { readClient, visitorClient, type Reader, type Service, type Supabase } from './supabase.ts';

/** What every request of both apps carries. */
export interface Locals {
	/** Shown on error pages and in every log line; sent to the API as `x-request-id`. */
	requestId: string;
	/** Acts as the visitor under row-level security. */
	supabase: Supabase;
	/** The same, for lists that may be a moment old: a read replica's where there is one. Asked for the first time, it is made. */
	reader: () => Reader;
	/** The signed-in user as the auth server vouches for it, or null. Asked once per request. */
	user: () => Promise<User | null>;
}

/** The hook both apps share: request id, Supabase client, verified user, security and cache headers. */
export function createHandle(service: Service): Handle {
	return async ({ event, resolve }) => {
		const requestId = requestIdOf(event);
		const locals = event.locals as Locals;
		locals.requestId = requestId;
		let client: Supabase | undefined;
		Object.defineProperty(locals, 'supabase', {
			configurable: true,
			enumerable: true,
			get: () => (client ??= visitorClient(event, service, requestId))
		});
		let reader: Reader | undefined;
		locals.reader = () => (reader ??= readClient(event, requestId, () => locals.supabase));
		let user: Promise<User | null> | undefined;
		locals.user = () => (user ??= verifiedUser(event, service, locals));

		const response = await resolve(event, {
			filterSerializedResponseHeaders: (name) => name === 'content-range',
			transformPageChunk: ({ html }) => inTheme(html, event.cookies.get('theme')),
			preload: ({ type }) => type === 'js' || type === 'css' || type === 'font'
		});
		const headers = response.headers;
		headers.set('x-request-id', requestId);
		for (const [name, value] of Object.entries(securityHeaders(event.url)))
			if (!headers.has(name)) headers.set(name, value);
		const policy = headers.get('content-security-policy');
		if (policy) headers.set('content-security-policy', withApiOrigin(policy, publicConfig().apiUrl));
		if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
		return response;
	};
}

/** Unexpected errors are logged once with the request id; the visitor is shown that id and nothing else. */
export function createErrorHandler(service: Service): HandleServerError {
	return ({ kind, error, event }) => {
		const requestId = (event.locals as Partial<Locals>).requestId ?? 'unknown';
		// Thrown on purpose with words of its own (`error(404, …)`): those stand.
		if (kind === 'app') return { requestId };
		if (kind === 'framework' && error.status === 404)
			return { message: 'There is no such page.', code: 'NOT_FOUND', requestId };
		if (kind === 'framework' && error.status < 500) return { requestId };
		const cause = error instanceof Error ? { name: error.name, message: error.message, stack: error.stack } : { error };
		console.error(JSON.stringify({ level: 'error', service, requestId, path: event.url.pathname, ...cause }));
		return { message: 'Something went wrong on our side. Nothing you typed is lost.', code: 'UNEXPECTED', requestId };
	};
}

async function verifiedUser(event: RequestEvent, service: Service, locals: Locals): Promise<User | null> {
	if (!event.cookies.getAll().some(({ name }) => name.startsWith(`sb-${service}`))) return null;
	const { data } = await locals.supabase.auth.getUser();
	return data.user;
}

function requestIdOf(event: RequestEvent): string {
	const given = event.request.headers.get('x-request-id');
	return given && /^[\w-]{8,64}$/.test(given) ? given : crypto.randomUUID();
}
