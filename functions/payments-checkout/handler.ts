import type Stripe from 'stripe';
import {
	begunCheckout,
	checkoutRequest,
	type BegunCheckout,
	type CheckoutRequest
} from '../_shared/payments/requests.ts';
import type { UiMode } from '../_shared/payments/session.ts';
import { json, parsed, Refused, serve, type RequestContext } from '../_shared/platform/http.ts';
import { providerRefusal } from '../_shared/platform/provider.ts';
import { callRpc, callerOf, type Caller, type RpcOptions } from '../_shared/platform/rpc.ts';
import { closeSessions, openSession, retrieveSession, type OpenSession } from '../_shared/platform/stripe.ts';

export interface CheckoutOptions {
	url: string;
	publishableKey: string;
	secretKey: string;
	fetch: RpcOptions['fetch'];
	/** Null where no key is set. */
	stripe: Stripe | null;
	uiMode: UiMode;
	appUrl: string;
	log?: (line: string) => void;
}

/**
 * Begins to pay by card, as whoever calls: {checkout_id, url, client_secret, amount_cents, tip_cents, fee_cents, total_cents}.
 * The same key goes on where an earlier call stopped, and never makes a second place to pay.
 */
export function paymentsCheckout(options: CheckoutOptions): (request: Request) => Promise<Response> {
	const asCaller = { url: options.url, key: options.publishableKey, fetch: options.fetch };
	const asServer = { ...asCaller, key: options.secretKey };

	async function begin(wish: CheckoutRequest, caller: Caller): Promise<BegunCheckout> {
		const { booking_id, access_token = null, ...request } = wish;
		const args = { p_booking: booking_id, p_request: request, p_access_token: access_token };
		return begunCheckout.parse(await callRpc(asCaller, 'begin_checkout', args, caller));
	}

	/** A key whose attempt ran out of time begins a new one, always the same. */
	async function beginOpen(wish: CheckoutRequest, caller: Caller): Promise<BegunCheckout> {
		const begun = await begin(wish, caller);
		if (begun.status === 'processing' || begun.status === 'succeeded') {
			throw new Refused(409, 'NOT_PAYABLE', 'This payment has been made.', { reason: 'paid' }, 'Reload the page.');
		}
		const until = begun.session?.expires_at;
		const over = begun.status === 'expired' || (until && Date.parse(until) <= Date.now());
		if (!over) return begun;
		return begin({ ...wish, idempotency_key: `${wish.idempotency_key.slice(0, 60)}:${begun.checkout_id}` }, caller);
	}

	async function sessionOf(
		stripe: Stripe,
		begun: BegunCheckout,
		wish: CheckoutRequest,
		caller: Caller,
		timed: RequestContext['timed']
	): Promise<OpenSession> {
		const { uiMode, appUrl } = options;
		const { session } = begun;
		if (session?.url && uiMode === 'hosted_page') {
			const { id, url, expires_at } = session;
			return { id, url, clientSecret: null, expiresAt: expires_at ?? '', stripeCustomerId: begun.stripe_customer_id };
		}
		if (session) return timed('stripe', retrieveSession(stripe, session.id));
		const accessToken = wish.access_token ?? null;
		const opened = await timed('stripe', openSession(stripe, begun, { uiMode, appUrl, accessToken }));
		const args = {
			p_checkout: begun.checkout_id,
			p_session_id: opened.id,
			p_url: opened.url,
			p_expires_at: opened.expiresAt,
			p_stripe_customer_id: opened.stripeCustomerId
		};
		await callRpc(asServer, 'attach_checkout', args, { requestId: caller.requestId });
		return opened;
	}

	return serve({ methods: ['POST'], maxBytes: 16 * 1024, log: options.log }, async (request, context) => {
		const wish = parsed(checkoutRequest, await context.json());
		const caller = callerOf(request, context.requestId);
		const begun = await beginOpen(wish, caller);
		if (!options.stripe)
			throw new Refused(409, 'PAYMENTS_OFF', 'We can’t take cards right now.', null, 'Pay by Zelle or Venmo.');
		const { stripe } = options;
		const session = await sessionOf(stripe, begun, wish, caller, context.timed)
			.then(async (found) => {
				if (begun.obsolete_sessions.length)
					await context.timed('stripe', closeSessions(stripe, begun.obsolete_sessions));
				return found;
			})
			.catch(providerRefusal('Nothing was charged. Try again in a moment.'));
		const { checkout_id, amount_cents, tip_cents, fee_cents, total_cents } = begun;
		return json({
			checkout_id,
			url: session.url,
			client_secret: session.clientSecret,
			amount_cents,
			tip_cents,
			fee_cents,
			total_cents
		});
	});
}
