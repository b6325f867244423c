import * as z from 'zod/mini';
import { quote } from '../pricing/schema.ts';
import { bookingItem, bookingStatus } from './schema.ts';

/** A booking as its signed-in customer reads it from the table. */
export const accountBooking = z.object({
	id: z.string(),
	reference: z.string(),
	status: bookingStatus,
	event_at: z.string(),
	event_ends_at: z.string(),
	timezone: z.string(),
	adults: z.int(),
	children: z.int(),
	toddlers: z.int(),
	notes: z.string(),
	venue_line1: z.string(),
	venue_line2: z.nullable(z.string()),
	venue_city: z.nullable(z.string()),
	venue_state: z.nullable(z.string()),
	venue_zip: z.string(),
	quote,
	hold_expires_at: z.nullable(z.string()),
	cancel_reason: z.nullable(z.string()),
	booking_items: z.array(bookingItem)
});
export const accountBookings = z.array(accountBooking);
export type AccountBooking = z.infer<typeof accountBooking>;
