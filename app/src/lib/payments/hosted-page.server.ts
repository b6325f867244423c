import type { Handle } from '@sveltejs/kit/hooks';
import { publicConfig } from '#kit/config.ts';

/** Origins that cards are taken at: Stripe's hosted page and, without an account, the local stack's stand-in for it. */
export function hostedOrigins(): string[] {
	return ['https://checkout.stripe.com', new URL(publicConfig().apiUrl).origin];
}

/**
 * Browsers hold a form's redirects to `form-action` as well: the payment page, and no other, may send its form on to where
 * cards are taken. Without JavaScript nothing else would lead there.
 */
export const allowHostedPage: Handle = async ({ event, resolve }) => {
	const response = await resolve(event);
	const policy = response.headers.get('content-security-policy');
	if (!policy || event.route.id !== '/payment/[booking=uuid]') return response;
	response.headers.set(
		'content-security-policy',
		policy.replace(/form-action 'self'/, `form-action 'self' ${hostedOrigins().join(' ')}`)
	);
	return response;
};
