/**
 * Any order, repetition and delay of a booking's Stripe events ends in the same ledger and the same booking. On PGlite one after
 * the other; with TEST_DATABASE_URL side by side on connections of their own.
 */
import * as fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTestDatabase, type TestDatabase } from '../db/database.ts';
import {
	askedFor,
	byText,
	eventsOf,
	intentOf,
	ledgerOf,
	principal,
	statusOf,
	story,
	type Row,
	type Story,
	type StripeEvent
} from './payments-story.ts';

const native = Boolean(process.env.TEST_DATABASE_URL);

let db: TestDatabase;
let pool: pg.Pool | null = null;
let runs = 0;

beforeAll(async () => {
	db = await makeTestDatabase();
	pool = db.url ? new pg.Pool({ connectionString: db.url, max: 6 }) : null;
	await db.script(`select tests.only_chefs(3)`);
}, 120_000);
afterAll(async () => {
	await pool?.end();
	await db.drop();
});

/** Tells a story of a booking of its own; answers what came of it. */
async function tell(told: Story): Promise<{ status: string; ledger: Row[]; keys: string[]; unprocessed: number }> {
	const run = `r${(runs += 1)}`;
	const { booking, checkouts } = await makeBooking(told, run, runs);
	await receive(eventsOf(told, run, checkouts));
	const [row] = await db.query<{ status: string; ledger: Row[]; keys: string[]; unprocessed: number }>(
		`select b.status,
			(select coalesce(jsonb_agg(jsonb_build_array(p.kind, p.applies_to, p.amount_cents)), '[]') from public.payments p where p.booking_id = b.id) as ledger,
			(select coalesce(jsonb_agg(coalesce(r.idempotency_key, p.entry_key) || '=' || p.amount_cents), '[]')
				from public.payments p left join public.payment_refunds r on r.id = p.refund_id where p.booking_id = b.id) as keys,
			(select count(*)::int from private.stripe_events where processed_at is null) as unprocessed
		from public.bookings b where b.id = $1`,
		[booking]
	);
	if (!row) throw new Error('The booking went away.');
	const keys = row.keys.map((key) => key.replaceAll(run, 'run')).sort();
	return { ...row, ledger: row.ledger.toSorted(byText), keys };
}

/** A booking in the state of the story, on a day of its own, with its attempts and what was asked back. */
async function makeBooking(told: Story, run: string, day: number): Promise<{ booking: string; checkouts: string[] }> {
	const [made] = await db.query<{ id: string }>(
		`insert into public.bookings (reference, station_id, customer_id, chef_id, status, event_at, event_ends_at, timezone, adults, venue_line1,
			venue_city, venue_state, venue_zip, road_miles, quote, total_cents, deposit_cents, price_version, hold_expires_at, cancelled_at, cancel_reason)
		select private.new_reference(), s.id, (select id from public.customers limit 1), null,
			case $1 when 'held' then 'pending' else 'cancelled' end, e.at, e.at + interval '2 hours', s.timezone, 10, '1 Main St', 'Fremont', 'CA',
			'94538', 1, '{"subtotal_cents": 55000}', 55000, 10000, 'p0', case $1 when 'held' then now() + interval '30 minutes' end,
			case when $1 <> 'held' then now() end, case $1 when 'held' then null when 'cancelled' then 'We moved.' else 'hold_expired' end
		from public.stations s,
			lateral (select case $1 when 'taken' then now() - interval '1 day' else tests.slot(200 + $2::int) end as at) e
		where s.slug = 'fremont' returning id`,
		[told.state, day]
	);
	const booking = made?.id ?? '';
	const checkouts: string[] = [];
	for (const [index, one] of told.attempts.entries()) {
		const [checkout] = await db.query<{ id: string }>(
			`insert into public.payment_checkouts (booking_id, purpose, amount_cents, tip_cents, fee_cents, idempotency_key)
			values ($1, $2, $3, $4, $5, $6) returning id`,
			[booking, one.purpose, principal(one), one.tip, one.fee, `key_${run}_${index}`]
		);
		checkouts.push(checkout?.id ?? '');
		if (one.asked && one.refunds[0] && one.refunds[0] < askedFor(one)) {
			await db.query(
				`insert into public.payment_refunds (booking_id, method, payment_intent, amount_cents, reason, idempotency_key)
				values ($1, 'stripe', $2, $3, 'Asked for by a person.', $4)`,
				[booking, intentOf(run, index), one.refunds[0], `asked_${run}_${index}`]
			);
		}
	}
	return { booking, checkouts };
}

