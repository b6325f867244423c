import { describe, expect, it } from 'vitest';
import { changeOfPrice, choosing, isExtra, readWish } from './new-booking.ts';

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
	it('is priced at the chosen time, unless that is before the days that are shown', () => {
		const query = 'zip=94538&from=2026-12-24&at=';
		expect(read(`${query}2026-12-25T02:00:00Z`)?.at).toBe('2026-12-25T02:00:00Z');
		expect(read(`${query}2026-12-24T02:00:00Z`)?.at).toBeNull(); // still the 23rd in California
		expect(read(`${query}six`)?.at).toBeNull();
	});
	it('keeps the days that are shown when one of their times is chosen, and moves to those of another one', () => {
		const query = new URLSearchParams('zip=94538&from=2026-12-24');
		const wish = readWish(query, [], '2026-11-22');
		const slot = (event_date: string) => ({
			event_date,
			start_time: '18:00',
			starts_at: `${event_date}T23:00:00Z`,
			capacity: 1
		});
		const address = (event_date: string) => wish && Object.fromEntries(choosing(slot(event_date), wish, query));
		expect(address('2026-12-30')).toEqual({ zip: '94538', from: '2026-12-24', at: '2026-12-30T23:00:00Z' });
		expect(address('2026-12-31')).toMatchObject({ from: '2026-12-31' });
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

it('a refusal for its price tells both totals; any other tells none', () => {
	const details = { old_total_cents: null, new_total_cents: 60_000, price_version: 'p1', lead_id: null };
	const refused = { message: '', hint: null, fields: {}, details };
	expect(changeOfPrice({ ...refused, code: 'PRICE_CHANGED' })).toMatchObject({ new_total_cents: 60_000 });
	expect(changeOfPrice({ ...refused, code: 'SLOT_UNAVAILABLE' })).toBeNull();
});
