/**
 * Stripe by its official SDK over fetch: one adapter for edge functions and jobs. Every create carries a key of ours, so that
 * trying again never makes a second one.
 */
import Stripe from 'stripe';
import type { BegunCheckout, RefundOutcome } from '../payments/requests.ts';
import { sessionParams, type SessionOptions, type UiMode } from '../payments/session.ts';

export interface StripeSettings {
	secretKey: string;
	/** Where the API is, with any path before `/v1`; null is Stripe's own address. */
	apiUrl: string | null;
	uiMode: UiMode;
}

/** Stripe did not answer, or not with sense: nothing is known, and trying again with the same key is right. */
export class ProviderTimeout extends Error {
	override name = 'ProviderTimeout';
	/** Seconds. */
	readonly retryAfter = 5;
}

/** Slower than this and the person is told to try again. */
const timeoutMs = 8000;

/** Reads the settings of the environment; null where there is no key. */
export function stripeSettings(env: Record<string, string | undefined>): StripeSettings | null {
	if (!env.STRIPE_SECRET_KEY) return null;
	const wished = env.STRIPE_UI_MODE;
	return {
		secretKey: env.STRIPE_SECRET_KEY,
		apiUrl: env.STRIPE_API_URL || null,
		uiMode: wished === 'embedded_page' || wished === 'elements' ? wished : 'hosted_page'
	};
}

/** A client that tries once: who waits decides whether to try again. */
export function stripeClient(
	{ secretKey, apiUrl }: Pick<StripeSettings, 'secretKey' | 'apiUrl'>,
	{ send = fetch, timeout = timeoutMs }: { send?: typeof fetch; timeout?: number } = {}
): Stripe {
	const base = apiUrl?.replace(/\/$/, '');
	const there: typeof fetch = (input, init) => {
		const { pathname, search } = new URL(String(input));
		return send(`${base}${pathname}${search}`, init);
	};
	return new Stripe(secretKey, {
		httpClient: Stripe.createFetchHttpClient(base ? there : send),
		maxNetworkRetries: 0,
		timeout,
		telemetry: false
	});
}

/** The event in a webhook's body; null where its signature is missing, wrong, or older than 5 minutes. */
export async function verifiedEvent(
	body: Uint8Array,
	signature: string | null,
	secret: string,
	now?: number
): Promise<Stripe.Event | null> {
	if (!signature || !secret) return null;
	try {
		const provider = Stripe.createSubtleCryptoProvider();
		return await Stripe.webhooks.constructEventAsync(body, signature, secret, 300, provider, now);
	} catch {
		return null;
	}
}

export interface OpenSession {
	id: string;
	url: string | null;
	/** For a form in our own page; null for the hosted one. */
	clientSecret: string | null;
	/** ISO 8601. */
	expiresAt: string;
	stripeCustomerId: string | null;
}

/**
 * The session of an attempt, made if there is none yet. With the same attempt always the same session.
 * @throws ProviderTimeout when Stripe does not answer; nothing was charged, and the next try goes on from there.
 */
export async function openSession(
	stripe: Stripe,
	checkout: BegunCheckout,
	options: Omit<SessionOptions, 'stripeCustomerId'>
): Promise<OpenSession> {
	return asProvider(async () => {
		const { email, stripe_customer_id: stripeCustomerId } = checkout;
		const params = sessionParams(checkout, { ...options, stripeCustomerId });
		const theirs = email
			? { customer_details: { email } }
			: { ...(stripeCustomerId && { customer: stripeCustomerId }) };
		const session = await once(
			`checkout:${checkout.checkout_id}`,
			(idempotencyKey) => stripe.checkout.sessions.create(params, { idempotencyKey }),
			async () => {
				const { data } = await stripe.checkout.sessions.list({ ...theirs, limit: 100 });
				return data.find(
					({ client_reference_id, status }) => client_reference_id === checkout.checkout_id && status === 'open'
				);
			}
		);
		return opened(session);
	});
}

/** A session that is known by its id, for the secret of a form in our own page. */
export function retrieveSession(stripe: Stripe, id: string): Promise<OpenSession> {
	return asProvider(async () => opened(await stripe.checkout.sessions.retrieve(id)));
}

