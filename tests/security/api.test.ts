import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bookingRequest, request, rpc, signIn, slots, stackUnderTest } from '../api.ts';

const stack = stackUnderTest();
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function forged(header: object, claims: object, key: string | null): string {
	const text = `${encode(header)}.${encode(claims)}`;
	return `${text}.${key === null ? '' : createHmac('sha256', key).update(text).digest('base64url')}`;
}

describe('keys and tokens', () => {
	it('without a key nothing answers', async () => {
		expect((await fetch(`${stack.API_URL}/rest/v1/customers?select=id`)).status).toBe(401);
	});

	const claims = {
		role: 'service_role',
		sub: '00000000-0000-0000-0000-000000000000',
		exp: Math.floor(Date.now() / 1000) + 3600
	};
	it.each([
		['alg none', forged({ alg: 'none', typ: 'JWT' }, claims, null)],
		['a key of the forger', forged({ alg: 'HS256', typ: 'JWT' }, claims, 'guess')],
		['the publishable key as the secret', forged({ alg: 'HS256', typ: 'JWT' }, claims, stack.PUBLISHABLE_KEY)],
		['garbage', 'not.a.token']
	])('a token signed with %s is refused', async (_, token) => {
		const answer = await request(stack, '/rest/v1/customers?select=id', { token });
		expect(answer.status).toBe(401);
	});

	it('an expired token is refused', async () => {
		const token = await signIn(stack, 'customer@demo.test');
		const [header = '', body = ''] = token.split('.');
		const old = { ...(JSON.parse(Buffer.from(body, 'base64url').toString()) as object), exp: 1 };
		expect((await request(stack, '/rest/v1/customers?select=id', { token: `${header}.${encode(old)}.x` })).status).toBe(
			401
		);
	});
});

describe('the API schema', () => {
	it.each(['private', 'pgboss', 'cron', 'auth', 'realtime', 'storage'])(
		'the schema %s is not to be had',
		async (schema) => {
			const answer = await request(stack, '/rest/v1/settings?select=*', { headers: { 'accept-profile': schema } });
			expect(answer.status).toBeGreaterThanOrEqual(400);
			expect(answer.status).toBeLessThan(500);
		}
	);

	it('helper functions are not callable from outside', async () => {
		for (const name of ['enqueue', 'setting', 'booking_token', 'expire_holds', 'has_permission', 'fail', 'refuse']) {
			expect((await rpc(stack, name, {})).status, name).toBe(404);
		}
	});

	it.each(["94538'; drop table bookings; --", "' or '1'='1", '94538%00', '{"$gt":""}'])(
		'the ZIP code %j is data, not SQL',
		async (zip) => {
			const answer = await rpc<{ code: string }>(stack, 'quote_event', { p_zip: zip, p_adults: 10 });
			expect(answer.status).toBeGreaterThanOrEqual(400);
			expect(answer.status).toBeLessThan(500);
		}
	);

	it.each([
		'id=eq.1;select pg_sleep(5)',
		'select=*,pg_sleep(5)',
		'or=(id.eq.1,id.eq.2))--',
		'order=id;drop table bookings'
	])('the filter %j does no harm', async (filter) => {
		const answer = await request(stack, `/rest/v1/menu_items?${filter}`);
		expect(answer.status).toBeLessThan(500);
	});
});

describe('what a booking link opens', () => {
	it('is that booking alone: a changed token opens nothing', async () => {
		const [slot] = (await slots(stack)).filter(({ capacity }) => capacity > 0);
		const made = await rpc<{ access_token: string; booking_id: string }>(stack, 'create_booking', {
			p_request: bookingRequest({ starts_at: slot?.starts_at ?? '' })
		});
		expect(made.status).toBe(200);
		const token = made.body.access_token;
		expect((await rpc(stack, 'get_booking', { p_token: token })).status).toBe(200);
		for (let index = 0; index < token.length; index += 7) {
			const changed = token.slice(0, index) + (token[index] === 'A' ? 'B' : 'A') + token.slice(index + 1);
			expect((await rpc(stack, 'get_booking', { p_token: changed })).status, `character ${index}`).toBe(404);
		}
		const other = (
			await rpc<{ access_token: string }>(stack, 'create_booking', {
				p_request: bookingRequest({ starts_at: slot?.starts_at ?? '' })
			})
		).body;
		const answer = await rpc(stack, 'cancel_booking', {
			p_booking: made.body.booking_id,
			p_reason: 'not mine at all',
			p_access_token: other.access_token ?? 'x'
		});
		expect([403, 404]).toContain(answer.status);
		expect(
			(
				await rpc(stack, 'cancel_booking', {
					p_booking: made.body.booking_id,
					p_reason: 'test is over',
					p_access_token: token
				})
			).status
		).toBe(200);
	});
});

describe('paths', () => {
	it.each([
		'/_mail/../../package.json',
		'/_mail/%2e%2e/%2e%2e/package.json',
		'/functions/v1/../../deno.json',
		'/functions/v1/%2e%2e%2f_shared',
		'/storage/v1/object/public/../../etc/passwd'
	])('%s leads nowhere', async (path) => {
		const answer = await request<unknown>(stack, path);
		expect(JSON.stringify(answer.body)).not.toMatch(/my-hibachi|root:/);
		expect(answer.status === 200 ? answer.headers.get('content-type') : 'refused').not.toContain('json');
	});
});
