import type { SupabaseClient } from '@supabase/supabase-js';
import * as z from 'zod/mini';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusalAnswer } from '#shared/platform/refusal.schema.ts';
import { errorCodes } from '#shared/errors.ts';
import { bookingRequest as exampleRequest, type Slot } from '../api.ts';
import { startInProcessApi, type InProcessApi } from '../in-process-api.ts';
import { rpcAnswers } from './rpc-answers.ts';

let api: InProcessApi;
let visitor: SupabaseClient;
let admin: SupabaseClient;
let manager: SupabaseClient;
let chef: SupabaseClient;
let customer: SupabaseClient;
let free: Slot[];
const answered = new Set<string>();

beforeAll(async () => {
	api = await startInProcessApi();
	const as = async (email: string) => api.client({ token: await api.signIn(email) });
	visitor = api.client();
	admin = await as('admin@demo.test');
	manager = await as('manager.fremont@demo.test');
	chef = await as('chef.fremont@demo.test');
	customer = await as('customer@demo.test');
	free = (await call('available_slots', { p_zip: '94538', p_from: day(10), p_to: day(40) })).filter(
		({ capacity }) => capacity > 1
	);
}, 180_000);
afterAll(() => api.stop());

const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** Calls an RPC and reads the answer by its schema; throws what did not fit. */
async function call<Name extends keyof typeof rpcAnswers>(
	name: Name,
	args: object = {},
	client = visitor
): Promise<z.infer<(typeof rpcAnswers)[Name]>> {
	const { data, error } = await client.rpc(name, args);
	if (error) throw new Error(`${name}: ${error.code} ${error.message}`);
	answered.add(name);
	return parse(name, data);
}

function parse<Name extends keyof typeof rpcAnswers>(name: Name, data: unknown): z.infer<(typeof rpcAnswers)[Name]> {
	const read = z.safeParse(rpcAnswers[name] as z.ZodMiniType, data);
	if (!read.success) throw new Error(`${name} answered otherwise: ${z.prettifyError(read.error)}`);
	return read.data as z.infer<(typeof rpcAnswers)[Name]>;
}

let next = 0;
const slot = (): string => free[(next += 1)]?.starts_at ?? '';
const book = () => call('create_booking', { p_request: exampleRequest({ starts_at: slot() }) });

