/** What we rely on in `@supabase/lite` besides what supabase/local/lite.test.ts pins: embedding, counting, paging, preferences. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startInProcessApi, type InProcessApi } from '../in-process-api.ts';

let api: InProcessApi;
let token: string;
beforeAll(async () => {
	api = await startInProcessApi();
	token = await api.signIn('admin@demo.test');
}, 180_000);
afterAll(() => api.stop());

async function ask(path: string, headers: Record<string, string> = {}, init: RequestInit = {}) {
	const response = await fetch(`${api.url}${path}`, {
		...init,
		headers: { apikey: api.config.keys.publishable, authorization: `Bearer ${token}`, ...headers }
	});
	const text = await response.text();
	return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : null) as unknown };
}

describe('reading', () => {
	it('embeds a parent as an object and children as a list', async () => {
		const { body } = await ask('/rest/v1/chefs?select=id,staff(name),hours:chef_weekly_hours(weekday)&limit=1');
		expect(body).toEqual([
			{
				id: expect.any(String),
				staff: { name: expect.any(String) },
				hours: expect.arrayContaining([{ weekday: expect.any(Number) }])
			}
		]);
	});

	it('keeps only rows whose embedded row fits, with !inner', async () => {
		const email = 'chef.fremont@demo.test';
		const { body } = await ask(`/rest/v1/chefs?select=id,staff!inner(email)&staff.email=eq.${email}`);
		expect(body).toEqual([{ id: expect.any(String), staff: { email } }]);
	});

	it('counts exactly, a page at a time', async () => {
		const { headers, body, status } = await ask('/rest/v1/stations?select=id&limit=2', { prefer: 'count=exact' });
		const [{ n } = { n: 0 }] = await api.db.query<{ n: number }>('select count(*)::int as n from public.stations');
		expect(status).toBe(206);
		expect(body).toHaveLength(2);
		expect(headers.get('content-range')).toBe(`0-1/${n}`);
	});

	it('counts without rows by HEAD', async () => {
		const answer = await ask('/rest/v1/stations?select=id', { prefer: 'count=exact' }, { method: 'HEAD' });
		expect(answer.headers.get('content-range')).toMatch(/\/\d+$/);
		expect(answer.body).toBeNull();
	});

	it('gives one row as an object, and refuses none with 406', async () => {
		const one = { accept: 'application/vnd.pgrst.object+json' };
		expect((await ask('/rest/v1/stations?slug=eq.fremont', one)).body).toMatchObject({ slug: 'fremont' });
		expect(await ask('/rest/v1/stations?slug=eq.nowhere', one)).toMatchObject({
			status: 406,
			body: { code: 'PGRST116' }
		});
	});

	it('takes or, order and ranges together', async () => {
		const { body } = await ask('/rest/v1/stations?or=(slug.eq.fremont,slug.eq.sacramento)&order=slug.desc&select=slug');
		expect(body).toEqual([{ slug: 'sacramento' }, { slug: 'fremont' }]);
	});

	it('says 42501 with 401 to a visitor and 403 to a person', async () => {
		const visitor = await fetch(`${api.url}/rest/v1/bookings`, { headers: { apikey: api.config.keys.publishable } });
		expect(visitor.status).toBe(401);
		const path = '/rest/v1/bookings?id=eq.00000000-0000-0000-0000-000000000000';
		const authorization = `Bearer ${await api.signIn('customer@demo.test')}`;
		const answer = await ask(path, { authorization }, { method: 'DELETE' });
		expect(answer).toMatchObject({ status: 403, body: { code: '42501' } });
	});
});

describe('functions', () => {
	const call = (name: string, args: object, headers: Record<string, string> = {}) =>
		ask(
			`/rest/v1/rpc/${name}`,
			{ 'content-type': 'application/json', ...headers },
			{ method: 'POST', body: JSON.stringify(args) }
		);

	it('response.status is the status, and the body is the answer', async () => {
		const answer = await call('quote_event', { p_zip: '94538', p_adults: 0 });
		expect(answer).toMatchObject({ status: 422, body: { code: 'INVALID_GUESTS' } });
	});

	it('PTxxx is the status, with details', async () => {
		const answer = await call('available_slots', { p_zip: '00000', p_from: '2027-01-01', p_to: '2027-01-02' });
		expect(answer).toMatchObject({
			status: 422,
			body: { code: 'PT422', details: expect.stringContaining('UNKNOWN_ZIP') }
		});
	});

	it('request.headers hold the address that the gateway saw', async () => {
		await api.db.exec(`
			create function public.whence() returns text language sql security definer
				as $$ select private.client_address() $$;
			grant execute on function public.whence() to authenticated;
		`);
		await api.db.exec(`notify pgrst, 'reload schema'`);
		await expect
			.poll(async () => (await call('whence', {}, { 'x-forwarded-for': '203.0.113.9' })).body, {
				timeout: 20_000
			})
			.toBe('203.0.113.9');
	});

	it('arguments left out take their defaults; unknown ones find no function', async () => {
		expect((await call('quote_event', { p_zip: '94538', p_adults: 10 })).status).toBe(200);
		expect(await call('quote_event', { p_zip: '94538', p_grownups: 10 })).toMatchObject({
			status: 404,
			body: { code: 'PGRST202' }
		});
	});

	it('rows of a function can be filtered and ordered', async () => {
		const [from, to] = [10, 12].map((days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10));
		const slots = '/rest/v1/rpc/available_slots?start_time=eq.18:00&order=event_date.desc&select=event_date';
		const { body } = await ask(
			`${slots}`,
			{ 'content-type': 'application/json' },
			{
				method: 'POST',
				body: JSON.stringify({ p_zip: '94538', p_from: from, p_to: to })
			}
		);
		const days = (body as { event_date: string }[]).map(({ event_date }) => event_date);
		expect(days).toEqual([...days].sort().reverse());
		expect(days).toHaveLength(3);
	});
});
