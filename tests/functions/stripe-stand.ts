/** The Stripe simulator on a server of its own, the real SDK pointed at it, and a customer at its hosted page. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type Stripe from 'stripe';
import { stripeClient } from '#shared/platform/stripe.ts';
import { createSimulators } from '../../supabase/local/simulators/index.ts';
import type { StripeSimulator } from '../../supabase/local/simulators/stripe/index.ts';

export const secretKey = 'sk_test_simulated_key_of_tests';
export const webhookSecret = 'whsec_secret_of_tests';

export interface StripeStand {
	stripe: Stripe;
	simulator: StripeSimulator;
	/** The SDK's base address. */
	apiUrl: string;
	/** Posts the card form of a session; answers the status and where it leads. */
	pay(
		session: string,
		card: string,
		over?: Record<string, string>
	): Promise<{ status: number; location: string; text: string }>;
	post(path: string, form: Record<string, string>): Promise<{ status: number; location: string; text: string }>;
	close(): Promise<void>;
}

export async function openStripeStand(
	options: { dataDir?: string; webhookUrl?: string; timeout?: number } = {}
): Promise<StripeStand> {
	const server = createServer((req, res) => void simulators.handleRequest(req, res));
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const simulators = createSimulators({
		stripe: {
			dataDir: options.dataDir ?? null,
			origin,
			secretKey,
			webhookSecret,
			webhookUrl: options.webhookUrl ?? null,
			inUse: true
		}
	});
	const simulator = simulators.stripe;
	if (!simulator) throw new Error('There is no simulator.');
	const apiUrl = `${origin}/_simulators/stripe`;

	async function post(path: string, form: Record<string, string>) {
		const answer = await fetch(`${apiUrl}/${path}`, {
			method: 'POST',
			body: new URLSearchParams(form),
			redirect: 'manual'
		});
		return { status: answer.status, location: answer.headers.get('location') ?? '', text: await answer.text() };
	}

	return {
		stripe: stripeClient({ secretKey, apiUrl }, { timeout: options.timeout }),
		simulator,
		apiUrl,
		post,
		pay: (session, card, over = {}) =>
			post(`checkout/${session}`, {
				number: card,
				expiry: '12 / 49',
				cvc: '123',
				name: 'Ann Lee',
				zip: '94538',
				...over
			}),
		close: async () => {
			simulators.close();
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		}
	};
}

/** Parameters of a session as the adapter makes them. */
export function sessionOf(
	over: Partial<Stripe.Checkout.SessionCreateParams> = {}
): Stripe.Checkout.SessionCreateParams {
	return {
		mode: 'payment',
		ui_mode: 'hosted_page',
		success_url: 'http://app.test/done?session={CHECKOUT_SESSION_ID}',
		cancel_url: 'http://app.test/back',
		client_reference_id: 'checkout-1',
		metadata: { checkout_id: 'checkout-1', booking_id: 'booking-1' },
		payment_intent_data: { description: 'Balance', metadata: { checkout_id: 'checkout-1', booking_id: 'booking-1' } },
		line_items: [
			{ quantity: 1, price_data: { currency: 'usd', unit_amount: 75_118, product_data: { name: 'Balance' } } },
			{ quantity: 1, price_data: { currency: 'usd', unit_amount: 2254, product_data: { name: 'Card fee (3 %)' } } }
		],
		...over
	};
}
