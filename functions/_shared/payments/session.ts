/** The Checkout Session of an attempt to pay. */
import type { BegunCheckout } from './requests.ts';

/** How a card is taken: on Stripe's page, or in ours by Stripe's form. */
export type UiMode = 'hosted_page' | 'embedded_page' | 'elements';

export interface SessionOptions {
	/** The customer site. */
	appUrl: string;
	uiMode: UiMode;
	/** Null before their first payment: Stripe makes its customer with that one, and the event of it says which. */
	stripeCustomerId: string | null;
	/** Of a guest's link, so that the way back opens. */
	accessToken: string | null;
}

/**
 * The session's parameters, the same for the same attempt, as Stripe wants it for one idempotency key. What is shown as lines
 * is what the database asked for, to the cent.
 */
export function sessionParams(checkout: BegunCheckout, options: SessionOptions) {
	const { appUrl, uiMode, stripeCustomerId, accessToken } = options;
	const metadata = { checkout_id: checkout.checkout_id, booking_id: checkout.booking_id };
	const back = new URL(`/payment/${checkout.booking_id}`, appUrl);
	const done = new URL('/payment/success', appUrl);
	done.searchParams.set('booking', checkout.booking_id);
	done.searchParams.set('checkout', checkout.checkout_id);
	if (accessToken) for (const url of [back, done]) url.searchParams.set('token', accessToken);
	// Stripe puts the id there, and does not know the braces once they are encoded.
	const success = `${done.href}&session_id={CHECKOUT_SESSION_ID}`;
	return {
		mode: 'payment' as const,
		ui_mode: uiMode,
		...(stripeCustomerId
			? { customer: stripeCustomerId }
			: { customer_creation: 'always' as const, ...(checkout.email && { customer_email: checkout.email }) }),
		client_reference_id: checkout.checkout_id,
		metadata,
		payment_intent_data: { description: checkout.description, metadata },
		payment_method_types: ['card' as const],
		line_items: sessionLines(checkout).map(({ name, cents }) => ({
			quantity: 1,
			price_data: { currency: checkout.currency, unit_amount: cents, product_data: { name } }
		})),
		...(uiMode === 'hosted_page' ? { success_url: success, cancel_url: back.href } : { return_url: success })
	};
}

/** What is paid, line by line; lines of nothing are left out. Their sum is the total. */
export function sessionLines(checkout: BegunCheckout): { name: string; cents: number }[] {
	const { purpose, reference, amount_cents, tip_cents, fee_cents, fee_rate } = checkout;
	return [
		{ name: `${purpose === 'deposit' ? 'Deposit' : 'Balance'} of booking ${reference}`, cents: amount_cents },
		{ name: 'Tip for your chef', cents: tip_cents },
		{ name: `Card fee (${Number((fee_rate * 100).toFixed(3))} %)`, cents: fee_cents }
	].filter(({ cents }) => cents > 0);
}
