import type { BookingValues } from '#shared/booking/choices.ts';
import { whenInUse } from '#ui/later/in-use.ts';
import { paramsFromValues } from '#shared/pricing/address.ts';
import type { Quote } from '#shared/pricing/schema.ts';
import { listen } from '../platform/listen.ts';
import { callRpc, unreachable, type ApiAccess, type Failure, type Outcome } from '../platform/rpc.ts';

const pauseMs = 250;

/**
 * The price that follows what a person types. Asks the one calculator a moment after the last change, drops answers that
 * a later change has overtaken, and keeps showing the last figure until the new one is there. What checks requests and
 * answers is loaded with the first change, so that no visit waits for it.
 */
export class LiveQuote {
	quote = $state.raw<Quote | null>(null);
	refusal = $state.raw<Failure | null>(null);
	pending = $state(false);
	/** What the same dinner cost before our prices changed, until something else is asked for. */
	before = $state.raw<number | null>(null);
	/** Whether what was answered for last had a whole ZIP code: without a price, it lacks something else. */
	placed = $state.raw(false);

	#api: ApiAccess;
	#timezone: string;
	#values: BookingValues;
	#asked: string;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#request: AbortController | undefined;

	/** `timezone` is the station's, whose days have prices. `first` is what the server already answered for `values`, so that the first render asks nothing again. */
	constructor(api: ApiAccess, timezone: string, first: Outcome<Quote> | null, values: BookingValues) {
		this.#api = api;
		this.#timezone = timezone;
		this.#values = values;
		this.#show(first);
		this.#asked = priced(values);
		this.placed = hasZip(values);
	}

	/** Asks for the price of what is typed, after a pause; where that can't have one yet, the last figure stays. */
	ask(values: BookingValues): void {
		const asked = priced(values);
		if (asked === this.#asked) return;
		this.#asked = asked;
		clearTimeout(this.#timer);
		this.#request?.abort();
		this.#values = { ...values };
		this.before = null;
		this.#timer = setTimeout(() => void this.#fetch(this.#values), pauseMs);
	}

	/** Asks again for the same, because our prices may have changed; `before` says so if they did. Nothing asked, nothing to ask again. */
	async refresh(): Promise<void> {
		if (!this.quote && !this.refusal) return;
		const seen = this.quote?.total_cents ?? null;
		const asked = this.#asked;
		await this.#fetch(this.#values);
		if (asked !== this.#asked || seen === null || !this.quote || this.quote.total_cents === seen) return;
		this.before = seen;
	}

	/** Hears of changed prices, once the page is in use, until the returned function is called. */
	listen(): () => void {
		return whenInUse(() =>
			listen(this.#api, 'prices', {
				events: { prices_changed: () => void this.refresh() },
				onCatchUp: () => this.refresh()
			})
		);
	}

	stop(): void {
		clearTimeout(this.#timer);
		this.#request?.abort();
	}

	async #fetch(values: BookingValues): Promise<void> {
		this.#request?.abort();
		const controller = (this.#request = new AbortController());
		this.pending = true;
		const outcome = await this.#answer(values, controller.signal);
		if (controller.signal.aborted) return;
		this.pending = false;
		this.placed = hasZip(values);
		this.#show(outcome);
		// An answer that never came may be asked for again.
		if (outcome && !outcome.ok && outcome.refusal.code === 'UNREACHABLE') this.#asked = '';
	}

	async #answer(values: BookingValues, signal: AbortSignal): Promise<Outcome<Quote> | null> {
		const loaded = await Promise.all([import('#shared/pricing/request.ts'), import('#shared/pricing/schema.ts')]).catch(
			() => null
		);
		if (!loaded) return { ok: false, refusal: unreachable };
		const [{ readQuoteRequest, quoteArguments }, { quote }] = loaded;
		const { request } = readQuoteRequest(values);
		return request ? callRpc(this.#api, 'quote_event', quoteArguments(request, this.#timezone), quote, signal) : null;
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

function hasZip(values: BookingValues): boolean {
	return /^\d{5}/.test(values['venue.zip']?.trim() ?? '');
}

/** What of the typed values a price depends on. */
function priced({ time: _time, ...values }: BookingValues): string {
	return paramsFromValues(values).toString();
}
