import * as z from 'zod/mini';
import { count, optionalZip } from '../booking/fields.ts';
import { readChoices, type BookingValues, type FieldMessages, type Item } from '../booking/choices.ts';
import { firstMessages } from '../booking/form.ts';

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
