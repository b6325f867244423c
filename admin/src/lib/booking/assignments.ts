import * as z from 'zod/mini';
import { assignmentStatus } from '#shared/booking/answers.ts';
import { bookingStatus } from '#shared/booking/schema.ts';

/** What `my_assignments` answers: who and where only from 7 days before an event to a day after it; never money. */
export const assignment = z.object({
	booking_id: z.string(),
	reference: z.string(),
	status: bookingStatus,
	event_at: z.string(),
	event_ends_at: z.string(),
	timezone: z.string(),
	adults: z.int(),
	children: z.int(),
	toddlers: z.int(),
	items: z.array(z.object({ code: z.string(), label: z.string(), quantity: z.number() })),
	notes: z.nullable(z.string()),
	/** One way from the station. */
	road_miles: z.number(),
	customer_name: z.nullable(z.string()),
	customer_phone: z.nullable(z.string()),
	venue_line1: z.nullable(z.string()),
	venue_line2: z.nullable(z.string()),
	venue_city: z.nullable(z.string()),
	venue_state: z.nullable(z.string()),
	venue_zip: z.nullable(z.string()),
	assignment: assignmentStatus,
	decline_reason: z.nullable(z.string()),
	answered_at: z.nullable(z.string()),
	on_my_way_at: z.nullable(z.string()),
	arrived_at: z.nullable(z.string()),
	done_at: z.nullable(z.string())
});
export const assignments = z.array(assignment);
export type Assignment = z.infer<typeof assignment>;
