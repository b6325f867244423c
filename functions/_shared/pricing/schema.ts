import * as z from 'zod/mini';

/** One line of a quote; the lines add up to the total. Amounts in cents. */
export const quoteLine = z.object({
	code: z.string(),
	label: z.string(),
	quantity: z.number(),
	unit_cents: z.int(),
	total_cents: z.int()
});
export type QuoteLine = z.infer<typeof quoteLine>;

/** What `quote_event` answers. */
export const quote = z.object({
	station: z.object({ id: z.string(), name: z.string() }),
	road_miles: z.number(),
	lines: z.array(quoteLine),
	subtotal_cents: z.int(),
	travel_cents: z.int(),
	discount_cents: z.int(),
	total_cents: z.int(),
	deposit_cents: z.int(),
	price_version: z.union([z.string(), z.number()])
});
export type Quote = z.infer<typeof quote>;