describe('what the apps read is what the API answers', () => {
	it('site_catalog', async () => {
		const { menu, stations } = await call('site_catalog');
		expect(menu.length).toBeGreaterThan(5);
		expect(stations.map(({ name }) => name)).toContain('Fremont');
	});

	it('station_for_zip', async () => {
		expect(await call('station_for_zip', { p_zip: '94538' })).toMatchObject({ name: 'Fremont', in_area: true });
	});

	it('quote_event', async () => {
		expect(await call('quote_event', { p_zip: '94538', p_adults: 10 })).toMatchObject({ total_cents: 55_000 });
	});

	it('available_slots', () => expect(free.length).toBeGreaterThan(20));

	it('create_booking, then get_booking by its token', async () => {
		const { access_token, reference } = await book();
		expect(await call('get_booking', { p_token: access_token })).toMatchObject({ reference, status: 'pending' });
	});

	it('capture_lead', async () => {
		const contact = { name: 'Robin', email: 'robin.contract@example.test' };
		expect((await call('capture_lead', { p_request: { source: 'contact', contact } })).lead_id).toMatch(/-/);
	});

	it('update, confirm, assign, reschedule and cancel of a booking', async () => {
		const { booking_id } = await book();
		const p_booking = booking_id;
		const seen = await manager.from('bookings').select('version, chef_id, station_id').eq('id', booking_id).single();
		const row = z.parse(z.object({ version: z.int(), chef_id: z.string(), station_id: z.string() }), seen.data);
		const changes = { p_booking, p_version: row.version, p_changes: { notes: 'Gate code 12' } };
		expect(await call('update_booking', changes, manager)).toMatchObject({ booking_id });
		expect(await call('confirm_booking', { p_booking }, manager)).toMatchObject({ status: 'confirmed' });
		expect(await call('assign_chef', { p_booking, p_chef: row.chef_id }, manager)).toMatchObject({ booking_id });
		expect(await call('reschedule_booking', { p_booking, p_starts_at: slot() }, manager)).toMatchObject({ booking_id });
		const reason = { p_booking, p_reason: 'The guest is ill' };
		expect(await call('cancel_booking', reason, manager)).toMatchObject({ status: 'cancelled' });
	});

	it('my_permissions', async () => {
		const permissions = (await call('my_permissions', {}, manager)).map(({ permission }) => permission);
		expect(permissions).toContain('bookings.write');
	});

	it('my_assignments', async () => {
		expect(Array.isArray(await call('my_assignments', {}, chef))).toBe(true);
	});

	it('assignment_deed, as the office and seen by the guest as chef_progress; move_booking', async () => {
		const { booking_id, access_token } = await book();
		const accepted = await call('assignment_deed', { p_booking: booking_id, p_deed: 'accept' }, manager);
		expect(accepted).toMatchObject({ assignment: 'accepted', on_my_way_at: null });
		expect(await call('chef_progress', { p_booking: booking_id, p_token: access_token })).toMatchObject({
			stage: null
		});
		const starts_at = slot();
		const moved = await call('move_booking', { p_booking: booking_id, p_starts_at: starts_at }, manager);
		expect(Date.parse(moved.event_at)).toBe(Date.parse(starts_at));
	});

	it('payment_page, quote_payment, payment_progress and report_payment of a guest', async () => {
		const { booking_id, access_token } = await book();
		const own = { p_booking: booking_id, p_access_token: access_token };
		expect(await call('payment_page', own)).toMatchObject({ payable: 'deposit', amount_due_cents: 10_000 });
		const request = { purpose: 'deposit', method: 'card', funding: 'credit' };
		expect(await call('quote_payment', { ...own, p_request: request })).toMatchObject({ total_cents: 10_300 });
		expect(await call('payment_progress', own)).toMatchObject({ checkout: null, entries: [] });
		expect(await call('report_payment', { ...own, p_request: { method: 'zelle' } })).toMatchObject({ reported: true });
	});

	it('issue_invoice, document_file and void_document', async () => {
		const { booking_id } = await book();
		const invoice = await call('issue_invoice', { p_booking: booking_id }, admin);
		expect(invoice).toMatchObject({ kind: 'invoice', status: 'issued', ready: false });
		await api.db.query('update public.documents set sha256 = $2 where id = $1', [invoice.id, 'a'.repeat(64)]);
		const p_document = invoice.id;
		expect(await call('document_file', { p_document }, manager)).toMatchObject({ number: invoice.number });
		const voided = { p_document, p_reason: 'Made by a contract', p_reissue: false };
		expect(await call('void_document', voided, admin)).toMatchObject({ number: invoice.number, status: 'void' });
	});

	it('my_balances', async () => {
		expect(await call('my_balances', {}, customer)).toContainEqual(
			expect.objectContaining({ payable: 'balance', payment_status: 'deposit_paid' })
		);
	});

	it('dashboard', async () => {
		expect((await call('dashboard', {}, manager)).activity?.length).toBeGreaterThan(0);
	});

	it('link_my_customer', async () => {
		expect((await call('link_my_customer', {}, customer)).customer_id).toMatch(/-/);
	});

	it('set_price, preview_price and cancel_scheduled_price', async () => {
		const price = { code: 'addon_rice', unit_cents: 550 };
		expect(await call('preview_price', { p_request: price }, admin)).toMatchObject({ large: false, problem: null });
		const p_request = { ...price, reason: 'Dearer rice', effective_from: `${day(20)}T08:00:00Z` };
		const { price_id: p_price } = await call('set_price', { p_request }, admin);
		expect(await call('cancel_scheduled_price', { p_price, p_reason: 'Not after all' }, admin)).toEqual({
			price_code: 'addon_rice'
		});
	});

	it('save_price_rule, price_calendar and end_price_rule', async () => {
		const p_request = { label: 'Contract', rate: 0.1, first_day: day(100), last_day: day(101), reason: 'A contract' };
		const { rule_id: p_rule } = await call('save_price_rule', { p_request }, admin);
		const days = await call('price_calendar', { p_month: day(100) }, manager);
		expect(days.find((one) => one.day === day(100))).toMatchObject({ rules: ['Contract'], adult_cents: 6050 });
		expect(await call('end_price_rule', { p_rule, p_reason: 'It is over' }, admin)).toEqual({ rule_id: p_rule });
	});

	it('explain_quote', async () => {
		const { booking_id } = await book();
		expect(await call('explain_quote', { p_booking: booking_id }, manager)).toMatchObject({ same: true });
	});

	it('a quote with a promo code says what became of it', async () => {
		const quoted = await call('quote_event', { p_zip: '94538', p_adults: 10, p_promo_code: 'nope' });
		expect(quoted.promo).toMatchObject({ code: 'NOPE', applied: false, reason: 'unknown' });
	});

	it('customer_duplicates, preview_customer_merge and merge_customers', async () => {
		const made = await Promise.all(
			['robin.one', 'robin.two'].map(async (name) => {
				const contact = {
					name: 'Robin Merge',
					email: `${name}@example.test`,
					phone: '+15102349876',
					sms_consent: false
				};
				const request = exampleRequest({ starts_at: slot(), contact });
				const { booking_id } = await call('create_booking', { p_request: request });
				const seen = await admin.from('bookings').select('customer_id').eq('id', booking_id).single();
				return z.parse(z.object({ customer_id: z.string() }), seen.data).customer_id;
			})
		);
		const [p_keep, p_merge] = made;
		expect((await call('customer_duplicates', { p_customer: p_keep }, admin)).map(({ id }) => id)).toEqual([p_merge]);
		const pair = { p_keep, p_merge };
		expect(await call('preview_customer_merge', pair, admin)).toMatchObject({ moves: { bookings: 1 }, sign_in: null });
		const reason = { ...pair, p_reason: 'The same person, booked twice' };
		expect(await call('merge_customers', reason, admin)).toMatchObject({ customer_id: p_keep, moved: { bookings: 1 } });
	});

	it('move_menu_item', async () => {
		const seen = await admin.from('menu_items').select('id').eq('code', 'shrimp').single();
		const { id } = z.parse(z.object({ id: z.string() }), seen.data);
		expect(await call('move_menu_item', { p_item: id, p_up: true }, admin)).toEqual({ item: id, moved: true });
	});

	it('no answer that has a schema was left out', () => {
		expect([...answered].sort()).toEqual(Object.keys(rpcAnswers).sort());
	});
});

