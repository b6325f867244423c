import { apiEnvironment } from '../_shared/platform/environment.ts';
import { stripeWebhook } from './handler.ts';

Deno.serve(
	stripeWebhook({ ...apiEnvironment(Deno.env), webhookSecret: Deno.env.get('STRIPE_WEBHOOK_SECRET') ?? '', fetch })
);
