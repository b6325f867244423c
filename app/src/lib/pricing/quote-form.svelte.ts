import { replaceState } from '$app/navigation';
import type { BookingValues, FieldMessages } from '#shared/booking/choices.ts';
import { paramsFromValues } from '#shared/pricing/address.ts';
import type { Quote } from '#shared/pricing/schema.ts';
import { FormState } from '../booking/form-state.svelte.ts';
import type { ApiAccess, Outcome } from '../platform/rpc.ts';
import { LiveQuote } from './live-quote.svelte.ts';

interface Given {
	api: ApiAccess;
	timezone: string;
	values: BookingValues;
	fields: FieldMessages;
	outcome: Outcome<Quote> | null;
}

/** The quote page in the browser: the price follows what is typed, and so does the address, which can be shared. */
export class QuoteForm extends FormState {
	live: LiveQuote;
	/** The address parameters of what is typed. */
	params = $derived(paramsFromValues(this.values).toString());

	constructor(given: Given) {
		super({ ...given.values }, given.fields);
		this.live = new LiveQuote(given.api, given.timezone, given.outcome, given.values);
	}

	/** Puts what is typed into the address. */
	share(): void {
		void replaceState(this.params ? `?${this.params}` : location.pathname, {});
	}

	/** Checks one field as it is left. */
	left = async (path: string): Promise<void> => {
		this.share();
		const checks = await import('#shared/pricing/request.ts').catch(() => null); // the server checks as well
		if (checks) this.settle(path, checks.readQuoteRequest(this.values).fields);
	};
}
