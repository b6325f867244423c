import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bookingRequest, rpc, slots, stackUnderTest } from '../api.ts';

const stack = stackUnderTest();
const db = new pg.Client(stack.DB_URL ?? '');

async function limits(value: 'on' | 'off'): Promise<void> {
	await db.query(
		"insert into private.settings (key, value) values ('rate_limits', $1) on conflict (key) do update set value = excluded.value",
		[value]
	);
	await db.query('delete from private.rate_limits');
}

let before: 'on' | 'off';
beforeAll(async () => {
	await db.connect();
	const { rows } = await db.query<{ value: 'on' | 'off' }>(
		"select value from private.settings where key = 'rate_limits'"
	);
	before = rows[0]?.value ?? 'on';
	await limits('on');
});
afterAll(async () => {
	await limits(before);
	await db.end();
});

it('one person can not flood the leads, and is told to wait', async () => {
	const contact = { name: 'Flo Od', email: 'flood@example.test', phone: '+15102345678', sms_consent: false };
	const answers: { status: number; body: { code?: string; hint?: string } }[] = [];
	for (let n = 0; n < 80; n += 1)
		answers.push(await rpc(stack, 'capture_lead', { p_request: { contact, zip: '94538', source: 'quote' } }));
	expect(answers[0]?.status).toBe(200);
	expect(answers.at(-1)).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } });
	expect(answers.at(-1)?.body.hint).toBeTruthy();
	const { rows } = await db.query("select id from public.leads where email = 'flood@example.test'");
	expect(rows).toHaveLength(1);
});

it('one address can not flood the bookings by changing its name each time', async () => {
	await limits('on');
	const [slot] = (await slots(stack, '95814', 200, 230)).filter(({ capacity }) => capacity > 0);
	const statuses: number[] = [];
	for (let n = 0; n < 120 && statuses.at(-1) !== 429; n += 1) {
		const request = bookingRequest({
			starts_at: slot?.starts_at ?? '',
			zip: '95814',
			venue: { line1: '1 Test Street', city: 'Sacramento', state: 'CA', zip: '95814' }
		});
		statuses.push((await rpc(stack, 'create_booking', { p_request: request })).status);
	}
	expect(statuses.at(-1)).toBe(429);
	expect(statuses.every((status) => status < 500)).toBe(true);
});

it('one address can not find out promo codes by trying them, and its quotes go on', async () => {
	await limits('on');
	const quote = (p_promo_code: string | null, address: string) =>
		rpc<{ total_cents: number; promo?: { reason: string | null; message: string } }>(
			stack,
			'quote_event',
			{ p_zip: '94538', p_adults: 10, p_promo_code },
			undefined,
			{ 'x-forwarded-for': address }
		);
	const reasons: (string | null | undefined)[] = [];
	for (let n = 0; n < 60 && reasons.at(-1) !== 'too_many'; n += 1)
		reasons.push((await quote(`GUESS-${n}`, '203.0.113.77')).body.promo?.reason);
	expect(reasons.at(-1)).toBe('too_many');
	expect(reasons.length).toBeGreaterThan(20);
	expect((await quote('GUESS-0', '203.0.113.77')).body.promo?.message).toMatch(/Wait an hour/);
	expect(await quote(null, '203.0.113.77')).toMatchObject({ status: 200, body: { total_cents: 55_000 } });
	expect((await quote('GUESS-0', '203.0.113.78')).body.promo?.reason).toBe('unknown');
});
