import { error, redirect, type RequestEvent } from '@sveltejs/kit';
import { paymentStage } from '#shared/payments/progress.ts';
import { apiAccess } from '../platform/rpc.server.ts';
import { bookingAddress, payAddress, paymentOf, progressOf } from './page.server.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Where the hosted page leads back to: how far the payment is, as the database knows it. */
export async function successPage({ url, locals, setHeaders }: RequestEvent) {
	setHeaders({ 'referrer-policy': 'same-origin', 'x-robots-tag': 'noindex' });
	const booking = url.searchParams.get('booking') ?? '';
	const token = url.searchParams.get('token') ?? '';
	if (!uuid.test(booking)) error(404, { message: 'This link opens no payment.', code: 'NOT_FOUND' });
	const page = await paymentOf(locals.supabase, booking, token);
	const named = url.searchParams.get('checkout') ?? '';
	const progress = await progressOf(locals.supabase, booking, token, uuid.test(named) ? named : null);
	if (!progress) error(503, { message: 'We could not read your payment just now.', code: 'UNREACHABLE' });
	if (!progress.checkout) redirect(303, payAddress(booking, token));
	return {
		api: apiAccess(),
		page,
		token,
		progress: { ...progress, checkout: progress.checkout },
		stage: paymentStage(progress, page.booking.status),
		payAgain: payAddress(booking, token),
		bookingLink: bookingAddress(booking, token)
	};
}
