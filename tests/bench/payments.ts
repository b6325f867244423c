import pg from 'pg';
import { bookAsGuest, checkout, setSwitches, type GuestBooking } from '../payments.ts';
import type { StackStatus } from '../stack.ts';
import { until } from '../until.ts';
import { percentile, type Figure } from './figures.ts';

/**
 * 50 people that begin to pay at the same moment, against a card provider that answers at once; several times over. Counted is
 * what is ours: from the request to the answer, less the wait for the provider, which the function itself measures. The first
 * rounds count only for errors: connections, plans and compiled code are new then.
 */
export async function paymentFigures(stack: StackStatus, people = 50, rounds = 5, warmRounds = 6): Promise<Figure[]> {
	await setSwitches(stack, { latencyMs: 0, failure: 'off' });
	const whole: number[] = [];
	const ours: number[] = [];
	let errors = 0;
	for (let round = 0; round < warmRounds + rounds; round += 1) {
		const bookings: GuestBooking[] = [];
		for (let index = 0; index < people; index += 1) bookings.push(await bookAsGuest(stack));
		await mailsLeft(stack);
		const times: { whole: number; ours: number }[] = [];
		await Promise.all(
			bookings.map(async (booking) => {
				const begun = performance.now();
				const { status, headers } = await checkout(stack, booking);
				const took = performance.now() - begun;
				if (status === 200) times.push({ whole: took, ours: took - stripesPart(headers) });
				else errors += 1;
			})
		);
		if (round < warmRounds) continue;
		whole.push(
			percentile(
				Array.from(times, (time) => time.whole),
				95
			)
		);
		ours.push(
			percentile(
				Array.from(times, (time) => time.ours),
				95
			)
		);
	}
	return [
		{
			what: `begin to pay, p95 of ${people} at once, without what the card provider takes`,
			measured: percentile(ours, 50),
			unit: 'ms',
			must: 500,
			aim: 250,
			note: `median of ${rounds} rounds, ${Math.min(...ours).toFixed(0)} to ${Math.max(...ours).toFixed(0)} ms; with it ${percentile(whole, 50).toFixed(0)} ms`
		},
		{ what: `errors of ${people} that begin to pay at once`, measured: errors, unit: 'errors', must: 0, aim: 0 }
	];
}

/** How long the function waited for Stripe, in ms, as its answer says. */
function stripesPart(headers: Headers): number {
	const found = /\bstripe;dur=([\d.]+)/.exec(headers.get('server-timing') ?? '')?.[1];
	if (!found) throw new Error('The function does not say how long it waited for Stripe.');
	return Number(found);
}

/** Resolves when the mails of what was booked have gone: paying is measured, not what booking leaves to do. */
async function mailsLeft(stack: StackStatus): Promise<void> {
	const db = new pg.Client(stack.DB_URL ?? '');
	await db.connect();
	try {
		await until(
			async () => {
				const { rows } = await db.query<{ open: boolean }>(
					"select exists (select from pgboss.job where name = 'booking-notify' and state < 'completed') as open"
				);
				return rows[0]?.open === false;
			},
			{ timeoutMs: 60_000, what: 'the mails of what was booked' }
		);
	} finally {
		await db.end();
	}
}
