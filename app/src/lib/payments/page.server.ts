import { error, json, type RequestEvent } from '@sveltejs/kit';
import type { Supabase } from '#kit/server/supabase.ts';
import {
	blankChoices,
	choicesOfCheckout,
	payRequest,
	readPayChoices,
	tipProblem,
	type PayChoices,
	type PayPurpose
} from '#shared/payments/choices.ts';
import {
	paymentPage,
	paymentProgress,
	paymentQuote,
	type PaymentPage,
	type PaymentProgress,
	type PaymentQuote
} from '#shared/payments/schema.ts';
import { apiAccess, rpcAs } from '../platform/rpc.server.ts';
import type { Outcome } from '../platform/rpc.ts';

type BookingEvent = RequestEvent & { params: { booking: string } };

/** All that the payment page starts from. What was chosen is in the address, or is what the last unfinished attempt had. */
export async function payPage({ params, url, locals, setHeaders }: BookingEvent) {
	setHeaders({ 'referrer-policy': 'same-origin', 'x-robots-tag': 'noindex' });
	const token = url.searchParams.get('token') ?? '';
	const page = await paymentOf(locals.supabase, params.booking, token);
	const choices = offered(page, chosenBefore(page, url.searchParams));
	const purpose = purposeOf(page);
	return {
		api: apiAccess(),
		page,
		topic: await topicOf(locals.supabase, page, token),
		told: url.searchParams.has('told'),
		token,
		choices,
		key: crypto.randomUUID() as string,
		purpose,
		outcome: purpose ? await quotePayment(locals.supabase, params.booking, token, choices, purpose) : null,
		tipMessage: tipProblem(choices),
		review: url.searchParams.has('review'),
		bookingLink: bookingAddress(params.booking, token)
	};
}

/** The figures for choices, asked while a person makes them. Same-origin: it goes by the visitor's own session. */
export async function payFigures({ params, url, locals, setHeaders }: BookingEvent): Promise<Response> {
	setHeaders({ 'referrer-policy': 'same-origin' });
	const purpose = url.searchParams.get('purpose') === 'deposit' ? 'deposit' : 'balance';
	const choices = readPayChoices(url.searchParams);
	return json(
		await quotePayment(locals.supabase, params.booking, url.searchParams.get('token') ?? '', choices, purpose)
	);
}

/** What can be paid of a booking, and what was. Answers 404 where neither the link nor the account opens it. */
export async function paymentOf(client: Supabase, booking: string, token: string): Promise<PaymentPage> {
	const outcome = await readPayment(client, booking, token);
	if (outcome.ok) return outcome.data;
	if (outcome.refusal.code === 'UNREACHABLE') error(503, { message: outcome.refusal.message, code: 'UNREACHABLE' });
	error(404, { message: 'This link opens no payment. Use the one in your e-mail, or sign in.', code: 'NOT_FOUND' });
}

/** What a booking's own page shows of its payments, with where they are made. Null where that can't be told just now. */
export async function paymentBeside(client: Supabase, booking: string, token: string) {
	const outcome = await readPayment(client, booking, token);
	return outcome.ok ? { page: outcome.data, token, payLink: payAddress(booking, token) } : null;
}

/** How far an attempt is, the latest where none is named. Null where that can't be told. */
export async function progressOf(
	client: Supabase,
	booking: string,
	token: string,
	checkout: string | null
): Promise<PaymentProgress | null> {
	const args = { p_booking: booking, ...(checkout && { p_checkout: checkout }), ...withToken(token) };
	const outcome = await rpcAs(client, 'payment_progress', args, paymentProgress);
	return outcome.ok ? outcome.data : null;
}

/** Where an open page of the booking hears of changes; null where that can't be told just now. */
async function topicOf(client: Supabase, page: PaymentPage, token: string): Promise<string | null> {
	return page.guest_topic ?? (await progressOf(client, page.booking.id, token, null))?.topic ?? null;
}

function readPayment(client: Supabase, booking: string, token: string): Promise<Outcome<PaymentPage>> {
	return rpcAs(client, 'payment_page', { p_booking: booking, ...withToken(token) }, paymentPage);
}

/** What the choices come to, from the one calculator. Refuses as `quote_payment` does. */
export function quotePayment(
	client: Supabase,
	booking: string,
	token: string,
	choices: PayChoices,
	purpose: PayPurpose
): Promise<Outcome<PaymentQuote>> {
	const request = payRequest(choices, purpose);
	return rpcAs(client, 'quote_payment', { p_booking: booking, p_request: request, ...withToken(token) }, paymentQuote);
}

/** What a payment would be for: what is due or, where all is paid, a tip. Null where nothing can be paid. */
export function purposeOf({ payable, can_tip, online }: PaymentPage): PayPurpose | null {
	return payable ?? (can_tip && online ? 'balance' : null);
}

/** Where the payment page of a booking is, with the right to open it. */
export function payAddress(booking: string, token: string, more: URLSearchParams = new URLSearchParams()): string {
	const params = new URLSearchParams(more);
	if (token) params.set('token', token);
	return `/payment/${booking}${params.size > 0 ? `?${params}` : ''}`;
}

/** Where a booking is seen: by the guest's link, or in the account. */
export function bookingAddress(booking: string, token: string): string {
	return token ? `/booking-success?token=${encodeURIComponent(token)}` : `/account/bookings/${booking}`;
}

export function withToken(token: string) {
	return token ? { p_access_token: token } : {};
}

function chosenBefore({ checkout, tips }: PaymentPage, params: URLSearchParams): PayChoices {
	if (['tip', 'custom', 'way'].some((name) => params.has(name))) return readPayChoices(params);
	const unfinished = checkout && ['open', 'failed', 'expired'].includes(checkout.status);
	return unfinished ? choicesOfCheckout(checkout, tips) : { ...blankChoices };
}

/** A way that is not offered becomes one that is. */
export function offered({ online, manual }: Pick<PaymentPage, 'online' | 'manual'>, choices: PayChoices): PayChoices {
	const open = { credit: online, debit: online, zelle: manual.zelle !== null, venmo: manual.venmo !== null };
	if (open[choices.way]) return choices;
	const way = (['credit', 'zelle', 'venmo'] as const).find((one) => open[one]);
	return { ...choices, way: way ?? 'credit' };
}
