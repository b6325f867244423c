/** What people are told while the card provider does not answer. */
import { Refused } from './http.ts';
import { ProviderTimeout } from './stripe.ts';

/** For `catch`: a ProviderTimeout becomes PAYMENT_PROVIDER_TIMEOUT with a retry-after, anything else passes. */
export function providerRefusal(hint: string, details: unknown = null): (error: unknown) => never {
	return (error) => {
		if (!(error instanceof ProviderTimeout)) throw error;
		throw new Refused(503, 'PAYMENT_PROVIDER_TIMEOUT', 'The card company does not answer right now.', details, hint, {
			'retry-after': String(error.retryAfter)
		});
	};
}
