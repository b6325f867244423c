import { expect, type Page } from '@playwright/test';
import pg from 'pg';
import { bookingRequest, request, rpc, signIn, stackUnderTest } from '../api.ts';
import { until } from '../until.ts';
import { awake, someFreeSlot } from './booking-steps.ts';

export const cards = {
	good: '4242 4242 4242 4242',
	debit: '4000 0566 5566 5556',
	declined: '4000 0000 0000 0002',
	poor: '4000 0000 0000 9995',
	expired: '4000 0000 0000 0069',
	faulty: '4000 0000 0000 0119',
	secure: '4000 0025 0000 3155'
};

export interface Payable {
	booking_id: string;
	reference: string;
	access_token: string;
	total_cents: number;
	/** The payment page of its guest. */
	path: string;
}

/** A dinner booked over the API that can be paid by its guest's link. */
export async function someDinner(over: Record<string, unknown> = {}): Promise<Payable> {
	const slot = await someFreeSlot();
	const answer = await rpc<Omit<Payable, 'path'>>(stackUnderTest(), 'create_booking', {
		p_request: bookingRequest({ starts_at: slot.starts_at, ...over })
	});
	if (answer.status !== 200) throw new Error(`create_booking answered ${answer.status} ${JSON.stringify(answer.body)}`);
	const { booking_id, access_token } = answer.body;
	return { ...answer.body, path: `/payment/${booking_id}?token=${access_token}` };
}

/** A dinner whose deposit was taken in cash, so that its balance is due. */
export async function confirmedDinner(over: Record<string, unknown> = {}): Promise<Payable> {
	const dinner = await someDinner(over);
	const answer = await rpc(
		stackUnderTest(),
		'record_payment',
		{
			p_booking: dinner.booking_id,
			p_request: { kind: 'deposit', method: 'zelle', amount_cents: 10_000, idempotency_key: crypto.randomUUID() }
		},
		await signIn(stackUnderTest(), 'admin@demo.test')
	);
	if (answer.status !== 200) throw new Error(`record_payment answered ${answer.status} ${JSON.stringify(answer.body)}`);
	return dinner;
}

/** Ends a dinner's hold now, as the sweep of holds does when its time has come. */
export async function endHold({ booking_id }: Pick<Payable, 'booking_id'>): Promise<void> {
	const client = new pg.Client(stackUnderTest().DB_URL ?? '');
	await client.connect();
	try {
		await client.query(`update public.bookings set hold_expires_at = now() - interval '1 second' where id = $1`, [
			booking_id
		]);
		await client.query('select private.expire_holds_of(array[$1::uuid])', [booking_id]);
	} finally {
		await client.end();
	}
}

/** Opens a page of the site and waits until it listens to what is pressed. */
export async function openPage(page: Page, path: string): Promise<void> {
	await page.goto(path);
	await awake(page);
}

/**
 * Presses Pay and arrives at the hosted page. Another test may have told the one simulated Stripe to be down for a moment:
 * then again, as a person would.
 */
export async function toCardPage(page: Page): Promise<void> {
	const there = /\/checkout\//;
	await expect(async () => {
		if (there.test(page.url())) return;
		const again = page.getByTestId('try-again-button');
		await ((await again.isVisible()) ? again : page.getByTestId('pay-button')).click({ timeout: 2_000 });
		await expect(page).toHaveURL(there, { timeout: 10_000 });
	}).toPass({ timeout: 45_000 });
	await onCardPage(page);
}

export async function onCardPage(page: Page): Promise<void> {
	await expect(page).toHaveURL(/\/checkout\//);
	await expect(page.getByLabel('Card number')).toBeVisible();
}

/** Enters a card on the hosted page and sends it. */
export async function payWith(page: Page, number: string): Promise<void> {
	await page.getByLabel('Card number').fill(number);
	await page.getByLabel('Expiry').fill('12 / 34');
	await page.getByLabel('CVC').fill('123');
	await page.getByRole('button', { name: /^Pay/ }).click();
}

export interface Entry {
	kind: string;
	amount_cents: number;
	checkout_id: string | null;
}

/** The ledger of a booking as staff see it, once it fits. */
export async function ledgerOf(dinner: Payable, fits: (entries: Entry[]) => boolean = () => true): Promise<Entry[]> {
	const token = await signIn(stackUnderTest(), 'admin@demo.test');
	return until(
		async () => {
			const answer = await request<Entry[]>(
				stackUnderTest(),
				`/rest/v1/payments?booking_id=eq.${dinner.booking_id}&select=kind,amount_cents,checkout_id&order=occurred_at,id`,
				{ token }
			);
			return fits(answer.body) ? answer.body : null;
		},
		{ what: `the ledger of ${dinner.reference}` }
	);
}

/** How many places to pay Stripe was asked for, and how many of them were paid. */
export async function sessionsOf(dinner: Payable): Promise<{ status: string; payment_status: string }[]> {
	const answer = await fetch(`${stackUnderTest().API_URL}/_simulators/stripe/state`);
	const { sessions } = (await answer.json()) as {
		sessions: { metadata: { booking_id?: string }; status: string; payment_status: string }[];
	};
	return sessions.filter(({ metadata }) => metadata.booking_id === dinner.booking_id);
}

/** Sets switches of the simulated Stripe; they are one for all, so tests that use them run in one file, one after the other. */
export async function stripeIs(switches: object): Promise<void> {
	const answer = await fetch(`${stackUnderTest().API_URL}/_simulators/stripe/switches`, {
		method: 'PUT',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(switches)
	});
	if (!answer.ok) throw new Error(`The simulator answered ${answer.status}.`);
}

/** Dollars as the page writes them. */
export const usd = (cents: number): string =>
	new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' }).format(cents / 100);
