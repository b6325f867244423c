import * as z from 'zod/mini';
import { action, invalid, type Deed } from '#admin/platform/action.server.ts';
import { ApiError, dataOf, problemOf, type Api } from '#admin/platform/api.ts';
import { formatCents } from '#shared/platform/money.ts';
import { attentionRow, attentionRowSelect, paymentMethods, type AttentionRow } from './schema.ts';
import { bookingMoney, refundSuggestion, type BookingMoney, type RefundSuggestion } from './booking-money.ts';
import { centsOf } from './words.ts';

/** All about a booking's money, for staff who may read payments: its ledger, what may go back, what needs somebody. */
export async function readMoney(
	api: Api,
	booking: string
): Promise<{ money: BookingMoney; suggestion: RefundSuggestion; attention: AttentionRow[] }> {
	const [money, suggestion, attention] = await Promise.all([
		api.rpc('payment_page', { p_booking: booking }),
		api.rpc('refund_suggestion', { p_booking: booking }),
		api
			.from('payment_attention')
			.select(attentionRowSelect)
			.eq('booking_id', booking)
			.eq('status', 'open')
			.order('created_at')
	]);
	return {
		money: bookingMoney.parse(dataOf(money)),
		suggestion: refundSuggestion.parse(dataOf(suggestion)),
		attention: z.array(attentionRow).parse(dataOf(attention))
	};
}

function sumOf({ field }: Deed): number {
	const cents = centsOf(field('amount'));
	if (cents === null || cents < 1) throw invalid({ amount: 'Enter a sum in dollars, like 100 or 51.18.' });
	return cents;
}

function methodOf({ field }: Deed): (typeof paymentMethods)[number] {
	const method = paymentMethods.find((known) => known === field('method'));
	if (!method) throw invalid({ method: 'Choose how it was paid.' });
	return method;
}

const settled = z.object({ status: z.string(), failure: z.optional(z.nullable(z.string())) });

/** What is done about money on a booking's page and in the queue. */
export const moneyActions = {
	takePayment: action('takePayment', ['payments.write'], async (work) => {
		const { api, event, field } = work;
		const cents = sumOf(work);
		dataOf(
			await api.rpc('record_payment', {
				p_booking: event.params.id,
				p_request: {
					kind: field('kind'),
					method: methodOf(work),
					amount_cents: cents,
					note: field('note'),
					idempotency_key: field('key')
				}
			})
		);
		return { done: `${formatCents(cents)} is in the ledger. The customer gets a receipt.` };
	}),

	refund: action('refund', ['payments.refund'], async (work) => {
		const { event, field } = work;
		const cents = sumOf(work);
		const [method = '', intent] = field('from').split(' ');
		const body = {
			booking_id: event.params.id,
			amount_cents: cents,
			method,
			...(intent && { payment_intent: intent }),
			applies_to: field('applies_to') || 'booking',
			reason: field('reason'),
			idempotency_key: field('key')
		};
		const { data, error, response } = await event.locals.supabase.functions.invoke('payments-refund', {
			body,
			signal: AbortSignal.timeout(45_000)
		});
		if (error) {
			const said: unknown = await response?.json().catch(() => null);
			throw new ApiError(problemOf({ data: said ?? null, error: said ?? error, status: response?.status ?? 503 }));
		}
		const { status, failure } = settled.parse(data);
		if (status === 'failed') throw invalid({ amount: failure ?? 'The card provider refused the refund.' });
		return {
			done:
				status === 'succeeded'
					? `${formatCents(cents)} is given back.`
					: `${formatCents(cents)} is on its way back; the ledger shows it as it arrives.`
		};
	}),

	resolve: action('resolve', ['payments.write', 'payments.refund'], async ({ api, field }) => {
		const deed = field('deed');
		dataOf(
			await api.rpc('resolve_attention', {
				p_attention: field('attention'),
				p_action: deed,
				p_reason: field('reason')
			})
		);
		const outcomes: Record<string, string> = {
			rebook: 'Rebooked. The customer gets an e-mail.',
			refund: 'The money is on its way back.'
		};
		return { done: outcomes[deed] ?? 'Settled.' };
	})
};