/** Receives events as the webhook does; what failed at first (two that wait for each other) is tried again as its job does. */
async function receive(events: StripeEvent[]): Promise<void> {
	const one = 'select public.receive_stripe_event($1) as answer';
	if (pool) {
		const side = pool;
		await Promise.all(events.map((event) => side.query(one, [JSON.stringify(event)])));
	} else {
		for (const event of events) await db.query(one, [JSON.stringify(event)]);
	}
	await db.query('select private.process_stripe_event(id) from private.stripe_events where processed_at is null', []);
}

describe('a booking’s card events', () => {
	it('end in the ledger and the status that the story asks for, in any order, repeated and at once', async () => {
		await fc.assert(
			fc.asyncProperty(story, async (told) => {
				const came = await tell(told);
				expect(came.ledger).toEqual(ledgerOf(told));
				expect(came.status).toBe(statusOf(told));
				expect(came.unprocessed).toBe(0);
			}),
			{ numRuns: native ? 150 : 60, endOnFailure: true }
		);
	}, 240_000);

	it('end in rows of the same names in every one of the 120 orders of five events', async () => {
		const told: Story = {
			state: 'held',
			attempts: [
				{
					purpose: 'deposit',
					tip: 0,
					fee: 300,
					mismatch: false,
					declinedFirst: false,
					told: ['session'],
					refunds: [2500, 2500],
					asked: true,
					dispute: 'won',
					expired: false
				}
			],
			twice: [],
			order: []
		};
		const first = await tell({ ...told, order: [0, 1, 2, 3, 4] });
		expect(first.keys).toHaveLength(4);
		for (const order of permutations([0, 1, 2, 3, 4])) {
			const { keys, status } = await tell({ ...told, order });
			expect({ keys, status }, order.join()).toEqual({ keys: first.keys, status: 'confirmed' });
		}
	}, 240_000);
});

describe.runIf(native)('people at once', () => {
	it('two windows that refund at once can NOT give back more than was paid', async () => {
		for (let round = 0; round < 10; round += 1) {
			const { booking } = await paidBooking(`w${round}`);
			const answers = await atOnce(6, (index) =>
				asPerson(`select public.request_refund($1, $2) as answer`, [
					booking,
					JSON.stringify({
						amount_cents: 6000,
						method: 'stripe',
						reason: 'Two windows at once.',
						idempotency_key: `window-${round}-${index}`
					})
				])
			);
			expect(answers.map((answer) => String(answer.code ?? answer.status)).sort()).toEqual([
				...Array<string>(5).fill('REFUND_TOO_HIGH'),
				'requested'
			]);
		}
	});

	it('a double click begins one attempt to pay', async () => {
		const { booking } = await makeBooking({ state: 'held', attempts: [], twice: [], order: [] }, 'double', (runs += 1));
		const same = await atOnce(6, () =>
			asPerson(`select public.begin_checkout($1, $2) as answer`, [booking, '{"idempotency_key": "double-click"}'])
		);
		const other = await atOnce(6, (index) =>
			asPerson(`select public.begin_checkout($1, $2) as answer`, [booking, `{"idempotency_key": "window-${index}"}`])
		);
		expect(new Set([...same, ...other].map((answer) => answer.checkout_id)).size).toBe(1);
	});
});

interface Answer {
	code?: string;
	status?: string;
	checkout_id?: string;
}

async function paidBooking(run: string): Promise<{ booking: string }> {
	const told: Story = {
		state: 'held',
		attempts: [
			{
				purpose: 'deposit',
				tip: 0,
				fee: 0,
				mismatch: false,
				declinedFirst: false,
				told: ['intent'],
				refunds: [],
				asked: false,
				dispute: 'none',
				expired: false
			}
		],
		twice: [],
		order: [0]
	};
	const { booking, checkouts } = await makeBooking(told, run, (runs += 1));
	await receive(eventsOf(told, run, checkouts));
	return { booking };
}

function atOnce(count: number, one: (index: number) => Promise<Answer>): Promise<Answer[]> {
	return Promise.all(Array.from({ length: count }, (_, index) => one(index)));
}

/** Calls as an admin, on a connection of its own. */
async function asPerson(sql: string, values: unknown[]): Promise<Answer> {
	const client = await pool?.connect();
	if (!client) throw new Error('Only where there are connections side by side.');
	try {
		await client.query('begin');
		await client.query(`select tests.as_user('admin@demo.test')`);
		const { rows } = await client.query<{ answer: Answer }>(sql, values);
		await client.query('commit');
		return rows[0]?.answer ?? {};
	} finally {
		client.release();
	}
}

function permutations<T>(items: T[]): T[][] {
	if (items.length <= 1) return [items];
	return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}
