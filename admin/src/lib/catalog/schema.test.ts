import { describe, expect, it } from 'vitest';
import { allergenNames } from '#shared/catalog/words.ts';
import { codeOf, emptyItem, itemFields, joined, listed, readItemFields, type MenuItem } from './schema.ts';

const shrimp: MenuItem = {
	id: 'a',
	code: 'shrimp',
	name: 'Shrimp',
	description: '',
	kind: 'protein',
	price_code: null,
	allergens: ['soy', 'milk'],
	diets: [],
	age_restricted: false,
	sort_order: 10,
	active: true,
	version: 1
};

describe('the fields of a menu item', () => {
	it('are text in a form and columns again', () => {
		const fields = itemFields(shrimp);
		expect(fields.allergens).toBe('milk,soy');
		expect(readItemFields(fields, emptyItem)).toEqual({
			values: {
				name: 'Shrimp',
				description: '',
				kind: 'protein',
				price_code: null,
				allergens: ['milk', 'soy'],
				diets: [],
				age_restricted: false,
				active: true
			},
			problems: {}
		});
	});
	it('write only what was typed', () => {
		expect(readItemFields({ name: 'Prawns' }, itemFields(shrimp))).toEqual({
			values: { name: 'Prawns' },
			problems: {}
		});
	});
	it.each([
		[{ name: '' }, 'name'],
		[{ description: 'x'.repeat(501) }, 'description'],
		[{ kind: 'dessert' }, 'kind'],
		[{ kind: 'upgrade' }, 'price_code'],
		[{ allergens: 'milk,gluten' }, 'allergens'],
		[{ diets: 'paleo' }, 'diets']
	])('say what is wrong at the field: %j', (typed, field) => {
		expect(Object.keys(readItemFields(typed, itemFields(shrimp)).problems)).toEqual([field]);
	});
	it('take the price away from what costs nothing extra', () => {
		const rest = { ...emptyItem, name: 'Salmon', kind: 'upgrade', price_code: 'upgrade_salmon' };
		expect(readItemFields({ kind: 'protein' }, rest).values).toEqual({ kind: 'protein', price_code: null });
	});
});

describe('words', () => {
	it('make a code that requests can name', () => {
		expect(codeOf('Wagyu beef', 'upgrade')).toBe('upgrade_wagyu_beef');
		expect(codeOf('Crème brûlée!', 'included')).toBe('creme_brulee');
		expect(codeOf('7 spices', 'protein')).toBe('spices');
		expect(codeOf('…', 'addon')).toBe('');
	});
	it('join a choice in one order and read it back', () => {
		expect(listed(joined(['wheat', 'eggs'], allergenNames))).toEqual(['eggs', 'wheat']);
		expect(listed('')).toEqual([]);
	});
});
