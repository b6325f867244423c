import * as z from 'zod/mini';
import { containing } from '#admin/platform/search.ts';
import { bookingStatus } from '#shared/booking/schema.ts';
import { toE164 } from '#shared/platform/phone.ts';

/** A customer as lists show it. */
export const customerRow = z.object({
	id: z.string(),
	user_id: z.nullable(z.string()),
	name: z.string(),
	email: z.nullable(z.string()),
	phone: z.nullable(z.string()),
	sms_consent: z.boolean(),
	station_ids: z.array(z.string()),
	created_at: z.string(),
	updated_at: z.string(),
	version: z.int()
});
export type CustomerRow = z.infer<typeof customerRow>;

export const customerRowSelect =
	'id, user_id, name, email, phone, sms_consent, station_ids, created_at, updated_at, version';

/** Everything of one customer. */
export const customerDetail = z.extend(customerRow, {
	station_id: z.nullable(z.string()),
	sms_consent_at: z.nullable(z.string()),
	notes: z.string()
});
export type CustomerDetail = z.infer<typeof customerDetail>;

export const customerDetailSelect = `${customerRowSelect}, station_id, sms_consent_at, notes`;

/** A booking in a customer's history. */
export const customerBooking = z.object({
	id: z.string(),
	reference: z.string(),
	status: bookingStatus,
	event_at: z.string(),
	timezone: z.string(),
	adults: z.int(),
	children: z.int(),
	toddlers: z.int(),
	total_cents: z.int()
});
export type CustomerBooking = z.infer<typeof customerBooking>;

export const customerBookingSelect =
	'id, reference, status, event_at, timezone, adults, children, toddlers, total_cents';

/** A note that only staff read. */
export const customerNote = z.object({
	id: z.string(),
	note: z.string(),
	author_name: z.string(),
	created_at: z.string(),
	version: z.int()
});
export type CustomerNote = z.infer<typeof customerNote>;

/** What `customer_duplicates` answers. */
export const duplicates = z.array(
	z.object({
		id: z.string(),
		name: z.string(),
		email: z.nullable(z.string()),
		phone: z.nullable(z.string()),
		has_sign_in: z.boolean(),
		reasons: z.array(z.string())
	})
);
export type Duplicate = z.infer<typeof duplicates>[number];

/** A customer that a search names. */
export const customerMatch = z.object({
	id: z.string(),
	name: z.string(),
	email: z.nullable(z.string()),
	phone: z.nullable(z.string())
});
export type CustomerMatch = z.infer<typeof customerMatch>;

/** PostgREST's `or` for customers whose name, e-mail or phone holds the text. */
export function namedLike(text: string): string {
	const phone = toE164(text);
	const pattern = containing(text);
	const digits = text.replace(/\D/g, '');
	const conditions = [`name.ilike.${pattern}`, `email.ilike.${pattern}`];
	// In quotes: the local API would read it as a number, without its plus.
	if (phone) conditions.push(`phone.eq."${phone}"`);
	else if (digits.length >= 4) conditions.push(`phone.like.${containing(digits)}`);
	return conditions.join(',');
}

/** Whether a text may be part of a booking's reference, such as `MH-7QK2P` or `7qk2`. */
export function looksLikeReference(text: string): boolean {
	return /^(mh-[2-9a-hj-np-z]{0,5}|[2-9a-hj-np-z]{4,5})$/i.test(text.trim());
}
