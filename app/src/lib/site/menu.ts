import type { MenuItem, Price, SiteCatalog } from '#shared/catalog/schema.ts';
import { allergenNames, dietNames } from '#shared/catalog/words.ts';

export { allergenNames, dietNames };

export interface MenuFilter {
	/** Every one must hold for an item. */
	diets: string[];
	/** None may be in an item. */
	without: string[];
}

/** The filter of an address (`?diet=vegan&without=milk`); unknown words are left out. */
export function readFilter(query: URLSearchParams): MenuFilter {
	const known = (name: string, names: Record<string, string>) =>
		[...new Set(query.getAll(name))].filter((value) => value in names);
	return { diets: known('diet', dietNames), without: known('without', allergenNames) };
}

export function fits(item: Pick<MenuItem, 'diets' | 'allergens'>, filter: MenuFilter): boolean {
	return (
		filter.diets.every((diet) => item.diets.includes(diet)) &&
		!filter.without.some((allergen) => item.allergens.includes(allergen))
	);
}

export interface PricedItem {
	item: MenuItem;
	/** What it costs extra; null where it is part of the dinner. */
	price: Price | null;
}

export interface MenuSection {
	kind: MenuItem['kind'];
	name: string;
	intro: string;
	items: PricedItem[];
}

const sections: Omit<MenuSection, 'items'>[] = [
	{ kind: 'protein', name: 'Proteins', intro: 'Every guest picks two. Your chef sears each one in front of you.' },
	{ kind: 'upgrade', name: 'Upgrades', intro: 'Take one in place of a protein, for any guest who would like to.' },
	{ kind: 'included', name: 'On every plate', intro: 'Part of the dinner for each guest.' },
	{ kind: 'addon', name: 'Add-ons', intro: 'For the table, or for whoever is still hungry.' }
];

/** The menu in the order of the page, each item with its price. Sections with nothing to show are left out. */
export function menuSections(
	{ menu, prices }: Pick<SiteCatalog, 'menu' | 'prices'>,
	filter: MenuFilter
): MenuSection[] {
	return sections
		.map((section) => ({
			...section,
			items: menu
				.filter((item) => item.kind === section.kind && fits(item, filter))
				.map((item) => ({ item, price: prices.find(({ code }) => code === item.price_code) ?? null }))
		}))
		.filter(({ items }) => items.length > 0);
}

/** Allergens as words, in the order of `allergenNames`. */
export function allergenList(item: Pick<MenuItem, 'allergens'>): string[] {
	return Object.keys(allergenNames).flatMap((key) => (item.allergens.includes(key) ? (allergenNames[key] ?? []) : []));
}

/** Diets as words. A vegan dish is vegetarian too: it says only the stronger. */
export function dietList(item: Pick<MenuItem, 'diets'>): string[] {
	return Object.keys(dietNames)
		.filter((key) => item.diets.includes(key) && !(key === 'vegetarian' && item.diets.includes('vegan')))
		.flatMap((key) => dietNames[key] ?? []);
}

/** The price of a code in cents, or null where the book has none. */
export function centsOf(prices: Price[], code: string): number | null {
	return prices.find((price) => price.code === code)?.unit_cents ?? null;
}
