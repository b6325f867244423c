import type Stripe from 'stripe';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paymentJobs } from '../../jobs/payments.ts';
import { allWell } from '../../supabase/local/simulators/stripe/switches.ts';
import { databases, openJobsStand, type JobsStand } from './jobs-stand.ts';
import { openStripeStand, secretKey, sessionOf, type StripeStand } from './stripe-stand.ts';

describe.each(databases)('jobs of payments, on %s', (database) => {
	let stand: JobsStand;
	let provider: StripeStand;
	let guest = 0;

	beforeAll(async () => {
		provider = await openStripeStand();
		stand = await openJobsStand(database);
		await stand.db.exec(`insert into private.settings (key, value) values ('rate_limits', 'off')
			on conflict (key) do update set value = excluded.value`);
	}, 180_000);
	beforeEach(async () => {
		await stand.reset();
		provider.simulator.switches = allWell;
	});
	afterAll(async () => {
		await provider?.close();
		await stand?.close();
	});

	const start = () => stand.start(paymentJobs, undefined, null, null, { secretKey, apiUrl: provider.apiUrl });
	const rows = <R>(sql: string, params: unknown[] = []) => stand.db.query<R>(sql, params);
	/** The last event of a type, as Stripe would have sent it. */
	const eventOf = (type: string, about: string): Stripe.Event => {
		const found = provider.simulator.store
			.all('events')
			.findLast((event) => event.type === type && JSON.stringify(event.data.object).includes(about));
		if (!found) throw new Error(`No ${type} of ${about}.`);
		return found;
	};
	const tell = (event: object) => rows('select private.receive_stripe_event($1::jsonb)', [JSON.stringify(event)]);

	/** A booking whose deposit was paid by card at the simulator; whether the ledger was told of it. */
	async function paidDeposit({ told = true, card = '4242424242424242' } = {}) {
		const booking = await stand.makeBooking(`payer${(guest += 1)}@example.test`);
		const [row] = await rows<{ begun: { checkout_id: string; total_cents: number } }>(
			`select public.begin_checkout($1, jsonb_build_object('idempotency_key', gen_random_uuid()::text), private.booking_token($1)) as begun`,
			[booking]
		);
		const { checkout_id, total_cents } = row?.begun ?? { checkout_id: '', total_cents: 0 };
		const metadata = { checkout_id, booking_id: booking };
		const session = await provider.stripe.checkout.sessions.create(
			sessionOf({
				client_reference_id: checkout_id,
				metadata,
				payment_intent_data: { metadata },
				line_items: [
					{ quantity: 1, price_data: { currency: 'usd', unit_amount: total_cents, product_data: { name: 'Deposit' } } }
				]
			})
		);
		await rows('select public.attach_checkout($1, $2, $3, $4)', [
			checkout_id,
			session.id,
			session.url,
			new Date(session.expires_at * 1000).toISOString()
		]);
		await provider.pay(session.id, card);
		const intent = String((await provider.stripe.checkout.sessions.retrieve(session.id)).payment_intent);
		if (told) await tell(eventOf('payment_intent.succeeded', intent));
		return { booking, checkout_id, intent, total_cents, session: session.id };
	}

	const refunds = (booking: string) =>
		rows<{ status: string; amount_cents: number; stripe_refund_id: string | null; failure: string | null }>(
			'select status, amount_cents, stripe_refund_id, failure from public.payment_refunds where booking_id = $1 order by created_at',
			[booking]
		);
	const ledger = (booking: string) =>
		rows<{ kind: string; amount_cents: number }>(
			'select kind, amount_cents from public.payments where booking_id = $1 order by kind, amount_cents',
			[booking]
		);
	const ask = async (booking: string, intent: string, cents: number) => {
		const [row] = await rows<{ id: string }>(
			`select private.refund_by_rule($1, $2, $3, $4, 'booking', 'A refund that a test asked for.') as id`,
			[`test:${intent}:${cents}`, booking, intent, cents]
		);
		return row?.id ?? '';
	};

	it('a refund that was asked for goes out once, whichever of answer and event comes first, and however often it is tried', async () => {
		const { booking, intent } = await paidDeposit();
		const refund = await ask(booking, intent, 4000);
		await start();
		await stand.done('payments-refund');
		await tell(eventOf('charge.refunded', intent));
		await stand.enqueue('payments-refund', { refund_id: refund });
		await stand.done('payments-refund', 2);
		expect(await refunds(booking)).toMatchObject([{ status: 'succeeded', amount_cents: 4000 }]);
		expect((await provider.stripe.refunds.list({ payment_intent: intent })).data).toHaveLength(1);
		expect((await ledger(booking)).filter(({ kind }) => kind === 'refund')).toEqual([
			{ kind: 'refund', amount_cents: -4000 }
		]);
	});

	it.each(['error', 'kept_error', 'lost_answer', 'unreachable'] as const)(
		'after "%s" the next try makes exactly one refund',
		async (failure) => {
			const { booking, intent } = await paidDeposit();
			provider.simulator.set({ failure, failureCount: 1 });
			await ask(booking, intent, 3000);
			await start();
			await expect
				.poll(
					async () => {
						await stand.db.exec(`update pgboss.job set start_after = now() where state = 'retry'`);
						return stand.states('payments-refund');
					},
					{ timeout: 20_000, interval: 200 }
				)
				.toEqual(['completed']);
			expect(provider.simulator.switches.failure).toBe('off');
			expect((await provider.stripe.refunds.list({ payment_intent: intent })).data).toHaveLength(1);
			expect(await refunds(booking)).toMatchObject([{ status: 'succeeded', amount_cents: 3000 }]);
		}
	);

	it('a refund that Stripe refuses is kept as failed and raised to the staff', async () => {
		const { booking, intent } = await paidDeposit();
		await provider.stripe.refunds.create({ payment_intent: intent });
		await ask(booking, intent, 2000);
		await start();
		await stand.done('payments-refund');
		expect(await refunds(booking)).toMatchObject([
			{ status: 'failed', failure: expect.stringMatching(/already been refunded/) }
		]);
		expect(
			await rows(`select kind from public.payment_attention where booking_id = $1 and status = 'open'`, [booking])
		).toEqual([{ kind: 'refund_failed' }]);
	});

	it('a place to pay is closed once its booking is cancelled', async () => {
		const booking = await stand.makeBooking(`closed${(guest += 1)}@example.test`);
		const session = await provider.stripe.checkout.sessions.create(sessionOf());
		await rows(
			`insert into public.payment_checkouts (booking_id, station_id, purpose, amount_cents, idempotency_key, stripe_session_id, expires_at)
			select id, station_id, 'deposit', 10000, 'key-of-' || id, $2, now() + interval '1 hour' from public.bookings where id = $1`,
			[booking, session.id]
		);
		await start();
		await stand.enqueue('payments-close-checkouts', {});
		await stand.done('payments-close-checkouts');
		expect((await provider.stripe.checkout.sessions.retrieve(session.id)).status).toBe('open');
		await rows(
			`update public.bookings set status = 'cancelled', hold_expires_at = null, cancelled_at = now(), cancel_reason = 'hold_expired' where id = $1`,
			[booking]
		);
		await stand.enqueue('payments-close-checkouts', {});
		await stand.done('payments-close-checkouts', 2);
		expect((await provider.stripe.checkout.sessions.retrieve(session.id)).status).toBe('expired');
	});

	describe('the comparison with Stripe', () => {
		const compare = async () => {
			await start();
			await stand.enqueue('payments-reconcile', { days: 1 });
			await stand.done('payments-reconcile');
			await stand.stopAll();
			const [row] = await rows<{
				checked: number;
				differences: { kind: string; payment_intent: string; healed: boolean }[];
			}>('select checked, differences from public.payment_reconciliations order by created_at desc limit 1');
			return row;
		};
		/** What happened counts once it had time to arrive. */
		const age = () => {
			for (const table of ['intents', 'charges', 'refunds', 'disputes'] as const)
				for (const { id, created } of provider.simulator.store.all(table))
					provider.simulator.store.change(table, id, { created: created - 3600 });
		};

		it('mends a payment, a refund and a dispute that it was never told of, through the webhook’s own path', async () => {
			const { booking, intent } = await paidDeposit({ told: false });
			await provider.stripe.refunds.create({ payment_intent: intent, amount: 500 });
			await provider.stripe.refunds.create({ payment_intent: intent, amount: 500 });
			const charge = String((await provider.stripe.paymentIntents.retrieve(intent)).latest_charge);
			provider.simulator.account.dispute(charge);
			age();
			const report = await compare();
			expect(report?.differences.filter((each) => each.payment_intent === intent)).toMatchObject([
				{ kind: 'payment_missing', healed: true },
				{ kind: 'dispute_missing', healed: true }
			]);
			expect((await ledger(booking)).filter(({ kind }) => kind === 'refund')).toEqual([
				{ kind: 'refund', amount_cents: -500 },
				{ kind: 'refund', amount_cents: -500 }
			]);
			expect(
				(await rows<{ status: string }>('select status from public.bookings where id = $1', [booking]))[0]?.status
			).toBe('confirmed');
			// What Stripe's own events tell later changes nothing any more.
			const before = await ledger(booking);
			for (const type of ['charge.refunded', 'payment_intent.succeeded', 'charge.dispute.created'])
				await tell(eventOf(type, intent));
			expect(await ledger(booking)).toEqual(before);
			expect((await compare())?.differences.filter((each) => each.payment_intent === intent)).toEqual([]);
		});

		it('reports money of the ledger that Stripe does not hold, and raises it once', async () => {
			const { booking } = await paidDeposit();
			await tell({
				id: 'evt_invented',
				object: 'event',
				type: 'payment_intent.succeeded',
				created: Math.floor(Date.now() / 1000) - 3600,
				data: {
					object: {
						id: 'pi_invented',
						object: 'payment_intent',
						amount: 700,
						amount_received: 700,
						currency: 'usd',
						metadata: { booking_id: booking }
					}
				}
			});
			age();
			expect((await compare())?.differences.filter((each) => each.payment_intent === 'pi_invented')).toMatchObject([
				{ kind: 'not_at_provider', healed: false }
			]);
			await compare();
			expect(
				await rows(
					`select status from public.payment_attention where kind = 'reconciliation' and payment_intent = 'pi_invented'`
				)
			).toEqual([{ status: 'open' }]);
		});
	});
});
