import * as z from 'zod/mini';
import { startOfDay } from '#admin/booking/list.ts';
import { dataOf, type Api } from '#admin/platform/api.ts';
import { addDays } from '#shared/platform/time.ts';

const row = z.object({
	status: z.string(),
	event_at: z.string(),
	adults: z.int(),
	children: z.int(),
	toddlers: z.int(),
	contact_name: z.nullable(z.string()),
	venue_line1: z.string(),
	venue_city: z.nullable(z.string()),
	total_cents: z.int(),
	notes: z.string()
});
const answer = z.object({
	existed: z.boolean(),
	booking: z.nullable(row),
	chef_name: z.nullable(z.string()),
	customer_name: z.nullable(z.string()),
	changed_since: z.array(z.string())
});
export type BookingThen = z.infer<typeof answer> & { day: string };

/** A booking as it was at the end of a day of its station; null where the day is none. */
export async function readBookingThen(
	api: Api,
	{ id, timezone }: { id: string; timezone: string },
	day: string
): Promise<BookingThen | null> {
	const next = /^\d{4}-\d{2}-\d{2}$/.test(day) ? startOfDay(addDays(day, 1), timezone) : null;
	if (!next) return null;
	const at = new Date(Date.parse(next) - 1).toISOString();
	return { ...answer.parse(dataOf(await api.rpc('booking_as_of', { p_booking: id, p_at: at }))), day };
}