describe('a refusal has code, message, details and hint, and the status of the register', () => {
	it.each([
		['station_for_zip', { p_zip: '00000' }, 'UNKNOWN_ZIP'],
		['quote_event', { p_zip: '94538', p_adults: 501 }, 'INVALID_GUESTS'],
		['available_slots', { p_zip: '94538', p_from: '2020-01-02', p_to: '2020-01-01' }, 'INVALID_REQUEST'],
		['create_booking', { p_request: {} }, 'INVALID_REQUEST'],
		['capture_lead', { p_request: { source: 'contact' } }, 'INVALID_REQUEST'],
		['get_booking', { p_token: 'nonsense' }, 'NOT_FOUND']
	] as const)('%s %j → %s', async (name, args, code) => {
		const response = await fetch(`${api.url}/rest/v1/rpc/${name}`, {
			method: 'POST',
			headers: { apikey: api.config.keys.publishable, 'content-type': 'application/json' },
			body: JSON.stringify(args)
		});
		const refusal = z.parse(refusalAnswer, await response.json());
		expect(response.status).toBe(errorCodes[code]);
		// A raised refusal has PostgREST's own code and tells ours in the details.
		const named = refusal.code.startsWith('PT')
			? (JSON.parse(String(refusal.details)) as { code: string }).code
			: refusal.code;
		expect(named).toBe(code);
	});
});
