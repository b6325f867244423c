import * as z from 'zod/mini';
import { checkbox, clockTime, count, email, isoDate, optionalText, phone, requiredText, zip } from './fields.ts';
import type { BookingRequest } from './schema.ts';

/**
 * The booking form as it is typed: one string per field, keyed by the dotted path that `create_booking` knows the field
 * by, so that its field messages need no translation. The browser, the draft in local storage and the form action hold
 * this same shape. Menu counts are `items.<code>`.
 */
export type BookingValues = Record<string, string>;

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
	'venue.state': optionalText(40),
	'venue.zip': zip,
	notes: optionalText(2000)
});

export type BookingFormData = z.infer<typeof bookingForm>;

/** Messages by field path, in the order in which the page shows the fields. */
export type FieldMessages = Record<string, string>;

export interface Item {
	code: string;
	quantity: number;
}

const itemCount = count(0, 999, 'how many');

/** Typed menu counts (`items.<code>`) to what the calculator takes; zero counts are left out. */
export function readItems(values: BookingValues): { items: Item[]; fields: FieldMessages } {
	const items: Item[] = [];
	const fields: FieldMessages = {};
	for (const [path, typed] of Object.entries(values)) {
		if (!path.startsWith('items.')) continue;
		const read = itemCount.safeParse(typed);
		if (!read.success) fields[path] = read.error.issues[0]?.message ?? 'Enter a whole number.';
		else if (read.data > 0) items.push({ code: path.slice('items.'.length), quantity: read.data });
	}
	return { items, fields };
}

export type FormOutcome = { ok: true; data: BookingFormData; items: Item[] } | { ok: false; fields: FieldMessages };

/** Checks the whole form; the first message of each field, or the values ready to send. */
export function readBookingForm(values: BookingValues): FormOutcome {
	const read = bookingForm.safeParse(values);
	const { items, fields: itemFields } = readItems(values);
	const fields = { ...firstMessages(read.error), ...itemFields };
	if (read.success && guestTotal(read.data) > 500) {
		fields.adults = 'We cook for up to 500 guests in all. For more, please contact us.';
	}
	if (!read.success || Object.keys(fields).length > 0) return { ok: false, fields };
	return { ok: true, data: read.data, items };
}

/** The first message of each field of a failed check; empty when there is none. */
export function firstMessages(error: z.core.$ZodError | undefined): FieldMessages {
	const fields: FieldMessages = {};
	for (const issue of error?.issues ?? []) fields[issue.path.join('.')] ??= issue.message;
	return fields;
}

/** The request of `create_booking`. `startsAt` is the instant that the date and time mean at the station. */
export function toBookingRequest(
	{ data, items }: { data: BookingFormData; items: Item[] },
	startsAt: string,
	idempotencyKey: string
): BookingRequest {
	return {
		idempotency_key: idempotencyKey,
		zip: data['venue.zip'],
		starts_at: startsAt,
		adults: data.adults,
		children: data.children,
		toddlers: data.toddlers,
		items,
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
			state: data['venue.state'] || 'CA',
			zip: data['venue.zip']
		},
		notes: data.notes,
		promo_code: null,
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
