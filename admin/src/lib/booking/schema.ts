import * as z from 'zod/mini';
import { assignmentStatus } from '#shared/booking/answers.ts';
import { bookingStatus } from '#shared/booking/schema.ts';
import { quote } from '#shared/pricing/schema.ts';

/** A person may read a booking whose customer or chef they may not: the embedded row is then null. */
const customer = z.nullable(
	z.object({ id: z.string(), name: z.string(), email: z.nullable(z.string()), phone: z.nullable(z.string()) })
);
const chef = z.nullable(z.object({ id: z.string(), staff: z.nullable(z.object({ name: z.string() })) }));

/** What the chef answered and how far they are; null without a chef. */
const assignment = z.nullable(
	z.object({
		status: assignmentStatus,
		decline_reason: z.nullable(z.string()),
		answered_at: z.nullable(z.string()),
		on_my_way_at: z.nullable(z.string()),
		arrived_at: z.nullable(z.string()),
		done_at: z.nullable(z.string())
	})
);

/** A booking as lists show it. */
export const bookingRow = z.object({
	id: z.string(),
	reference: z.string(),
	station_id: z.string(),
	status: bookingStatus,
	event_at: z.string(),
	event_ends_at: z.string(),
	timezone: z.string(),
	adults: z.int(),
	children: z.int(),
	toddlers: z.int(),
	venue_city: z.nullable(z.string()),
	venue_zip: z.string(),
	contact_name: z.nullable(z.string()),
	contact_phone: z.nullable(z.string()),
	total_cents: z.int(),
	deposit_cents: z.int(),
	hold_expires_at: z.nullable(z.string()),
	source: z.string(),
	created_at: z.string(),
	updated_at: z.string(),
	version: z.int(),
	customer,
	chef,
	assignment
});
export type BookingRow = z.infer<typeof bookingRow>;

/** PostgREST's select for `bookingRow`. */
export const bookingRowSelect =
	'id, reference, station_id, status, event_at, event_ends_at, timezone, adults, children, toddlers, venue_city, venue_zip, ' +
	'contact_name, contact_phone, total_cents, deposit_cents, hold_expires_at, source, created_at, updated_at, version, ' +
	'customer:customers(id, name, email, phone), chef:chefs(id, staff(name)), ' +
	'assignment:booking_assignments(status, decline_reason, answered_at, on_my_way_at, arrived_at, done_at)';

/** Everything of one booking. */
export const bookingDetail = z.extend(bookingRow, {
	venue_line1: z.string(),
	venue_line2: z.nullable(z.string()),
	venue_state: z.nullable(z.string()),
	road_miles: z.number(),
	notes: z.string(),
	quote,
	confirmed_at: z.nullable(z.string()),
	completed_at: z.nullable(z.string()),
	cancelled_at: z.nullable(z.string()),
	cancel_reason: z.nullable(z.string()),
	reschedule_count: z.int(),
	items: z.array(z.object({ code: z.string(), label: z.string(), quantity: z.int(), unit_cents: z.int() }))
});
export type BookingDetail = z.infer<typeof bookingDetail>;

export const bookingDetailSelect =
	`${bookingRowSelect}, venue_line1, venue_line2, venue_state, road_miles, notes, quote, confirmed_at, completed_at, ` +
	'cancelled_at, cancel_reason, reschedule_count, items:booking_items(code, label, quantity, unit_cents)';

/** The people at the table. */
export function guestCount({
	adults,
	children,
	toddlers
}: Pick<BookingRow, 'adults' | 'children' | 'toddlers'>): number {
	return adults + children + toddlers;
}

/** Who to ask for on the day. */
export function contactOf(booking: Pick<BookingRow, 'contact_name' | 'contact_phone' | 'customer'>): {
	name: string;
	phone: string | null;
} {
	return {
		name: booking.contact_name ?? booking.customer?.name ?? 'Customer',
		phone: booking.contact_phone ?? booking.customer?.phone ?? null
	};
}

/** The address of the venue on one line. */
export function venueOf(
	booking: Pick<BookingDetail, 'venue_line1' | 'venue_line2' | 'venue_city' | 'venue_state' | 'venue_zip'>
): string {
	const { venue_line1, venue_line2, venue_city, venue_state, venue_zip } = booking;
	const last = [venue_state, venue_zip].filter(Boolean).join(' ');
	return [venue_line1, venue_line2, venue_city, last].filter(Boolean).join(', ');
}
