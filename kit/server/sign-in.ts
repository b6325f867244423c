import type { RequestEvent } from '@sveltejs/kit';
import * as z from 'zod/mini';
import type { Locals } from './handle.ts';

/** Why a password did not sign in. `locked` names no account: an e-mail without one locks the same way. */
export type SignInFailure =
	| { ok: false; reason: 'wrong_password' | 'not_confirmed' | 'too_fast' | 'unavailable' }
	| { ok: false; reason: 'locked'; minutes: number };
export type SignInOutcome = { ok: true } | SignInFailure;

const permission = z.object({ allowed: z.boolean(), locked_until: z.nullable(z.string()) });

/**
 * The one way both apps sign in by password: asks whether the e-mail or the address is locked after repeated failures,
 * tries the password, and records what came of it. Sets the session cookies when it worked.
 */
export async function signInByPassword(
	event: RequestEvent,
	credentials: { email: string; password: string }
): Promise<SignInOutcome> {
	const { supabase } = event.locals as Locals;
	const asked = permission.safeParse((await supabase.rpc('sign_in_allowed', { p_email: credentials.email })).data);
	if (!asked.success) return { ok: false, reason: 'unavailable' };
	if (!asked.data.allowed) {
		await record(event, credentials.email, 'wrong_password'); // kept as "locked": the password is not looked at
		return { ok: false, reason: 'locked', minutes: minutesUntil(asked.data.locked_until, Date.now()) };
	}
	const { error } = await supabase.auth.signInWithPassword(credentials);
	if (!error) {
		await recordSignIn(event, 'password');
		return { ok: true };
	}
	if (error.status === 429) return { ok: false, reason: 'too_fast' };
	if (error.status === undefined || error.status >= 500) return { ok: false, reason: 'unavailable' };
	const reason = error.code === 'email_not_confirmed' ? 'not_confirmed' : 'wrong_password';
	await record(event, credentials.email, reason);
	return { ok: false, reason };
}

/** Keeps that the visitor has just signed in, for their own history. Never stands in the way of signing in. */
export async function recordSignIn(event: RequestEvent, how: 'password' | 'link'): Promise<void> {
	await record(event, '', how);
}

/** What to tell a person who is locked out. */
export function lockedMessage(minutes: number): string {
	const wait = minutes === 1 ? 'a minute' : `${minutes} minutes`;
	return `Too many wrong passwords. Wait ${wait} and try again, or have a link to sign in e-mailed to you.`;
}

/** Whole minutes from now to a moment, at least one. */
export function minutesUntil(moment: string | null, now: number): number {
	return Math.max(1, Math.ceil(((moment ? Date.parse(moment) : now) - now) / 60_000));
}

async function record({ locals, request }: RequestEvent, email: string, reason: string): Promise<void> {
	const { supabase, requestId } = locals as Locals;
	const agent = request.headers.get('user-agent')?.slice(0, 300);
	const { error } = await supabase.rpc('record_sign_in', {
		p_email: email,
		p_reason: reason,
		...(agent && { p_agent: agent })
	});
	if (error) console.error(JSON.stringify({ level: 'error', requestId, message: `record_sign_in: ${error.message}` }));
}
