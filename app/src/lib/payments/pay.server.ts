import { fail, redirect, type RequestEvent } from '@sveltejs/kit';
import type { Supabase } from '#kit/server/supabase.ts';
import {
	payChoicesKey,
	payParams,
	payRequest,
	readPayChoices,
	tipProblem,
	type PayChoices,
	type PayRequest
} from '#shared/payments/choices.ts';
import { checkoutAnswer, reportedPayment } from '#shared/payments/schema.ts';
import { rpcAs } from '../platform/rpc.server.ts';
import { readAnswer, unreachable, type Failure, type Outcome } from '../platform/rpc.ts';
import { hostedOrigins } from './hosted-page.server.ts';
import { offered, payAddress, paymentOf, purposeOf, quotePayment, withToken } from './page.server.ts';

/** What the page shows where paying did not begin. Nothing was charged, and the choices come back with the key. */
export interface PayFailure {
	deed: 'pay' | 'sent';
	choices: PayChoices;
	key: string;
	tipMessage: string | null;
	code: string | null;
	message: string | null;
}

type BookingEvent = RequestEvent & { params: { booking: string } };

/** Longer than the function waits for the card company, so that its own words arrive. */
const patienceMs = 20_000;

/**
 * Begins a card payment and leads to where the card is taken. The figures are the database's; `reviewed` names those that
 * the person saw, and where they would be others now the page is shown once more. The same form sent twice, or a payment
 * that is still open, leads to the same place.
 */
export async function pay(event: BookingEvent) {
	const { token, key, choices: posted, reviewed } = await readPost(event);
	const client = event.locals.supabase;
	const page = await paymentOf(client, event.params.booking, token);
	const choices = offered(page, posted);
	const purpose = purposeOf(page);
	if (!purpose) redirect(303, payAddress(event.params.booking, token));
	const failed = failing('pay', choices, key);
	const problem = purpose === 'balance' ? tipProblem(choices) : null;
	if (problem) return failed(422, { tipMessage: problem });

	const quote = await quotePayment(client, event.params.booking, token, choices, purpose);
	if (!quote.ok) return refused(event, failed, quote.refusal);
	const request = payRequest(choices, purpose);
	if (reviewed !== payChoicesKey(choices, purpose, quote.data.total_cents) || request.method !== 'card') {
		const params = payParams(choices);
		params.set('review', '1');
		redirect(303, payAddress(event.params.booking, token, params));
	}

	const answer = await beginCheckout(client, {
		...request,
		booking_id: event.params.booking,
		idempotency_key: checkoutKey(key, request, quote.data.total_cents),
		...(token && { access_token: token })
	});
	if (answer.ok) redirect(303, answer.data.url, { external: hostedOrigins() });
	return refused(event, failed, answer.refusal);
}

/** Tells the staff that the visitor has sent money by hand, then leads back to the page. */
export async function sent(event: BookingEvent) {
	const { token, key, choices, note } = await readPost(event);
	const { booking } = event.params;
	const request = { method: choices.way, ...(note && { note }) };
	const args = { p_booking: booking, p_request: request, ...withToken(token) };
	const outcome = await rpcAs(event.locals.supabase, 'report_payment', args, reportedPayment);
	if (!outcome.ok) return refused(event, failing('sent', choices, key), outcome.refusal);
	const params = payParams(choices);
	params.set('told', '1');
	redirect(303, payAddress(booking, token, params));
}

/** The form's own key and what was seen: other choices or figures are another payment, the same ones never are. */
function checkoutKey(key: string, { purpose, tip_cents = 0, funding }: PayRequest, totalCents: number): string {
	return [key, purpose, funding, tip_cents, totalCents].join('-');
}

async function beginCheckout(client: Supabase, body: object): Promise<Outcome<{ url: string }>> {
	const { data, error, response } = await client.functions.invoke('payments-checkout', {
		body,
		signal: AbortSignal.timeout(patienceMs)
	});
	if (!error) return readAnswer(true, data, checkoutAnswer);
	const said: unknown = await response?.json().catch(() => null);
	return readAnswer(false, said ?? null, checkoutAnswer);
}

function refused(event: RequestEvent, failed: ReturnType<typeof failing>, refusal: Failure) {
	const { code, message, hint } = refusal;
	const away = code === 'PAYMENT_PROVIDER_TIMEOUT' || code === 'UNREACHABLE' || code === 'TRY_AGAIN';
	if (away) event.setHeaders({ 'retry-after': '30' });
	const words = refusal === unreachable || !hint ? message : `${message} ${hint}`;
	return failed(away ? 503 : code === 'RATE_LIMITED' ? 429 : 409, { code, message: words });
}

async function readPost({ request, url }: RequestEvent) {
	const form = await request.formData();
	const key = String(form.get('key') ?? '');
	return {
		token: url.searchParams.get('token') ?? '',
		key: /^[\w-]{8,64}$/.test(key) ? key : (crypto.randomUUID() as string),
		choices: readPayChoices(form),
		reviewed: form.get('reviewed'),
		note: String(form.get('note') ?? '')
			.trim()
			.slice(0, 500)
	};
}

function failing(deed: PayFailure['deed'], choices: PayChoices, key: string) {
	return (status: number, what: Partial<Pick<PayFailure, 'tipMessage' | 'code' | 'message'>>) =>
		fail<PayFailure>(status, { deed, choices, key, tipMessage: null, code: null, message: null, ...what });
}
