import { json, Refused, serve } from '../_shared/platform/http.ts';
import { callRpc, type RpcOptions } from '../_shared/platform/rpc.ts';
import { verifiedEvent } from '../_shared/platform/stripe.ts';

export interface WebhookOptions {
	url: string;
	secretKey: string;
	webhookSecret: string;
	fetch: RpcOptions['fetch'];
	log?: (line: string) => void;
}

/** Takes an event that Stripe signed within the last five minutes and hands it to the database, which keeps it before it acts. */
export function stripeWebhook(options: WebhookOptions): (request: Request) => Promise<Response> {
	const asServer = { url: options.url, key: options.secretKey, fetch: options.fetch };
	return serve({ methods: ['POST'], cors: 'none', log: options.log }, async (request, { bytes, requestId }) => {
		const event = await verifiedEvent(await bytes(), request.headers.get('stripe-signature'), options.webhookSecret);
		if (!event) throw new Refused(400, 'INVALID_SIGNATURE', 'The signature is missing, wrong or too old.');
		return json(await callRpc(asServer, 'receive_stripe_event', { p_event: event }, { requestId }));
	});
}
