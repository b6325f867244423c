/** Paying over HTTP as a guest does it: a booking, the checkout function, the hosted page; and events as Stripe signs them. */
import { bookingRequest, request, rpc, slots, type Answer, type Slot } from './api.ts';
import type { StackStatus } from './stack.ts';
import { signature } from '../supabase/local/simulators/stripe/webhooks.ts';

export interface GuestBooking {
	booking_id: string;
	access_token: string;
	reference: string;
}

export interface Checkout {
	checkout_id: string;
	url: string;
	total_cents: number;
	code?: string;
}

let taken = 0;
let free: Promise<Slot[]> | undefined;

/** A pending booking of its own in Fremont, at a slot that no other of this process takes. */
export async function bookAsGuest(stack: StackStatus): Promise<GuestBooking> {
	free ??= Promise.all([20, 80, 140].map((from) => slots(stack, '94538', from, from + 59))).then((parts) =>
		parts.flat()
	);
	const open = (await free).filter(({ capacity }) => capacity > 0);
	for (let tries = 0; tries < open.length; tries += 1) {
		const slot = open[taken++ % open.length];
		const answer = await rpc<GuestBooking & { code?: string }>(stack, 'create_booking', {
			p_request: bookingRequest({ starts_at: slot?.starts_at ?? '' })
		});
		if (answer.status === 200) return answer.body;
		if (answer.status !== 409)
			throw new Error(`create_booking answered ${answer.status} ${JSON.stringify(answer.body)}`);
	}
	throw new Error('No slot is free any more.');
}

export function checkout(
	stack: StackStatus,
	{ booking_id, access_token }: GuestBooking,
	over: Record<string, unknown> = {}
): Promise<Answer<Checkout>> {
	return request<Checkout>(stack, '/functions/v1/payments-checkout', {
		method: 'POST',
		body: JSON.stringify({
			booking_id,
			access_token,
			purpose: 'deposit',
			idempotency_key: crypto.randomUUID(),
			...over
		})
	});
}

/** Fills in the hosted page; answers its status and where it leads. */
export async function payByCard(url: string, card = '4242424242424242'): Promise<{ status: number; location: string }> {
	const form = { number: card, expiry: '12 / 49', cvc: '123', name: 'Robin Rivera', zip: '94538' };
	const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' });
	await answer.arrayBuffer();
	return { status: answer.status, location: answer.headers.get('location') ?? '' };
}

/** Tells the simulator how to behave. */
export async function setSwitches(stack: StackStatus, switches: object): Promise<void> {
	await fetch(`${stack.SIMULATORS_URL}/stripe/switches`, { method: 'PUT', body: JSON.stringify(switches) });
}

/** Something that happens at Stripe without us; see the simulator's deeds. */
export async function atStripe<T>(stack: StackStatus, deed: object): Promise<T> {
	const answer = await fetch(`${stack.SIMULATORS_URL}/stripe/deeds`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(deed)
	});
	if (!answer.ok) throw new Error(`The simulator refused: ${await answer.text()}`);
	return (await answer.json()) as T;
}

export interface StripeEvent {
	id: string;
	type: string;
	created: number;
	data: { object: Record<string, unknown>; previous_attributes?: Record<string, unknown> };
}

/** Posts an event to the webhook as Stripe does. */
export async function postEvent(
	stack: StackStatus,
	event: object,
	{
		secret = stack.STRIPE_WEBHOOK_SECRET,
		at = Math.floor(Date.now() / 1000),
		signed
	}: { secret?: string; at?: number; signed?: string | null } = {}
): Promise<{ status: number; body: { result?: string; code?: string }; ms: number }> {
	const body = JSON.stringify(event);
	const header = signed === undefined ? signature(secret, body, at) : signed;
	const begun = performance.now();
	const answer = await fetch(`${stack.API_URL}/functions/v1/stripe-webhook`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', ...(header !== null && { 'stripe-signature': header }) },
		body
	});
	const said = (await answer.json()) as { result?: string; code?: string };
	return { status: answer.status, body: said, ms: performance.now() - begun };
}

/** What the guest's payment page shows. */
export interface PaymentPage {
	booking: { status: string };
	payable: string | null;
	paid_cents: number;
	refunded_cents: number;
	balance_due_cents: number;
	payment_status: string;
	checkout: { id: string; status: string; failure_code: string | null } | null;
	entries: { kind: string; method: string; amount_cents: number; applies_to: string }[];
}

export async function paymentPage(
	stack: StackStatus,
	{ booking_id, access_token }: GuestBooking
): Promise<PaymentPage> {
	const answer = await rpc<PaymentPage>(stack, 'payment_page', { p_booking: booking_id, p_access_token: access_token });
	if (answer.status !== 200) throw new Error(`payment_page answered ${answer.status} ${JSON.stringify(answer.body)}`);
	return answer.body;
}
