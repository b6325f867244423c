import { describe, expect, it } from 'vitest';
import type { Choices } from './form.ts';
import { countProteins, menuProblems } from './menu.ts';

const upgrades = new Set(['upgrade_lobster', 'upgrade_filet']);
const guests = { adults: 4, children: 1, toddlers: 1 };

const choose = (proteins: Record<string, number>, items: Record<string, number> = {}): Choices => {
	const list = (counts: Record<string, number>) =>
		Object.entries(counts).map(([code, quantity]) => ({ code, quantity }));
	return { proteins: list(proteins), items: list(items) };
};

describe('proteins', () => {
	it('are two a guest, upgrades among them, and one more for each third protein', () => {
		const choices = choose({ chicken: 6 }, { upgrade_lobster: 4, protein_third: 2, addon_gyoza: 5 });
		expect(countProteins(choices, upgrades, guests)).toEqual({ chosen: 10, expected: 12, allowed: 14 });
		expect(menuProblems(choices, upgrades, guests)).toEqual({});
	});
	it('may be fewer: the rest can be told later', () => {
		expect(menuProblems(choose({ chicken: 1 }), upgrades, guests)).toEqual({});
	});
	it('may not be more than the places, told at the last one chosen', () => {
		expect(menuProblems(choose({ chicken: 12, tofu: 1 }), upgrades, guests)).toHaveProperty(['proteins.tofu']);
		expect(menuProblems(choose({ chicken: 12 }), upgrades, guests)).toEqual({});
		const six = { upgrade_lobster: 6, upgrade_filet: 6 };
		expect(menuProblems(choose({}, six), upgrades, guests)).toEqual({});
		expect(menuProblems(choose({}, six), upgrades, { ...guests, toddlers: 0 })).toHaveProperty(['items.upgrade_filet']);
	});
});

describe('what is priced', () => {
	it.each(['addon_gyoza', 'protein_third', 'upgrade_lobster'])('%s may not be for more than the guests', (code) => {
		expect(menuProblems(choose({}, { [code]: 7 }), upgrades, guests)).toHaveProperty([`items.${code}`]);
		expect(menuProblems(choose({}, { [code]: 6 }), upgrades, guests)).toEqual({});
	});
	it('sake may not be for more than the adults', () => {
		expect(menuProblems(choose({}, { addon_sake: 5 }), upgrades, guests)).toHaveProperty(['items.addon_sake']);
		expect(menuProblems(choose({}, { addon_sake: 4 }), upgrades, guests)).toEqual({});
	});
});
