import { replaceState } from '$app/navigation';
import type { BookingValues, FieldMessages } from '#shared/booking/form.ts';
import { paramsFromValues, readQuoteRequest, type QuoteRequest } from '#shared/pricing/request.ts';
import type { Quote } from '#shared/pricing/schema.ts';
import { FormState } from '../booking/form-state.svelte.ts';
import type { ApiAccess, Outcome } from '../platform/rpc.ts';
import { LiveQuote } from './live-quote.svelte.ts';

interface Given {
	api: ApiAccess;
	values: BookingValues;
	fields: FieldMessages;
	request: QuoteRequest | null;
	outcome: Outcome<Quote> | null;
}

/** The quote page in the browser: the price follows what is typed, and so does the address, which can be shared. */
export class QuoteForm extends FormState {
	live: LiveQuote;
	/** The address parameters of what is typed. */
	params = $derived(paramsFromValues(this.values).toString());

	#read = $derived(readQuoteRequest(this.values));

	constructor(given: Given) {
		super({ ...given.values }, given.fields);
		this.live = new LiveQuote(given.api, given.outcome, given.request);
	}

	/** Asks for the price of what is typed. Call it from an effect: it reads every value. */
	follow(): void {
		this.live.ask(this.#read.request);
	}

	/** Checks one field as it is left, and puts what is typed into the address. */
	left = (path: string): void => {
		this.settle(path, this.#read.fields);
		replaceState(this.params ? `?${this.params}` : location.pathname, {});
	};
}
