import { error, redirect, type RequestEvent } from '@sveltejs/kit';
import * as z from 'zod/mini';
import { dataOf, type Api } from '#admin/platform/api.ts';
import { Route } from '#admin/platform/routes.ts';
import { station, type Station } from '#admin/stations/schema.ts';
import { Access, grants } from './access.ts';

/** Who is signed in. */
export interface Visitor {
	userId: string;
	email: string;
	name: string;
	/** As people call the roles: `Station manager · Fremont`. */
	roles: string[];
	access: Access;
	/** Every station; what of it a person sees is decided row by row. */
	stations: Station[];
}

const staffRow = z.nullable(z.object({ name: z.string() }));
const roleRows = z.array(z.object({ station_id: z.nullable(z.string()), role: z.string() }));

/** The API under the visitor's own rights. */
export function apiOf(event: Pick<RequestEvent, 'locals'>): Api {
	return event.locals.supabase as unknown as Api;
}

/** The same for what may be a moment old (logs, exports): from a read replica where there is one. */
export function readerOf(event: Pick<RequestEvent, 'locals'>): Api {
	return event.locals.reader() as unknown as Api;
}

/** Reads who asks and what they may do, at most once per request; null when signed out. */
export function visitorOf(event: RequestEvent): () => Promise<Visitor | null> {
	let visitor: Promise<Visitor | null> | undefined;
	return () => (visitor ??= readVisitor(event));
}

async function readVisitor(event: RequestEvent): Promise<Visitor | null> {
	const user = await event.locals.user();
	if (!user) return null;
	const api = apiOf(event);
	const [permissions, stations, staff, roles] = await Promise.all([
		api.rpc('my_permissions'),
		api.from('stations').select('id, slug, name, timezone').order('name'),
		api.from('staff').select('name').eq('user_id', user.id).maybeSingle(),
		api.from('user_roles').select('station_id, role').eq('user_id', user.id)
	]);
	const known = z.array(station).parse(dataOf(stations));
	const email = user.email ?? '';
	return {
		userId: user.id,
		email,
		name: staffRow.safeParse(staff.data).data?.name ?? email,
		roles: (roleRows.safeParse(roles.data).data ?? []).map(({ role, station_id }) =>
			[inWords(role), known.find(({ id }) => id === station_id)?.name].filter(Boolean).join(' · ')
		),
		access: new Access(grants.parse(dataOf(permissions))),
		stations: known
	};
}

/** The signed-in person; others are sent to sign in and come back to the same address. */
export async function signedIn(event: RequestEvent): Promise<Visitor> {
	const visitor = await event.locals.visitor();
	if (visitor) return visitor;
	const next = event.request.method === 'GET' ? event.url.pathname + event.url.search : event.url.pathname;
	redirect(303, next === '/' ? Route.login : `${Route.login}?next=${encodeURIComponent(next)}`);
}

/**
 * The signed-in person, if they hold one of the permissions; else a 403 page. The database refuses by itself as well:
 * this is for a clear sentence instead of an empty page.
 */
export async function allowed(event: RequestEvent, ...permissions: readonly string[]): Promise<Visitor> {
	const visitor = await signedIn(event);
	if (visitor.access.grants.length === 0) {
		error(403, {
			code: 'NOT_STAFF',
			message: `${visitor.email} is not a staff account. If you work here, ask an administrator for an invitation.`
		});
	}
	if (!visitor.access.canAny(...permissions)) {
		error(403, { code: 'NOT_ALLOWED', message: 'Your role does not include this page.' });
	}
	return visitor;
}

/** `station_manager` → `Station manager`. The table of labels is not everybody's to read. */
function inWords(role: string): string {
	const words = role.replaceAll('_', ' ');
	return words.charAt(0).toUpperCase() + words.slice(1);
}
