import * as z from 'zod/mini';
import { checkbox, clockTime, count, email, isoDate, optionalText, phone, requiredText, state, zip } from './fields.ts';
import { readChoices, type BookingValues, type Choices, type FieldMessages } from './choices.ts';
import type { BookingRequest } from './schema.ts';

export type { BookingValues, Choices, FieldMessages, Item } from './choices.ts';

export const bookingForm = z.object({
	date: isoDate,
	time: clockTime,
	adults: count(1, 500, 'the number of adults'),
	children: count(0, 499, 'the number of children'),
	toddlers: count(0, 499, 'the number of under-sixes'),
	'contact.name': optionalText(120),
	'contact.email': email,
	'contact.phone': phone,
	'contact.sms_consent': checkbox,
	'venue.line1': requiredText(200, 'Enter the street address of the venue.'),
	'venue.line2': optionalText(200),
	'venue.city': optionalText(100),
	'venue.state': state,
	'venue.zip': zip,
	/** The database takes 2,000; the rest is for the proteins. */
	notes: optionalText(1600),
	promo_code: optionalText(40)
});

export type BookingFormData = z.infer<typeof bookingForm>;

export type FormOutcome = { ok: true; data: BookingFormData; choices: Choices } | { ok: false; fields: FieldMessages };

/** Checks the whole form; the first message of each field, or the values ready to send. */
export function readBookingForm(values: BookingValues): FormOutcome {
	const read = bookingForm.safeParse(values);
	const { choices, fields: choiceFields } = readChoices(values);
	const fields = { ...firstMessages(read.error), ...choiceFields };
	if (read.success && guestTotal(read.data) > 500) {
		fields.adults = 'We cook for up to 500 guests in all. For more, please contact us.';
	}
	if (!read.success || Object.keys(fields).length > 0) return { ok: false, fields };
	return { ok: true, data: read.data, choices };
}

/** The first message of each field of a failed check; empty when there is none. */
export function firstMessages(error: z.core.$ZodError | undefined): FieldMessages {
	const fields: FieldMessages = {};
	for (const issue of error?.issues ?? []) fields[issue.path.join('.')] ??= issue.message;
	return fields;
}

/**
 * The request of `create_booking`. `startsAt` is the instant that the date and time mean at the station; `names` are those
 * of the proteins by code: they cost nothing, so they travel to the chef at the head of the notes. `priceSeen` is the
 * version of the prices that the person saw, if any were shown.
 */
export function toBookingRequest(
	{ data, choices }: { data: BookingFormData; choices: Choices },
	startsAt: string,
	idempotencyKey: string,
	names: ReadonlyMap<string, string>,
	priceSeen: string | null = null
): BookingRequest {
	const proteins = choices.proteins.map(({ code, quantity }) => `${quantity} × ${names.get(code) ?? code}`);
	return {
		idempotency_key: idempotencyKey,
		zip: data['venue.zip'],
		starts_at: startsAt,
		adults: data.adults,
		children: data.children,
		toddlers: data.toddlers,
		items: choices.items,
		contact: {
			name: data['contact.name'] || nameFromEmail(data['contact.email']),
			email: data['contact.email'],
			phone: data['contact.phone'],
			sms_consent: data['contact.sms_consent']
		},
		venue: {
			line1: data['venue.line1'],
			line2: data['venue.line2'],
			city: data['venue.city'],
			state: data['venue.state'],
			zip: data['venue.zip']
		},
		notes: [proteins.length > 0 ? `Proteins: ${proteins.join(', ')}.` : '', data.notes].filter(Boolean).join('\n'),
		promo_code: data.promo_code || null,
		price_version: priceSeen,
		source: 'website'
	};
}

/** Somebody who gave no name is called by their address until the chef has met them, as the database does. */
function nameFromEmail(address: string): string {
	return address.slice(0, address.indexOf('@')).slice(0, 120);
}

function guestTotal(data: BookingFormData): number {
	return data.adults + data.children + data.toddlers;
}
