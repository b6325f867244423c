/**
 * Stripe, simulated, under `/_simulators/stripe`:
 *   /v1/…                      Stripe's API, for the SDK
 *   /checkout/{session}        the hosted page; /challenge/{payment intent}: 3-D Secure
 *   GET, PUT /switches         latency, failure, delivery of webhooks, as JSON
 *   POST /deeds                {deed, id, …}: what happens outside of our application
 *   GET /state                 everything there is, as JSON
 *   GET /                      the same to look at
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { sendJson } from '../../http.ts';
import { readJson, readText } from '../read.ts';
import { StripeAccount, type Paid } from './account.ts';
import { answerApi, apiError } from './api.ts';
import { readCard } from './cards.ts';
import { challengePage, checkoutPage, noticePage, type CheckoutView } from './checkout-page.ts';
import { doDeed } from './deeds.ts';
import { deskPage } from './desk-page.ts';
import { StripeRefusal } from './errors.ts';
import { policy } from './layout.ts';
import { StripeStore } from './store.ts';
import { allWell, switched, type StripeSwitches } from './switches.ts';
import { Webhooks } from './webhooks.ts';

export interface StripeSimulatorOptions {
	/** Where the account is kept; in memory where null. */
	dataDir: string | null;
	/** The address of this server, as browsers reach it. */
	origin: string;
	secretKey: string;
	webhookSecret: string;
	/** Where webhooks go; null sends none. */
	webhookUrl: string | null;
	/** Whether the stack's functions and jobs are pointed here. */
	inUse: boolean;
}

const expiryMs = 5000;

export class StripeSimulator {
	switches: StripeSwitches = allWell;
	readonly store: StripeStore;
	readonly account: StripeAccount;
	readonly webhooks: Webhooks;
	readonly #options: StripeSimulatorOptions;
	readonly #expiry: NodeJS.Timeout;

	constructor(options: StripeSimulatorOptions) {
		this.#options = options;
		this.store = new StripeStore(options.dataDir);
		const endpoint = options.webhookUrl ? { url: options.webhookUrl, secret: options.webhookSecret } : null;
		this.webhooks = new Webhooks(this.store, endpoint, () => this.switches);
		this.account = new StripeAccount(this.store, (event) => this.webhooks.send(event));
		this.#expiry = setInterval(() => this.account.expireDue(), expiryMs).unref();
	}

