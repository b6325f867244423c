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
	booking_items: z.array(bookingItem),
	own_reschedule_count: z.int(),
	cancellation_policies: z.nullable(
		z.object({
			full_refund_days: z.int(),
			free_reschedules: z.int(),
			free_reschedule_hours: z.int(),
			reschedule_fee_cents: z.int()
		})
	)
});
export const accountBookings = z.array(accountBooking);
export type AccountBooking = z.infer<typeof accountBooking>;

/** What moving a booking adds to its price, and until when cancelling gives everything back, by the policy it was made under. */
export function policyOf(row: AccountBooking, now: Date): { fee_cents: number; full_refund_until: string | null } {
	const policy = row.cancellation_policies;
	if (!policy) return { fee_cents: 0, full_refund_until: null };
	const event = Date.parse(row.event_at);
	const free =
		row.own_reschedule_count < policy.free_reschedules &&
		now.getTime() <= event - policy.free_reschedule_hours * 3_600_000;
	return {
		fee_cents: row.status === 'confirmed' && !free ? policy.reschedule_fee_cents : 0,
		full_refund_until: new Date(event - policy.full_refund_days * 86_400_000).toISOString()
	};
}
