import { apiEnvironment } from '../_shared/platform/environment.ts';
import { stripeClient, stripeSettings } from '../_shared/platform/stripe.ts';
import { paymentsCheckout } from './handler.ts';

const settings = stripeSettings(Deno.env.toObject());

Deno.serve(
	paymentsCheckout({
		...apiEnvironment(Deno.env),
		fetch,
		stripe: settings && stripeClient(settings),
		uiMode: settings?.uiMode ?? 'hosted_page',
		appUrl: Deno.env.get('APP_URL') ?? ''
	})
);