	close(): void {
		clearInterval(this.#expiry);
		this.webhooks.close();
		this.store.close();
	}

	set(given: unknown): StripeSwitches {
		this.switches = switched(this.switches, given);
		this.webhooks.wake();
		return this.switches;
	}

	/** Takes a request whose path, without the prefix, is given; false: not ours. */
	async handleRequest(path: string, req: IncomingMessage, res: ServerResponse): Promise<boolean> {
		const [, first = '', second = ''] = path.split('/');
		const method = req.method ?? 'GET';
		if (first === 'v1') await this.#api(path, req, res);
		else if (first === 'checkout' && second) await this.#checkout(second, req, res);
		else if (first === 'challenge' && second) await this.#challenge(second, req, res);
		else if (first === 'switches' && method === 'GET') sendJson(res, 200, this.switches);
		else if (first === 'switches' && method === 'PUT') sendJson(res, 200, this.set(await readJson(req)));
		else if (first === 'switches' && method === 'POST') {
			this.set(switchesOfForm(new URLSearchParams(await readText(req))));
			redirect(res, '/_simulators/stripe');
		} else if (first === 'deeds' && method === 'POST') await this.#deeds(req, res);
		else if (first === 'state' && method === 'GET') sendJson(res, 200, this.#state());
		else if (first === '' && method === 'GET') html(res, 200, deskPage(this.store, this.switches, this.#options.inUse));
		else return false;
		return true;
	}

	async #api(path: string, req: IncomingMessage, res: ServerResponse): Promise<void> {
		const body = await readText(req);
		const { latencyMs } = this.switches;
		if (latencyMs > 0) await sleep(latencyMs);
		const failure = this.#nextFailure(req.method ?? 'GET');
		if (failure === 'unreachable') return void req.socket.destroy();
		if (failure === 'timeout') return;
		if (failure === 'error') return sendJson(res, apiError.status, apiError.body);
		const header = (name: string) => req.headers[name]?.toString();
		const answer = answerApi(
			{ account: this.account, secretKey: this.#options.secretKey, checkoutUrl: (id) => this.#url(`checkout/${id}`) },
			{
				method: req.method ?? 'GET',
				path,
				query: req.url?.split('?')[1] ?? '',
				body,
				authorization: header('authorization'),
				idempotencyKey: header('idempotency-key')
			},
			{ keepFailure: failure === 'kept_error' }
		);
		if (failure === 'lost_answer') return sendJson(res, apiError.status, apiError.body);
		for (const [name, value] of Object.entries(answer.headers)) res.setHeader(name, value);
		sendJson(res, answer.status, answer.body);
	}

	#nextFailure(method: string): StripeSwitches['failure'] {
		const { failure, failureCount } = this.switches;
		// Reading keeps nothing and does nothing: what these two are about.
		if (method === 'GET' && (failure === 'kept_error' || failure === 'lost_answer')) return 'off';
		if (failure === 'off' || failureCount === null) return failure;
		const left = failureCount - 1;
		this.switches = { ...this.switches, failureCount: left || null, failure: left > 0 ? failure : 'off' };
		return failure;
	}

	async #checkout(id: string, req: IncomingMessage, res: ServerResponse): Promise<void> {
		const view = this.#view(id);
		if (!view) return html(res, 404, noticePage('No such checkout', 'Check the link that brought you here.', null));
		const { session } = view;
		if (session.status === 'complete') return this.#leave(res, id);
		if (session.status !== 'open') {
			const back = session.cancel_url ? { href: session.cancel_url, label: 'Back to My Hibachi' } : null;
			return html(
				res,
				410,
				noticePage('This checkout has expired', 'Nothing was charged. Go back to start a new one.', back)
			);
		}
		const leads = policy(session.success_url, session.return_url, session.cancel_url);
		if (req.method !== 'POST') return html(res, 200, checkoutPage(view), leads);
		const form = new URLSearchParams(await readText(req));
		const text = (name: string) => (form.get(name) ?? '').trim().slice(0, 100);
		const input = {
			number: text('number'),
			expiry: text('expiry'),
			cvc: text('cvc'),
			name: text('name'),
			zip: text('zip')
		};
		const read = readCard(input, new Date());
		if ('wrong' in read)
			return html(res, 422, checkoutPage({ ...view, input, wrong: read.wrong, declined: null }), leads);
		const payer = { email: view.email, name: input.name || null, zip: input.zip || null };
		const paid = this.account.pay(id, read.card, read, payer);
		if (paid.state === 'declined') {
			return html(res, 402, checkoutPage({ ...view, input, declined: paid.decline.message }), leads);
		}
		this.#goOn(res, id, paid);
	}

	async #challenge(intentId: string, req: IncomingMessage, res: ServerResponse): Promise<void> {
		const intent = this.store.get('intents', intentId);
		const session = this.store.all('sessions').find(({ payment_intent }) => payment_intent === intentId);
		if (!intent || !session) return html(res, 404, noticePage('No such payment', 'Check the link.', null));
		if (intent.status !== 'requires_action') return redirect(res, this.#url(`checkout/${session.id}`));
		const leads = policy(session.success_url, session.return_url);
		if (req.method !== 'POST') return html(res, 200, challengePage(intent), leads);
		const complete = new URLSearchParams(await readText(req)).get('answer') === 'complete';
		const ended = this.account.challenge(intentId, complete);
		// A declined one, or one that a restart has forgotten (the card was only in memory): the form again, which says why.
		if (ended?.paid.state === 'paid') this.#leave(res, session.id);
		else redirect(res, this.#url(`checkout/${session.id}`));
	}

	#goOn(res: ServerResponse, sessionId: string, paid: Paid): void {
		if (paid.state === 'challenge') redirect(res, this.#url(`challenge/${paid.intent}`));
		else this.#leave(res, sessionId);
	}

	/** To where the merchant wants those who paid. */
	#leave(res: ServerResponse, id: string): void {
		const { success_url, return_url } = this.account.session(id);
		redirect(res, (success_url ?? return_url ?? '').replaceAll('{CHECKOUT_SESSION_ID}', id));
	}

	#view(id: string): CheckoutView | null {
		if (!this.store.get('sessions', id)) return null;
		const session = this.account.session(id);
		const customer = typeof session.customer === 'string' ? this.store.get('customers', session.customer) : undefined;
		const email = session.customer_email ?? customer?.email ?? null;
		const intent =
			typeof session.payment_intent === 'string' ? this.store.get('intents', session.payment_intent) : undefined;
		const declined = intent?.last_payment_error?.message ?? null;
		return { session, draft: this.store.get('drafts', id), email, input: {}, wrong: {}, declined };
	}

	async #deeds(req: IncomingMessage, res: ServerResponse): Promise<void> {
		const asJson = req.headers['content-type']?.startsWith('application/json') ?? false;
		const given = asJson ? await readJson(req) : Object.fromEntries(new URLSearchParams(await readText(req)));
		try {
			const done = doDeed(this.account, this.webhooks, given);
			if (asJson) sendJson(res, 200, done);
			else redirect(res, '/_simulators/stripe');
		} catch (error) {
			if (!(error instanceof StripeRefusal)) throw error;
			if (asJson) return sendJson(res, error.status, { error: error.body });
			html(
				res,
				error.status,
				noticePage('That does not work', error.message, { href: '/_simulators/stripe', label: 'Back' })
			);
		}
	}

	#state(): object {
		const of = (name: Parameters<StripeStore['all']>[0]) => this.store.all(name);
		return {
			idle: this.webhooks.idle(),
			sessions: of('sessions'),
			payment_intents: of('intents'),
			charges: of('charges'),
			refunds: of('refunds'),
			disputes: of('disputes'),
			customers: of('customers'),
			events: of('events'),
			deliveries: of('deliveries')
		};
	}

	#url(path: string): string {
		return `${this.#options.origin}/_simulators/stripe/${path}`;
	}
}

function switchesOfForm(form: URLSearchParams): object {
	const number = (name: string) => Number(form.get(name));
	return {
		failure: form.get('failure'),
		failureCount: null,
		latencyMs: number('latencyMs'),
		deliver: form.get('deliver') === 'on',
		deliveryDelayMs: number('deliveryDelayMs'),
		duplicates: number('duplicates'),
		reorder: form.get('reorder') === 'on'
	};
}

function html(res: ServerResponse, status: number, text: string, csp = policy()): void {
	res.writeHead(status, {
		'content-type': 'text/html; charset=utf-8',
		'cache-control': 'no-store',
		'content-security-policy': csp,
		'referrer-policy': 'no-referrer',
		'x-content-type-options': 'nosniff'
	});
	res.end(text);
}

function redirect(res: ServerResponse, location: string): void {
	res.writeHead(303, { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
	res.end();
}
