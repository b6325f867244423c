import { describe, expect, it } from 'vitest';
import { countProteins, menuProblems } from './menu.ts';

const proteins = new Set(['chicken', 'shrimp', 'upgrade_lobster']);
const guests = { adults: 4, children: 1, toddlers: 1 };

describe('proteins', () => {
	it('are two a guest, upgrades among them, and one more for each third protein', () => {
		const items = [
			{ code: 'chicken', quantity: 6 },
			{ code: 'upgrade_lobster', quantity: 4 },
			{ code: 'protein_third', quantity: 2 },
			{ code: 'addon_gyoza', quantity: 9 }
		];
		expect(countProteins(items, proteins, guests)).toEqual({ chosen: 10, expected: 12, allowed: 14 });
		expect(menuProblems(items, proteins, guests)).toEqual({});
	});
	it('may be fewer: the rest can be told later', () => {
		expect(menuProblems([{ code: 'chicken', quantity: 1 }], proteins, guests)).toEqual({});
	});
	it('may not be more than the places', () => {
		expect(menuProblems([{ code: 'chicken', quantity: 13 }], proteins, guests)).toHaveProperty(['items.chicken']);
	});
	it('third proteins may not be more than guests', () => {
		expect(menuProblems([{ code: 'protein_third', quantity: 7 }], proteins, guests)).toHaveProperty([
			'items.protein_third'
		]);
	});
	it('sake may not be for more than the adults', () => {
		expect(menuProblems([{ code: 'addon_sake', quantity: 5 }], proteins, guests)).toHaveProperty(['items.addon_sake']);
		expect(menuProblems([{ code: 'addon_sake', quantity: 4 }], proteins, guests)).toEqual({});
	});
});
