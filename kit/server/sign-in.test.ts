import type { RequestEvent } from '@sveltejs/kit';
import { describe, expect, it } from 'vitest';
import { lockedMessage, minutesUntil, signInByPassword } from './sign-in.ts';

interface Server {
	allowed?: { allowed: boolean; locked_until: string | null } | null;
	error?: { status?: number; code?: string } | null;
}

/** A request whose API answers as told; `calls` names what was asked of it. */
function visit({ allowed = { allowed: true, locked_until: null }, error = null }: Server) {
	const calls: string[] = [];
	const supabase = {
		rpc: async (name: string, args: { p_reason?: string }) => {
			calls.push([name, args.p_reason].filter(Boolean).join(' '));
			return { data: name === 'sign_in_allowed' ? allowed : null, error: null };
		},
		auth: { signInWithPassword: async () => (calls.push('password checked'), { error }) }
	};
	const event = { locals: { supabase, requestId: 'r' }, request: new Request('http://admin.test') };
	return {
		calls,
		outcome: () => signInByPassword(event as unknown as RequestEvent, { email: 'a@b.test', password: 'x' })
	};
}

describe('signInByPassword', () => {
	it('asks before the password is looked at, and records a success', async () => {
		const { calls, outcome } = visit({});
		expect(await outcome()).toEqual({ ok: true });
		expect(calls).toEqual(['sign_in_allowed', 'password checked', 'record_sign_in password']);
	});
	it('records a wrong password', async () => {
		const { calls, outcome } = visit({ error: { status: 400, code: 'invalid_credentials' } });
		expect(await outcome()).toEqual({ ok: false, reason: 'wrong_password' });
		expect(calls.at(-1)).toBe('record_sign_in wrong_password');
	});
	it('does not look at the password while locked', async () => {
		const locked_until = new Date(Date.now() + 90_000).toISOString();
		const { calls, outcome } = visit({ allowed: { allowed: false, locked_until } });
		expect(await outcome()).toEqual({ ok: false, reason: 'locked', minutes: 2 });
		expect(calls).not.toContain('password checked');
	});
	it('lets nobody in unasked when the lock can not be asked', async () => {
		const { calls, outcome } = visit({ allowed: null });
		expect(await outcome()).toEqual({ ok: false, reason: 'unavailable' });
		expect(calls).not.toContain('password checked');
	});
	it.each([
		[{ status: 429 }, 'too_fast'],
		[{ status: 503 }, 'unavailable'],
		[{}, 'unavailable']
	])('does not hold %j against the person', async (error, reason) => {
		const { calls, outcome } = visit({ error });
		expect(await outcome()).toEqual({ ok: false, reason });
		expect(calls.some((call) => call.startsWith('record_sign_in'))).toBe(false);
	});
});

describe('a lock', () => {
	it('is told in whole minutes, at least one', () => {
		expect(minutesUntil('2026-01-01T00:14:01Z', Date.parse('2026-01-01T00:00:00Z'))).toBe(15);
		expect(minutesUntil(null, 0)).toBe(1);
		expect(lockedMessage(1)).toContain('Wait a minute');
	});
});
