import { replaceState } from '$app/navigation';
import type { SubmitFunction } from '$app/forms';
import { payChoicesKey, payParams, tipProblem, type PayChoices, type PayPurpose } from '#shared/payments/choices.ts';
import type { PaymentQuote } from '#shared/payments/schema.ts';
import { unreachable, type Failure, type Outcome } from '../platform/rpc.ts';
import type { PayFailure } from './pay.server.ts';

const pauseMs = 200;

interface Given {
	booking: string;
	token: string;
	purpose: PayPurpose;
	choices: PayChoices;
	key: string;
	outcome: Outcome<PaymentQuote> | null;
	tipMessage: string | null;
	failed: PayFailure | null;
}

/**
 * The payment form in the browser: the figures follow the choices, always as the server computed them, and so does the
 * address. Pays only what was seen: while figures are on their way, or are those of other choices, nothing is sent.
 */
export class PayForm {
	choices = $state<PayChoices>({ tip: '0', custom: '', way: 'credit' });
	quote = $state.raw<PaymentQuote | null>(null);
	refusal = $state.raw<Failure | null>(null);
	tipMessage = $state<string | null>(null);
	problem = $state.raw<PayFailure | null>(null);
	pending = $state(false);
	sending = $state(false);
	key = $state('');
	/** What the figures that are shown belong to. */
	reviewed = $state('');

	#given: Given;
	#asked: string;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#request: AbortController | undefined;

	constructor(given: Given) {
		this.#given = given;
		this.choices = { ...(given.failed?.choices ?? given.choices) };
		this.key = given.failed?.key ?? given.key;
		this.tipMessage = given.failed?.tipMessage ?? given.tipMessage;
		this.problem = given.failed;
		this.#asked = this.#address();
		this.#show(given.outcome);
	}

	get byCard(): boolean {
		return this.choices.way === 'credit' || this.choices.way === 'debit';
	}

	get ready(): boolean {
		return this.quote !== null && !this.pending && this.tipMessage === null;
	}

	/** Asks for the figures of what is chosen, a moment after the last change. Call it from an effect: it reads every choice. */
	follow(): void {
		const asked = this.#address();
		if (asked === this.#asked) return;
		this.#asked = asked;
		this.tipMessage = tipProblem(this.choices);
		clearTimeout(this.#timer);
		this.#request?.abort();
		this.pending = true;
		this.#timer = setTimeout(() => void this.#fetch(asked), pauseMs);
	}

	/** Takes what a later load of the page brought: another payment may have arrived meanwhile. */
	renew(outcome: Outcome<PaymentQuote> | null, key: string): void {
		this.key = key;
		if (!this.pending) this.#show(outcome);
	}

	/** The visitor came back to the page as it was left, by the browser's own way back. */
	back(): void {
		this.sending = false;
	}

	stop(): void {
		clearTimeout(this.#timer);
		this.#request?.abort();
	}

	/** For `use:enhance` of the form. Stays busy while the browser goes to the hosted page. */
	submit: SubmitFunction = ({ cancel, action }) => {
		if (this.sending || !this.ready) return cancel();
		this.problem = null;
		if (!navigator.onLine) {
			cancel();
			this.problem = this.#failure(offline);
			return;
		}
		this.sending = true;
		return async ({ result, update }) => {
			if (result.type === 'redirect' && new URL(result.location, location.href).origin !== location.origin) {
				location.assign(result.location);
				return;
			}
			this.sending = false;
			if (result.type === 'failure') {
				this.problem = result.data as PayFailure;
				this.tipMessage = this.problem.tipMessage;
			} else if (result.type === 'error') {
				this.problem = this.#failure(unknown);
			} else {
				await update({ reset: false, refreshAll: action.search.includes('/sent') });
			}
		};
	};

	#address(): string {
		return payParams(this.choices).toString();
	}

	async #fetch(asked: string): Promise<void> {
		const controller = (this.#request = new AbortController());
		const { booking, token, purpose } = this.#given;
		const params = new URLSearchParams(asked);
		if (token) params.set('token', token);
		void replaceState(`?${params}`, {});
		params.set('purpose', purpose);
		const outcome = await fetch(`/payment/${booking}/figures?${params}`, { signal: controller.signal }).then(
			async (answer) => (answer.ok ? ((await answer.json()) as Outcome<PaymentQuote>) : nothing),
			() => nothing
		);
		if (controller.signal.aborted) return;
		this.pending = false;
		this.#show(outcome);
		// Figures that never came may be asked for again.
		if (!outcome.ok && outcome.refusal.code === 'UNREACHABLE') this.#asked = '';
	}

	#show(outcome: Outcome<PaymentQuote> | null): void {
		if (!outcome) return;
		this.quote = outcome.ok ? outcome.data : null;
		this.refusal = outcome.ok ? null : outcome.refusal;
		this.reviewed = outcome.ok ? payChoicesKey(this.choices, this.#given.purpose, outcome.data.total_cents) : '';
	}

	#failure(message: string): PayFailure {
		return { deed: 'pay', choices: this.choices, key: this.key, tipMessage: null, code: 'UNREACHABLE', message };
	}
}

const nothing: Outcome<never> = { ok: false, refusal: unreachable };
const offline = 'You are offline. Nothing was charged. Try again once you are back online; your choices are kept.';
const unknown =
	'We got no answer. Nothing is charged before you enter your card on the next page, so try again: it never makes a second payment.';
