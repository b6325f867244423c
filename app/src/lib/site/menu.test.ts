import { describe, expect, test } from 'vitest';
import type { MenuItem } from '#shared/catalog/schema.ts';
import { allergenList, dietList, fits, menuSections, readFilter } from './menu.ts';

const item = (code: string, more: Partial<MenuItem> = {}): MenuItem => ({
	code,
	name: code,
	description: null,
	kind: 'protein',
	price_code: null,
	allergens: [],
	diets: [],
	age_restricted: false,
	...more
});

describe('the menu filter', () => {
	test('reads diets and allergens of the address and drops what it does not know', () => {
		const filter = readFilter(new URLSearchParams('diet=vegan&diet=vegan&diet=<script>&without=milk&without=air'));
		expect(filter).toEqual({ diets: ['vegan'], without: ['milk'] });
	});

	test('keeps an item that has every diet and none of the allergens', () => {
		const tofu = item('tofu', { diets: ['vegan', 'vegetarian'], allergens: ['soy'] });
		expect(fits(tofu, { diets: ['vegan'], without: ['milk'] })).toBe(true);
		expect(fits(tofu, { diets: ['vegan', 'halal'], without: [] })).toBe(false);
		expect(fits(tofu, { diets: [], without: ['soy'] })).toBe(false);
	});

	test('leaves out sections with nothing to show', () => {
		const menu = [item('tofu', { diets: ['vegan'] }), item('lobster', { kind: 'upgrade' })];
		const shown = menuSections({ menu, prices: [] }, { diets: ['vegan'], without: [] });
		expect(shown.map(({ kind }) => kind)).toEqual(['protein']);
	});
});

test('an item carries the price its price code names', () => {
	const prices = [{ code: 'upgrade_lobster', label: 'Lobster', unit_cents: 1500, unit: 'person' }];
	const menu = [item('lobster', { kind: 'upgrade', price_code: 'upgrade_lobster' }), item('chicken')];
	const shown = menuSections({ menu, prices }, { diets: [], without: [] });
	expect(shown.flatMap(({ items }) => items.map(({ price }) => price?.unit_cents ?? null))).toEqual([null, 1500]);
});

test('allergens and diets are named in words, vegan standing for vegetarian', () => {
	expect(allergenList(item('x', { allergens: ['soy', 'milk'] }))).toEqual(['Milk', 'Soy']);
	expect(dietList(item('x', { diets: ['vegetarian', 'vegan'] }))).toEqual(['Vegan']);
	expect(dietList(item('x', { diets: ['vegetarian'] }))).toEqual(['Vegetarian']);
});
