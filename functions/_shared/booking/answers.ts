import * as z from 'zod/mini';
import { bookingStatus } from './schema.ts';

/** What reschedule, cancel, confirm, assign and update answer: the booking as it is now. */
export const changedBooking = z.object({
	booking_id: z.string(),
	reference: z.string(),
	status: bookingStatus,
	event_at: z.string(),
	event_ends_at: z.string(),
	total_cents: z.int(),
	version: z.int()
});
export type ChangedBooking = z.infer<typeof changedBooking>;

/** What `link_my_customer` answers: the customer of the signed-in person, and whether it was found just now. */
export const linkedCustomer = z.object({ customer_id: z.string(), linked: z.boolean() });
