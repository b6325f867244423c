import type Stripe from 'stripe';
import { refundAnswer, refundOrder, refundRequest, type RefundAnswer } from '../_shared/payments/requests.ts';
import { json, parsed, Refused, serve } from '../_shared/platform/http.ts';
import { providerRefusal } from '../_shared/platform/provider.ts';
import { callRpc, callerOf, sameSecret, type Caller, type RpcOptions } from '../_shared/platform/rpc.ts';
import { refundCard } from '../_shared/platform/stripe.ts';

export interface RefundOptions {
	url: string;
	publishableKey: string;
	secretKey: string;
	fetch: RpcOptions['fetch'];
	stripe: Stripe | null;
	log?: (line: string) => void;
}

/**
 * Gives money back: staff by {booking_id, amount_cents, method, reason, idempotency_key, …}, the server by {refund_id}.
 * {refund_id, status, stripe_refund_id, failure, …}. Where Stripe does not answer the refund stays asked for: the same key
 * goes on with it, and a job does so by itself.
 */
export function paymentsRefund(options: RefundOptions): (request: Request) => Promise<Response> {
	const asCaller = { url: options.url, key: options.publishableKey, fetch: options.fetch };
	const asServer = { ...asCaller, key: options.secretKey };

	async function settle(refund: string, caller: Caller, outcome: Awaited<ReturnType<typeof refundCard>> | null) {
		const args = {
			p_refund: refund,
			p_stripe_refund_id: outcome?.stripe_refund_id ?? null,
			p_status: outcome?.status ?? 'pending',
			p_failure: outcome?.failure ?? null
		};
		return refundAnswer.parse(await callRpc(asServer, 'settle_refund', args, { requestId: caller.requestId }));
	}

	async function asked(request: Request, body: unknown, caller: Caller): Promise<RefundAnswer> {
		if (await sameSecret(request.headers.get('apikey') ?? '', options.secretKey)) {
			// What is pending stays as it is: this only reads it.
			return settle(parsed(refundOrder, body).refund_id, caller, null);
		}
		const { booking_id, ...wish } = parsed(refundRequest, body);
		const args = { p_booking: booking_id, p_request: wish };
		return refundAnswer.parse(await callRpc(asCaller, 'request_refund', args, caller));
	}

	return serve({ methods: ['POST'], maxBytes: 16 * 1024, log: options.log }, async (request, context) => {
		const caller = callerOf(request, context.requestId);
		const refund = await asked(request, await context.json(), caller);
		const { refund_id, booking_id, payment_intent, amount_cents } = refund;
		if (refund.status !== 'requested' || refund.method !== 'stripe' || !payment_intent) return json(refund);
		if (!options.stripe)
			throw new Refused(
				409,
				'PAYMENTS_OFF',
				'No card provider is set up.',
				{ refund_id },
				'Set its key, then try again.'
			);
		const outcome = await refundCard(options.stripe, { refund_id, booking_id, payment_intent, amount_cents }).catch(
			providerRefusal('The refund is kept and tried again by itself.', { refund_id })
		);
		return json(await settle(refund_id, caller, outcome));
	});
}
