/**
 * Columns and grants over the real API: what a role may not read or write although it may see the row, and that nobody raises
 * themselves.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { request, rpc, signIn, stackUnderTest, type Answer } from '../api.ts';
import { people, type Role } from '../db/matrix.ts';

const stack = stackUnderTest();
const tokens = new Map<string, string>();
const ids = new Map<string, string>();

beforeAll(async () => {
	for (const [role, email] of Object.entries(people)) tokens.set(role, await signIn(stack, email));
	for (const [role, email] of Object.entries(people)) {
		const answer = await request<{ id: string }>(stack, '/auth/v1/user', { token: tokens.get(role) });
		if (!answer.body.id) throw new Error(`${email} has no id`);
		ids.set(role, answer.body.id);
	}
});

type Person = Exclude<Role, 'anon'>;
const get = <T = unknown>(role: Person, path: string) =>
	request<T>(stack, `/rest/v1/${path}`, { token: tokens.get(role) });
const send = (role: Person, method: string, path: string, body: object) =>
	request<unknown>(stack, `/rest/v1/${path}`, {
		method,
		token: tokens.get(role),
		body: JSON.stringify(body),
		headers: { prefer: 'return=representation' }
	});
/** Nothing came of it: refused, or no row was touched. */
const nothing = ({ status, body }: Answer): boolean =>
	status >= 400 ? [401, 403, 404, 422].includes(status) : Array.isArray(body) && body.length === 0;

describe('customer support', () => {
	it('CAN read bookings', async () => {
		const { body } = await get<{ id: string; version: number }[]>(
			'customer_support',
			'bookings?select=id,version&limit=1'
		);
		expect(body).toHaveLength(1);
	});
	it.each([
		['a price', { total_cents: 1 }],
		['a deposit', { deposit_cents: 0 }],
		['a status', { status: 'confirmed' }],
		['a quote', { quote: {} }],
		['a chef', { chef_id: null }],
		['the trash', { deleted_at: '2030-01-01' }]
	])('can NOT write %s of a booking', async (_, change) => {
		const { body } = await get<{ id: string }[]>('customer_support', 'bookings?select=id&limit=1');
		const answer = await send('customer_support', 'PATCH', `bookings?id=eq.${body[0]?.id}`, change);
		expect(nothing(answer), JSON.stringify(answer.body)).toBe(true);
	});
	it('can NOT write the price book, flags, thresholds or a lead’s score', async () => {
		const attempts: [string, object][] = [
			['price_book?code=eq.adult', { unit_cents: 1 }],
			['feature_flags?key=eq.stripe', { enabled: true }],
			['scaling_thresholds?metric=eq.db_size', { warning: 1 }],
			['leads?score=gte.0', { score: 100 }]
		];
		for (const [path, change] of attempts)
			expect(nothing(await send('customer_support', 'PATCH', path, change)), path).toBe(true);
	});
	it('can NOT assign a chef, delete a record or settle a recommendation', async () => {
		const { body } = await get<{ id: string }[]>('customer_support', 'bookings?select=id&limit=1');
		const id = body[0]?.id;
		const token = tokens.get('customer_support');
		const tries = [
			rpc(stack, 'assign_chef', { p_booking: id, p_chef: id }, token),
			rpc(stack, 'delete_record', { p_table: 'bookings', p_id: id, p_reason: 'Not for me to delete' }, token),
			rpc(stack, 'acknowledge_recommendation', { p_id: id }, token)
		];
		for (const answer of await Promise.all(tries)) expect(answer.status).toBe(403);
	});
});

