import { quote as quoteSchema, type Quote } from '#shared/pricing/schema.ts';
import { quoteArguments, type QuoteRequest } from '#shared/pricing/request.ts';
import { callRpc, type ApiAccess, type Failure, type Outcome } from '../platform/rpc.ts';

const pauseMs = 250;

/**
 * The price that follows what a person types. Asks the one calculator a moment after the last change, drops answers that
 * a later change has overtaken, and keeps showing the last figure until the new one is there.
 */
export class LiveQuote {
	quote = $state.raw<Quote | null>(null);
	refusal = $state.raw<Failure | null>(null);
	pending = $state(false);

	#api: ApiAccess;
	#asked = '';
	#timer: ReturnType<typeof setTimeout> | undefined;
	#request: AbortController | undefined;

	/** `asked` is what the server already answered for, so that the first render asks nothing again. */
	constructor(api: ApiAccess, first: Outcome<Quote> | null, asked: QuoteRequest | null) {
		this.#api = api;
		this.#show(first);
		this.#asked = first ? JSON.stringify(asked) : '';
	}

	/** Asks for a price after a pause; null (nothing to ask yet) leaves the last figure standing. */
	ask(request: QuoteRequest | null): void {
		const asked = JSON.stringify(request);
		if (request === null || asked === this.#asked) return;
		this.#asked = asked;
		clearTimeout(this.#timer);
		this.#request?.abort();
		this.pending = true;
		this.#timer = setTimeout(() => void this.#fetch(request), pauseMs);
	}

	stop(): void {
		clearTimeout(this.#timer);
		this.#request?.abort();
	}

	async #fetch(request: QuoteRequest): Promise<void> {
		const controller = (this.#request = new AbortController());
		const outcome = await callRpc(this.#api, 'quote_event', quoteArguments(request), quoteSchema, controller.signal);
		if (controller.signal.aborted) return;
		this.pending = false;
		this.#show(outcome);
		// An answer that never came may be asked for again.
		if (!outcome.ok && outcome.refusal.code === 'UNREACHABLE') this.#asked = '';
	}

	#show(outcome: Outcome<Quote> | null): void {
		if (!outcome) return;
		if (outcome.ok) {
			this.quote = outcome.data;
			this.refusal = null;
		} else {
			this.refusal = outcome.refusal;
			if (outcome.refusal.code !== 'UNREACHABLE') this.quote = null;
		}
	}
}