/** Closes places to pay that are no longer right. One that is paid or closed already stays as it is. */
export async function closeSessions(stripe: Stripe, ids: string[]): Promise<void> {
	await asProvider(async () => {
		for (const id of ids) {
			await stripe.checkout.sessions.expire(id).catch((error: unknown) => {
				if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
			});
		}
	});
}

/**
 * Gives back what was asked for; with the same refund always the same one. `lookFirst`: Stripe forgets keys after a day, so an
 * old request is looked for before it is made.
 * @throws ProviderTimeout when Stripe does not answer.
 */
export async function refundCard(
	stripe: Stripe,
	refund: { refund_id: string; booking_id: string | null; payment_intent: string; amount_cents: number },
	{ lookFirst = false } = {}
): Promise<RefundOutcome> {
	const { refund_id, booking_id, payment_intent, amount_cents } = refund;
	const metadata = { refund_id, ...(booking_id && { booking_id }) };
	const find = async () => {
		const { data } = await stripe.refunds.list({ payment_intent, limit: 100 });
		return data.find((made) => made.metadata?.refund_id === refund_id);
	};
	try {
		const made = await asProvider(
			async () =>
				(lookFirst ? await find() : undefined) ??
				(await once(
					`refund:${refund_id}`,
					(idempotencyKey) =>
						stripe.refunds.create({ payment_intent, amount: amount_cents, metadata }, { idempotencyKey }),
					find
				))
		);
		const failed = made.status === 'failed' || made.status === 'canceled';
		return {
			status: made.status === 'succeeded' ? 'succeeded' : failed ? 'failed' : 'pending',
			stripe_refund_id: made.id,
			failure: failed ? (made.failure_reason ?? 'The bank sent it back.') : null
		};
	} catch (error) {
		if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
		return { status: 'failed', stripe_refund_id: null, failure: error.message };
	}
}

function opened(session: Stripe.Checkout.Session): OpenSession {
	return {
		id: session.id,
		url: session.url,
		clientSecret: session.client_secret,
		expiresAt: new Date(session.expires_at * 1000).toISOString(),
		stripeCustomerId: typeof session.customer === 'string' ? session.customer : (session.customer?.id ?? null)
	};
}

/**
 * Creates under a key of ours. Stripe keeps an error of its own for that key and answers it for ever, and refuses a key whose
 * request has changed; then what was made under it is looked for, and only if there is nothing the next key is taken.
 */
async function once<T>(
	key: string,
	create: (idempotencyKey: string) => Promise<T>,
	find: () => Promise<T | undefined>
): Promise<T> {
	for (const attempt of ['', ':2', ':3']) {
		try {
			return await create(key + attempt);
		} catch (error) {
			if (!isSpent(error)) throw error;
			const made = await find();
			if (made !== undefined) return made;
		}
	}
	throw new ProviderTimeout('Stripe keeps on failing.');
}

function isSpent(error: unknown): boolean {
	if (error instanceof Stripe.errors.StripeIdempotencyError) return error.statusCode === 400;
	if (!(error instanceof Stripe.errors.StripeAPIError)) return false;
	return (error.statusCode ?? 0) >= 500 && error.headers?.['idempotent-replayed'] === 'true';
}

/** Turns whatever means "no answer" into ProviderTimeout; other errors pass. */
async function asProvider<T>(ask: () => Promise<T>): Promise<T> {
	try {
		return await ask();
	} catch (error) {
		if (isTransient(error)) {
			throw new ProviderTimeout(error instanceof Error ? error.message : 'Stripe does not answer.', { cause: error });
		}
		throw error;
	}
}

function isTransient(error: unknown): boolean {
	const { StripeConnectionError, StripeAPIError, StripeRateLimitError, StripeIdempotencyError } = Stripe.errors;
	return (
		error instanceof StripeConnectionError ||
		error instanceof StripeAPIError ||
		error instanceof StripeRateLimitError ||
		// 409: the first request with this key is still under way.
		(error instanceof StripeIdempotencyError && error.statusCode === 409)
	);
}
