import { apiEnvironment } from '../_shared/platform/environment.ts';
import { stripeClient, stripeSettings } from '../_shared/platform/stripe.ts';
import { paymentsRefund } from './handler.ts';

const settings = stripeSettings(Deno.env.toObject());

Deno.serve(paymentsRefund({ ...apiEnvironment(Deno.env), fetch, stripe: settings && stripeClient(settings) }));
