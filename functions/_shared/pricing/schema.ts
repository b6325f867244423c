import * as z from 'zod/mini';

/** One line of a quote; the lines add up to the total. Amounts in cents. */
export const quoteLine = z.object({
	code: z.string(),
	label: z.string(),
	quantity: z.number(),
	unit_cents: z.int(),
	total_cents: z.int(),
	/** What a unit costs on other days, where a rule of the day changed it. */
	base_cents: z.optional(z.int()),
	rule: z.optional(z.string())
});
export type QuoteLine = z.infer<typeof quoteLine>;

/** What became of a promo code: a quote is answered either way, `message` is for who typed it. */
export const quotePromo = z.object({
	code: z.string(),
	applied: z.boolean(),
	reason: z.nullable(z.string()),
	message: z.string(),
	discount_cents: z.int()
});
export type QuotePromo = z.infer<typeof quotePromo>;

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
	price_version: z.union([z.string(), z.number()]),
	promo: z.optional(z.nullable(quotePromo))
});
export type Quote = z.infer<typeof quote>;

/** What `set_price` answers. */
export const priceSet = z.object({
	price_id: z.string(),
	price_code: z.string(),
	old_cents: z.int(),
	unit_cents: z.int(),
	effective_from: z.string(),
	effective_to: z.nullable(z.string())
});

/** What `preview_price` answers: what a party pays before and after; `problem` says what would be refused. */
export const pricePreview = z.object({
	party: z.string(),
	old_total_cents: z.int(),
	new_total_cents: z.nullable(z.int()),
	large: z.boolean(),
	problem: z.nullable(z.string())
});
export type PricePreview = z.infer<typeof pricePreview>;

/** What `save_price_rule` and `end_price_rule` answer. */
export const ruleSaved = z.object({ rule_id: z.string() });

/** What `cancel_scheduled_price` answers. */
export const priceCancelled = z.object({ price_code: z.string() });

/** What `price_calendar` answers: a day with the rules in force, what an adult and a 20-guest party cost then. */
export const pricedDays = z.array(
	z.object({
		day: z.string(),
		rules: z.array(z.string()),
		adult_cents: z.int(),
		base_cents: z.int(),
		total_cents: z.int()
	})
);
export type PricedDay = z.infer<typeof pricedDays>[number];

/** What `explain_quote` answers: whether a booking's quote, computed again from the prices of its time, is the one kept. */
export const quoteExplained = z.object({
	same: z.boolean(),
	kept_total_cents: z.int(),
	total_cents: z.int(),
	quote: z.looseObject({ lines: z.array(quoteLine) })
});
