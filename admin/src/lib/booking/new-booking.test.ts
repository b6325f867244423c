import { describe, expect, it } from 'vitest';
import { isExtra, readWish } from './new-booking.ts';

const read = (query: string) => readWish(new URLSearchParams(query), ['upgrade_filet'], '2026-11-22');

describe('a wish', () => {
	it('is none without a ZIP', () => {
		expect(read('adults=10')).toBeNull();
	});
	it('takes only extras that are sold', () => {
		expect(read('zip=94538&adults=10&item.upgrade_filet=4&item.gold=9')?.items).toEqual([
			{ code: 'upgrade_filet', quantity: 4 }
		]);
	});
	it('looks for times from today on', () => {
		expect(read('zip=94538&from=2020-01-01')?.from).toBe('2026-11-22');
		expect(read('zip=94538&from=2026-12-24')?.from).toBe('2026-12-24');
	});
	it('never asks for fewer than no guests', () => {
		expect(read('zip=94538&adults=-3&children=ten')).toMatchObject({ adults: 0, children: 0 });
	});
});

it('extras are what is added to a dinner, not what it is made of', () => {
	expect(['upgrade_filet', 'addon_sake', 'protein_third', 'adult', 'travel', 'deposit'].filter(isExtra)).toEqual([
		'upgrade_filet',
		'addon_sake',
		'protein_third'
	]);
});
