import * as z from 'zod/mini';
import { count, optionalZip } from '../booking/fields.ts';
import { firstMessages, readChoices, type BookingValues, type FieldMessages, type Item } from '../booking/form.ts';

/** What a price is asked for. */
export interface QuoteRequest {
	zip: string;
	adults: number;
	children: number;
	toddlers: number;
	items: Item[];
}

const quoteForm = z.object({
	'venue.zip': optionalZip,
	adults: count(1, 500, 'the number of adults'),
	children: count(0, 499, 'the number of children'),
	toddlers: count(0, 499, 'the number of under-sixes')
});

/** Reads the fields that a price depends on; null while the ZIP is missing or something is wrong, with the messages. */
export function readQuoteRequest(values: BookingValues): { request: QuoteRequest | null; fields: FieldMessages } {
	const read = quoteForm.safeParse(values);
	const { choices, fields: choiceFields } = readChoices(values);
	const fields = { ...firstMessages(read.error), ...choiceFields };
	if (!read.success || Object.keys(fields).length > 0) return { request: null, fields };
	const { 'venue.zip': zip, ...guests } = read.data;
	if (guests.adults + guests.children + guests.toddlers > 500) {
		return { request: null, fields: { adults: 'We cook for up to 500 guests in all. For more, please contact us.' } };
	}
	return { request: zip === '' ? null : { zip, ...guests, items: choices.items }, fields };
}

/** The arguments of `quote_event`. */
export function quoteArguments(request: QuoteRequest) {
	return {
		p_zip: request.zip,
		p_adults: request.adults,
		p_children: request.children,
		p_toddlers: request.toddlers,
		p_items: request.items
	};
}

/** Parameters of a shared address (`?zip=94538&adults=10&upgrade_lobster=4`) to typed values. Unknown ones are left out. */
export function valuesFromParams(params: URLSearchParams, codes: Iterable<string>): BookingValues {
	const values: BookingValues = {};
	const take = (name: string, path: string) => {
		const value = params.get(name);
		if (value !== null) values[path] = value.slice(0, 40);
	};
	take('zip', 'venue.zip');
	for (const name of ['adults', 'children', 'toddlers', 'date', 'time']) take(name, name);
	for (const code of codes) take(code, `items.${code}`);
	return values;
}

/** The address parameters of typed values: what `valuesFromParams` reads. Blank and zero counts are left out. */
export function paramsFromValues(values: BookingValues): URLSearchParams {
	const params = new URLSearchParams();
	const put = (name: string, value: string | undefined) => {
		if (value !== undefined && value !== '' && value !== '0') params.set(name, value);
	};
	put('zip', values['venue.zip']);
	for (const name of ['adults', 'children', 'toddlers', 'date', 'time']) put(name, values[name]);
	for (const path of Object.keys(values).sort()) {
		if (path.startsWith('items.')) put(path.slice('items.'.length), values[path]);
	}
	return params;
}
