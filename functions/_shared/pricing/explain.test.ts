import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addsUp, explainLine, explainTravel } from './explain.ts';
import type { Quote } from './schema.ts';

const quote: Quote = {
	station: { id: 's', name: 'Fremont' },
	road_miles: 41.3,
	lines: [
		{ code: 'adult', label: 'Adults', quantity: 6, unit_cents: 5500, total_cents: 33000 },
		{ code: 'minimum_top_up', label: 'Minimum order', quantity: 1, unit_cents: 22000, total_cents: 22000 },
		{ code: 'travel', label: 'Travel', quantity: 12, unit_cents: 200, total_cents: 2400 }
	],
	subtotal_cents: 55000,
	travel_cents: 2400,
	discount_cents: 0,
	total_cents: 57400,
	deposit_cents: 10000,
	price_version: '1'
};

describe('a quote', () => {
	it('explains every line', () => {
		expect(quote.lines.map((line) => explainLine(line, quote))).toEqual([
			'Guests of 13 and over: 6 × $55',
			'Our smallest dinner is $550.00. Guests, upgrades and add-ons count towards it, so adding some costs you nothing until it is reached.',
			'42 miles from our Fremont kitchen: the first 30 are free, then $2 a mile.'
		]);
	});
	it('says that travel is free where it is', () => {
		expect(explainTravel({ ...quote, road_miles: 3, lines: [] })).toBe(
			'3 miles from our Fremont kitchen: within the free distance.'
		);
	});
	it('adds up, and one cent anywhere breaks that', () => {
		expect(addsUp(quote)).toBe(true);
		fc.assert(
			fc.property(fc.nat({ max: 2 }), fc.integer({ min: 1 }), (index, cents) => {
				const lines = quote.lines.map((line, at) =>
					at === index ? { ...line, total_cents: line.total_cents + cents } : line
				);
				expect(addsUp({ ...quote, lines })).toBe(false);
			})
		);
	});
});
