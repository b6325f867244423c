import * as z from 'zod/mini';
import { quote } from '../pricing/schema.ts';

/** What `create_booking` takes; unknown fields are refused there as here. */
export const bookingRequest = z.strictObject({
	idempotency_key: z.string().check(z.minLength(8), z.maxLength(100)),
	zip: z.string(),
	/** The event's start, an ISO instant. */
	starts_at: z.string(),
	adults: z.int(),
	children: z.int(),
	toddlers: z.int(),
	items: z.array(z.strictObject({ code: z.string(), quantity: z.int() })),
	contact: z.strictObject({ name: z.string(), email: z.string(), phone: z.string(), sms_consent: z.boolean() }),
	venue: z.strictObject({
		line1: z.string(),
		line2: z.string(),
		city: z.string(),
		state: z.string(),
		zip: z.string()
	}),
	notes: z.string(),
	promo_code: z.nullable(z.string()),
	/** That of the quote which the person saw: with other prices the booking is refused as `PRICE_CHANGED`. */
	price_version: z.optional(z.nullable(z.string())),
	source: z.string()
});
export type BookingRequest = z.infer<typeof bookingRequest>;

export const bookingStatus = z.enum(['pending', 'confirmed', 'completed', 'cancelled']);
export type BookingStatus = z.infer<typeof bookingStatus>;

/** What `create_booking` answers. The token opens just this booking for a guest without an account. */
export const bookingAnswer = z.object({
	booking_id: z.string(),
	reference: z.string(),
	status: bookingStatus,
	hold_expires_at: z.nullable(z.string()),
	total_cents: z.int(),
	deposit_cents: z.int(),
	access_token: z.string()
});
export type BookingAnswer = z.infer<typeof bookingAnswer>;

/** One start time of one day; `capacity` is how many chefs could still serve it, 0 when it is full. */
export const slot = z.object({
	event_date: z.string(),
	start_time: z.pipe(
		z.string(),
		z.transform((time) => time.slice(0, 5))
	),
	starts_at: z.string(),
	capacity: z.int()
});
export const slots = z.array(slot);
export type Slot = z.infer<typeof slot>;

/** A free slot near the one that was taken, as `SLOT_UNAVAILABLE` offers up to five. */
export const alternatives = z.array(slot);

/** What `PRICE_CHANGED` says of both totals; the old one is null where the seen prices are long gone. */
export const priceChange = z.object({
	old_total_cents: z.nullable(z.int()),
	new_total_cents: z.int(),
	price_version: z.string()
});

/** What `station_for_zip` answers. */
export const stationForZip = z.object({
	station_id: z.string(),
	name: z.string(),
	timezone: z.string(),
	road_miles: z.number(),
	in_area: z.boolean()
});
export type StationForZip = z.infer<typeof stationForZip>;

/** One line of a booking's menu as it was priced. */
export const bookingItem = z.object({ code: z.string(), label: z.string(), quantity: z.int(), unit_cents: z.int() });

/** A booking as the guest who holds its link sees it (`get_booking`). */
export const guestBooking = z.object({
	booking_id: z.string(),
	reference: z.string(),
	status: bookingStatus,
	event_at: z.string(),
	event_ends_at: z.string(),
	timezone: z.string(),
	station: z.object({ id: z.string(), name: z.string() }),
	adults: z.int(),
	children: z.int(),
	toddlers: z.int(),
	items: z.array(bookingItem),
	notes: z._default(z.nullable(z.string()), ''),
	venue: z.object({
		line1: z.string(),
		line2: z.nullable(z.string()),
		city: z.nullable(z.string()),
		state: z.nullable(z.string()),
		zip: z.string()
	}),
	quote,
	hold_expires_at: z.nullable(z.string()),
	cancel_reason: z.nullable(z.string()),
	can_cancel: z.boolean(),
	can_reschedule: z.boolean(),
	/** What moving it now adds to the price. */
	reschedule_fee_cents: z._default(z.int(), 0),
	/** Until when cancelling gives everything back. */
	full_refund_until: z._default(z.nullable(z.string()), null),
	guest_topic: z.string()
});
export type GuestBooking = z.infer<typeof guestBooking>;