describe('a chef', () => {
	it.each([
		'bookings?select=id,total_cents',
		'bookings?select=id,deposit_cents,quote',
		'customers?select=id,email',
		'customers?select=id,phone',
		'leads?select=id,email',
		'price_book?select=code,unit_cents',
		'price_change_history?select=code',
		'audit_log?select=id,changes',
		'scaling_metrics?select=value',
		'booking_items?select=booking_id,unit_cents'
	])('can NOT read %s', async (path) => {
		expect(nothing(await get('chef', `${path}&limit=5`))).toBe(true);
	});
	it('CAN read the own profile, and can NOT write its station or hours of another', async () => {
		const { body } = await get<{ id: string; station_id: string }[]>('chef', 'chefs?select=id,station_id');
		expect(body.length).toBeGreaterThan(0);
		const other = await get<{ id: string }[]>('admin', `stations?select=id&id=neq.${body[0]?.station_id}&limit=1`);
		expect(nothing(await send('chef', 'PATCH', `chefs?id=eq.${body[0]?.id}`, { station_id: other.body[0]?.id }))).toBe(
			true
		);
	});
	it('sees of the own events neither money nor an e-mail address', async () => {
		for (const name of ['my_events', 'chef_events', 'my_assignments']) {
			const answer = await rpc(stack, name, {}, tokens.get('chef'));
			if (answer.status === 200) expect(JSON.stringify(answer.body), name).not.toMatch(/cents|@|price/);
			else expect(answer.status, name).toBe(404);
		}
	});
});

describe('nobody', () => {
	it('reads provider secrets, settings or other people’s tokens', async () => {
		for (const role of Object.keys(people) as Person[])
			for (const path of ['settings', 'booking_tokens', 'request_reports', 'heartbeats', 'users'])
				expect((await get(role, `${path}?select=*`)).status, `${role} ${path}`).toBeGreaterThanOrEqual(400);
	});
	it('edits the own roles', async () => {
		for (const role of Object.keys(people) as Person[]) {
			const id = ids.get(role);
			const raised = await send(role, 'POST', 'user_roles', { user_id: id, role: 'super_admin' });
			expect(nothing(raised), `${role}: ${JSON.stringify(raised.body)}`).toBe(true);
			expect(nothing(await send(role, 'PATCH', `user_roles?user_id=eq.${id}`, { role: 'super_admin' })), role).toBe(
				true
			);
			expect(nothing(await send(role, 'DELETE', `user_roles?user_id=eq.${id}`, {})), role).toBe(true);
		}
	});
	it('but a super admin grants a role, invites, or changes what a role may do', async () => {
		for (const role of Object.keys(people) as Person[]) {
			if (role === 'super_admin') continue;
			const granted = await send(role, 'POST', 'user_roles', {
				user_id: ids.get('customer'),
				role: 'customer_support'
			});
			expect(nothing(granted), role).toBe(true);
			expect(
				nothing(await send(role, 'POST', 'role_permissions', { role: 'chef', permission: 'users.manage' })),
				role
			).toBe(true);
			const invited = await rpc(
				stack,
				'invite_staff',
				{ p_email: 'x@example.test', p_role: 'admin' },
				tokens.get(role)
			);
			expect([401, 403, 404], role).toContain(invited.status);
		}
	});
	it('removes the last super admin, not even themselves', async () => {
		const path = `user_roles?user_id=eq.${ids.get('super_admin')}&role=eq.super_admin`;
		for (const role of ['super_admin', 'admin'] as const) {
			expect(nothing(await send(role, 'DELETE', path, {})), role).toBe(true);
			expect((await get<unknown[]>('super_admin', `${path}&select=role`)).body).toHaveLength(1);
		}
	});
	it('changes or removes what the audit says', async () => {
		for (const role of ['super_admin', 'admin'] as const) {
			expect(nothing(await send(role, 'PATCH', 'audit_log?action=eq.insert', { actor: 'nobody' })), role).toBe(true);
			expect(nothing(await send(role, 'DELETE', 'audit_log?action=eq.insert', {})), role).toBe(true);
		}
	});
});

it('a refused write is in the audit, with who tried what', async () => {
	const request_id = crypto.randomUUID();
	const { body } = await get<{ id: string }[]>('customer_support', 'leads?select=id&limit=1');
	const args = { p_table: 'leads', p_id: body[0]?.id, p_reason: 'Not for me to delete' };
	const answer = await rpc(stack, 'delete_record', args, tokens.get('customer_support'), {
		'x-request-id': request_id
	});
	expect(answer.status).toBe(403);
	const found = await get<{ actor_id: string; table_name: string }[]>(
		'admin',
		`audit_log?select=actor_id,table_name&action=eq.refused&request_id=eq.${request_id}`
	);
	expect(found.body).toEqual([{ actor_id: ids.get('customer_support'), table_name: 'delete_record' }]);
});
