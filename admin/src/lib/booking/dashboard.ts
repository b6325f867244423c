import * as z from 'zod/mini';
import { activityEntry } from '#admin/audit/activity.ts';
import { leadRow } from '#admin/leads/schema.ts';
import { bookingRow } from './schema.ts';

/** A figure of the last 7 and 30 days, each beside the same span before it. */
const spans = z.object({ week: z.number(), week_before: z.number(), month: z.number(), month_before: z.number() });
export type Spans = z.infer<typeof spans>;

/** What `dashboard` answers. */
export const dashboard = z.object({
	/** The day on the station's calendar. */
	today: z.string(),
	/** Bookings of today and the seven days after it that were not cancelled, in order. */
	ahead: z.array(bookingRow),
	/** Bookings whose hold ends within a day, the soonest ones, and how many there are. */
	holds: z.array(bookingRow),
	hold_count: z.int(),
	/** Coming events that their chef declined. */
	declined: z.array(bookingRow),
	/** People who asked and may still book, the best first. */
	leads: z.array(leadRow),
	open_leads: z.int(),
	/** Of who asked in the last 30 days, and in the 30 before, how many booked. */
	conversion: z.object({ asked: z.int(), booked: z.int(), asked_before: z.int(), booked_before: z.int() }),
	figures: z.object({ booked: spans, revenue_cents: spans }),
	chefs: z.array(z.object({ id: z.string(), name: z.string(), events: z.int(), guests: z.int() })),
	/** Of the last 7 days; null for who may not read payments. */
	failed_payments: z.nullable(z.int()),
	/** Null for who may not read the audit. */
	activity: z.nullable(z.array(activityEntry))
});
export type Dashboard = z.infer<typeof dashboard>;

export interface Trend {
	arrow: '↑' | '↓' | '=';
	words: string;
}

/** How a figure stands against the one before it, in words: colour and arrow alone say it to nobody who can't see them. */
export function trendOf(now: number, before: number, span: string, format: (value: number) => string = String): Trend {
	if (now === before) return { arrow: '=', words: `as in the ${span} before` };
	const [arrow, word] = now > before ? (['↑', 'more'] as const) : (['↓', 'less'] as const);
	return { arrow, words: `${format(Math.abs(now - before))} ${word} than in the ${span} before` };
}

/** A share in whole per cent; null where there is nothing to share. */
export function percentOf(part: number, whole: number): number | null {
	return whole > 0 ? Math.round((part / whole) * 100) : null;
}
