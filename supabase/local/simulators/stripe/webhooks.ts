/**
 * Sends events to the webhook endpoint, signed as Stripe signs them, again with growing pauses until it answers 2xx. What was
 * under way when the stack was killed is sent at the next start.
 */
import { createHmac } from 'node:crypto';
import type Stripe from 'stripe';
import type { Delivery, StripeStore } from './store.ts';
import type { StripeSwitches } from './switches.ts';

/** What the endpoint is subscribed to; the same list stands in docs/deploy.md. */
export const webhookEvents = [
	'charge.dispute.closed',
	'charge.dispute.created',
	'charge.refunded',
	'charge.succeeded',
	'checkout.session.completed',
	'checkout.session.expired',
	'payment_intent.payment_failed',
	'payment_intent.succeeded',
	'refund.failed'
] as const;

export interface Endpoint {
	url: string;
	/** `whsec_…`. */
	secret: string;
}

const answerMs = 10_000;
const atOnce = 8;
const reorderMs = 500;
/** Pauses between tries, in ms; then the event is given up and waits for "send again". */
const pauses = [1, 2, 4, 8, 15, 30, 60, 60, 120, 300, 600, 1800].map((seconds) => seconds * 1000);

/** The header `Stripe-Signature` of a body. `at` is in seconds. */
export function signature(secret: string, body: string, at: number): string {
	return `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`;
}

export class Webhooks {
	readonly #store: StripeStore;
	readonly #endpoint: Endpoint | null;
	readonly #switches: () => StripeSwitches;
	readonly #waiting: Set<string>;
	readonly #sending = new Set<string>();
	#timer: NodeJS.Timeout | undefined;
	#closed = false;

	constructor(store: StripeStore, endpoint: Endpoint | null, switches: () => StripeSwitches) {
		this.#store = store;
		this.#endpoint = endpoint;
		this.#switches = switches;
		this.#waiting = new Set(store.all('deliveries').flatMap(({ id, state }) => (state === 'waiting' ? [id] : [])));
		this.wake();
	}

	/** Puts an event on its way, as often as the switches say. */
	send(event: Stripe.Event, { again = false } = {}): void {
		if (!again && !(webhookEvents as readonly string[]).includes(event.type)) return;
		const { duplicates, reorder, deliveryDelayMs } = this.#switches();
		const before = this.#store.all('deliveries').filter(({ event_id }) => event_id === event.id).length;
		for (let copy = 0; copy <= duplicates; copy += 1) {
			const id = `${event.id}:${before + copy}`;
			this.#waiting.add(id);
			this.#store.put('deliveries', {
				id,
				event_id: event.id,
				attempts: 0,
				state: 'waiting',
				due_at: Date.now() + deliveryDelayMs + (reorder ? reorderMs : 0),
				last_answer: null
			});
		}
		this.wake();
	}

	/** Looks now at what is due. */
	wake(): void {
		clearTimeout(this.#timer);
		if (this.#closed || !this.#endpoint) return;
		this.#timer = setTimeout(() => this.#tick(), 0).unref();
	}

	/** Whether nothing waits to be sent. */
	idle(): boolean {
		return this.#waiting.size === 0;
	}

	close(): void {
		this.#closed = true;
		clearTimeout(this.#timer);
	}

	#tick(): void {
		const { deliver, reorder } = this.#switches();
		if (!deliver || this.#closed) return;
		const now = Date.now();
		const waiting = [...this.#waiting].flatMap((id) => {
			const delivery = this.#sending.has(id) ? undefined : this.#store.get('deliveries', id);
			return delivery ? [delivery] : [];
		});
		const due = waiting.filter(({ due_at }) => due_at <= now);
		if (reorder) due.reverse();
		for (const delivery of due.slice(0, atOnce - this.#sending.size)) void this.#deliver(delivery);
		const later = waiting.filter(({ due_at }) => due_at > now).map(({ due_at }) => due_at - now);
		if (later.length > 0) this.#timer = setTimeout(() => this.#tick(), Math.min(...later)).unref();
	}

	async #deliver(delivery: Delivery): Promise<void> {
		this.#sending.add(delivery.id);
		const answer = await this.#post(delivery.event_id);
		this.#sending.delete(delivery.id);
		const attempts = delivery.attempts + 1;
		const delivered = /^2\d\d$/.test(answer);
		const pause = pauses[attempts - 1];
		if (delivered || pause === undefined) this.#waiting.delete(delivery.id);
		this.#store.put('deliveries', {
			...delivery,
			attempts,
			last_answer: answer,
			state: delivered ? 'delivered' : pause === undefined ? 'given_up' : 'waiting',
			due_at: Date.now() + (pause ?? 0)
		});
		if (delivered) this.#store.change('events', delivery.event_id, { pending_webhooks: 0 });
		this.wake();
	}

	/** The status as text, or why there is none. */
	async #post(eventId: string): Promise<string> {
		const event = this.#store.get('events', eventId);
		if (!event || !this.#endpoint) return 'gone';
		const body = JSON.stringify(event, null, 2);
		try {
			const answer = await fetch(this.#endpoint.url, {
				method: 'POST',
				headers: {
					'content-type': 'application/json; charset=utf-8',
					'stripe-signature': signature(this.#endpoint.secret, body, Math.floor(Date.now() / 1000)),
					'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)'
				},
				body,
				signal: AbortSignal.timeout(answerMs)
			});
			await answer.body?.cancel();
			return String(answer.status);
		} catch (error) {
			return error instanceof Error ? error.name : 'no answer';
		}
	}
}
