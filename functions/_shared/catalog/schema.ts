import * as z from 'zod/mini';

/** Something on the menu. `price_code` names its price in the book; null where it costs nothing extra. */
export const menuItem = z.object({
	code: z.string(),
	name: z.string(),
	description: z.nullable(z.string()),
	kind: z.enum(['protein', 'upgrade', 'addon', 'included']),
	price_code: z.nullable(z.string()),
	allergens: z.array(z.string()),
	diets: z.array(z.string()),
	age_restricted: z.boolean()
});
export type MenuItem = z.infer<typeof menuItem>;

/** A price as of now, tax included. */
export const price = z.object({ code: z.string(), label: z.string(), unit_cents: z.int(), unit: z.string() });
export type Price = z.infer<typeof price>;

/** A station as visitors may know it. Start times are `HH:MM` on its own clock. */
export const station = z.object({
	id: z.string(),
	slug: z.string(),
	name: z.string(),
	timezone: z.string(),
	start_times: z.array(
		z.pipe(
			z.string(),
			z.transform((time) => time.slice(0, 5))
		)
	),
	min_notice_hours: z.number(),
	max_advance_days: z.number()
});
export type Station = z.infer<typeof station>;

/** What `site_catalog` answers: all that public pages need to know, in one call. */
export const siteCatalog = z.object({
	stations: z.array(station),
	prices: z.array(price),
	menu: z.array(menuItem),
	flags: z.record(z.string(), z.boolean())
});
export type SiteCatalog = z.infer<typeof siteCatalog>;
