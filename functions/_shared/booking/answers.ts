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

export const assignmentStatus = z.enum(['offered', 'accepted', 'declined']);
export type AssignmentStatus = z.infer<typeof assignmentStatus>;

/** What `assignment_deed` answers: the booking and its assignment as they are now. */
export const assignmentAnswer = z.object({
	booking_id: z.string(),
	reference: z.string(),
	status: bookingStatus,
	assignment: assignmentStatus,
	decline_reason: z.nullable(z.string()),
	on_my_way_at: z.nullable(z.string()),
	arrived_at: z.nullable(z.string()),
	done_at: z.nullable(z.string()),
	version: z.int()
});

/** What `chef_progress` answers; `stage` is null before the chef set out. */
export const chefProgress = z.object({
	stage: z.nullable(z.enum(['on_the_way', 'arrived', 'done'])),
	since: z.nullable(z.string()),
	/** The chef's first name. */
	chef: z.nullable(z.string()),
	/** The public topic on which the booking's changes are announced. */
	guest_topic: z.string()
});
export type ChefProgress = z.infer<typeof chefProgress>;

/** What `link_my_customer` answers: the customer of the signed-in person, and whether it was found just now. */
export const linkedCustomer = z.object({ customer_id: z.string(), linked: z.boolean() });
