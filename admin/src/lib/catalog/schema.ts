import * as z from 'zod/mini';
import { allergenNames, dietNames } from '#shared/catalog/words.ts';

export const itemKind = z.enum(['protein', 'upgrade', 'addon', 'included']);
export type ItemKind = z.infer<typeof itemKind>;

/** An item of the menu as its editors know it. */
export const menuItem = z.object({
	id: z.string(),
	code: z.string(),
	name: z.string(),
	description: z.string(),
	kind: itemKind,
	price_code: z.nullable(z.string()),
	allergens: z.array(z.string()),
	diets: z.array(z.string()),
	age_restricted: z.boolean(),
	sort_order: z.int(),
	active: z.boolean(),
	version: z.int()
});
export type MenuItem = z.infer<typeof menuItem>;

export const menuItemSelect =
	'id, code, name, description, kind, price_code, allergens, diets, age_restricted, sort_order, active, version';

/** A price of today. */
export const todaysPrice = z.object({ code: z.string(), label: z.string(), unit_cents: z.int(), unit: z.string() });
export type TodaysPrice = z.infer<typeof todaysPrice>;

/** What `move_menu_item` answers. */
export const movedItem = z.object({ item: z.string(), moved: z.boolean() });

/** Kinds in the order of the site's menu. */
export const kinds: { kind: ItemKind; label: string; one: string }[] = [
	{ kind: 'protein', label: 'Proteins', one: 'Protein: each guest picks two' },
	{ kind: 'upgrade', label: 'Upgrades', one: 'Upgrade: in place of a protein, costs extra' },
	{ kind: 'included', label: 'On every plate', one: 'On every plate: part of the dinner' },
	{ kind: 'addon', label: 'Add-ons', one: 'Add-on: for the table, costs extra' }
];

/** Upgrades and add-ons cost extra; the others are part of the dinner. */
export function costsExtra(kind: string): boolean {
	return kind === 'upgrade' || kind === 'addon';
}

export const itemFieldNames = [
	'name',
	'description',
	'kind',
	'price_code',
	'allergens',
	'diets',
	'age_restricted',
	'active'
] as const;

export const itemLabels: Record<string, string> = {
	name: 'Name',
	description: 'Description',
	kind: 'Kind',
	price_code: 'Price',
	allergens: 'Allergens',
	diets: 'Diets',
	age_restricted: 'Alcohol',
	active: 'On the menu'
};

/** The fields of an item as its form shows them; lists are joined by commas. */
export function itemFields(item: MenuItem): Record<string, string> {
	return {
		name: item.name,
		description: item.description,
		kind: item.kind,
		price_code: item.price_code ?? '',
		allergens: joined(item.allergens, allergenNames),
		diets: joined(item.diets, dietNames),
		age_restricted: String(item.age_restricted),
		active: String(item.active)
	};
}

/** What a new item starts from. */
export const emptyItem: Record<string, string> = {
	name: '',
	description: '',
	kind: 'protein',
	price_code: '',
	allergens: '',
	diets: '',
	age_restricted: 'false',
	active: 'true'
};

export interface ReadItem {
	values: Record<string, string | boolean | string[] | null>;
	/** A sentence for each field that can not be. */
	problems: Record<string, string>;
}

/** Typed fields as columns. `rest` are those that were not typed, for the rule between kind and price. */
export function readItemFields(typed: Record<string, string>, rest: Record<string, string>): ReadItem {
	const both = { ...rest, ...typed };
	const values: ReadItem['values'] = {};
	const problems: ReadItem['problems'] = {};
	for (const [name, text] of Object.entries(typed)) {
		if (name === 'allergens' || name === 'diets') values[name] = listed(text);
		else if (name === 'age_restricted' || name === 'active') values[name] = text === 'true';
		else if (name !== 'price_code') values[name] = text;
	}
	if (!both.name || both.name.length > 80) problems.name = 'Enter a name of up to 80 characters.';
	if ((both.description ?? '').length > 500) problems.description = 'At most 500 characters.';
	if (!itemKind.safeParse(both.kind).success) problems.kind = 'Choose a kind.';
	if (listed(both.allergens ?? '').some((word) => !(word in allergenNames))) problems.allergens = 'Choose of the nine.';
	if (listed(both.diets ?? '').some((word) => !(word in dietNames))) problems.diets = 'Choose of the list.';
	if ('kind' in typed || 'price_code' in typed) {
		const extra = costsExtra(both.kind ?? '');
		if (extra && !both.price_code) problems.price_code = 'Upgrades and add-ons need a price.';
		values.price_code = extra ? both.price_code || null : null;
	}
	return { values, problems };
}

/** How requests name a new item: `Wagyu beef`, an upgrade → `upgrade_wagyu_beef`. */
export function codeOf(name: string, kind: string): string {
	const word = name
		.normalize('NFD')
		.replace(/\p{M}/gu, '')
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, '_')
		.replace(/^[_0-9]+|_$/g, '');
	return (costsExtra(kind) && word ? `${kind}_${word}` : word).slice(0, 60);
}

/** `milk,soy` → `['milk', 'soy']`. */
export function listed(text: string): string[] {
	return text.split(',').filter(Boolean);
}

/** In the order of the words, so that the same choice is the same text. */
export function joined(chosen: readonly string[], words: Record<string, string>): string {
	return [
		...Object.keys(words).filter((word) => chosen.includes(word)),
		...chosen.filter((word) => !(word in words))
	].join(',');
}
