import * as z from 'zod/mini';
import { count, isoDate, optionalText, optionalZip } from '../booking/fields.ts';
import { readChoices, type BookingValues, type FieldMessages, type Item } from '../booking/choices.ts';
import { firstMessages } from '../booking/form.ts';
import { zonedInstant } from '../booking/slots.ts';

/** What a price is asked for. */
export interface QuoteRequest {
	zip: string;
	adults: number;
	children: number;
	toddlers: number;
	items: Item[];
	/** The day of the event on the station's clock, where it is known: prices may differ by it. */
	date: string | null;
	promo_code: string;
}

const quoteForm = z.object({
	'venue.zip': optionalZip,
	adults: count(1, 500, 'the number of adults'),
	children: count(0, 499, 'the number of children'),
	toddlers: count(0, 499, 'the number of under-sixes'),
	promo_code: optionalText(40)
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
	const date = isoDate.safeParse(values.date).data ?? null;
	return { request: zip === '' ? null : { zip, ...guests, items: choices.items, date }, fields };
}

/** The arguments of `quote_event`. `timezone` is the station's: any time of the day has the price of the day. */
export function quoteArguments(request: QuoteRequest, timezone: string) {
	return {
		p_zip: request.zip,
		p_adults: request.adults,
		p_children: request.children,
		p_toddlers: request.toddlers,
		p_items: request.items,
		...(request.date && { p_event_at: zonedInstant(request.date, '18:00', timezone) }),
		...(request.promo_code && { p_promo_code: request.promo_code })
	};
}
