import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paramsFromValues, valuesFromParams } from './address.ts';
import { quoteArguments, readQuoteRequest } from './request.ts';

const codes = ['upgrade_lobster', 'upgrade_filet', 'addon_gyoza'];

describe('a quote by its address', () => {
	it('asks the calculator for exactly what the address says', () => {
		const params = new URLSearchParams('zip=94538&adults=10&children=2&upgrade_lobster=4&upgrade_filet=2&evil=1');
		const { request, fields } = readQuoteRequest(valuesFromParams(params, codes));
		expect(fields).toEqual({});
		expect(request && quoteArguments(request, 'America/Los_Angeles')).toEqual({
			p_zip: '94538',
			p_adults: 10,
			p_children: 2,
			p_toddlers: 0,
			p_items: [
				{ code: 'upgrade_lobster', quantity: 4 },
				{ code: 'upgrade_filet', quantity: 2 }
			]
		});
	});
	it('comes back from its own parameters', () => {
		const number = fc.integer({ min: 1, max: 400 }).map(String);
		fc.assert(
			fc.property(
				number,
				fc.dictionary(fc.constantFrom(...codes), number, { noNullPrototype: true }),
				(adults, items) => {
					const values = {
						'venue.zip': '94538',
						adults,
						...Object.fromEntries(Object.entries(items).map(([code, n]) => [`items.${code}`, n]))
					};
					expect(valuesFromParams(paramsFromValues(values), codes)).toEqual(values);
				}
			)
		);
	});
	it("asks for the day on the station's clock and with the promo code", () => {
		const { request } = readQuoteRequest(
			valuesFromParams(new URLSearchParams('zip=94538&adults=10&date=2026-12-05&promo=hello'), codes)
		);
		expect(request && quoteArguments(request, 'America/Los_Angeles')).toMatchObject({
			p_event_at: '2026-12-06T02:00:00.000Z',
			p_promo_code: 'hello'
		});
	});
	it('leaves out a date that is none', () => {
		const { request } = readQuoteRequest({ 'venue.zip': '94538', adults: '10', date: '2026-02-30' });
		expect(request && quoteArguments(request, 'America/Los_Angeles')).not.toHaveProperty('p_event_at');
	});
	it('waits for the ZIP without complaining about it', () => {
		expect(readQuoteRequest({ adults: '10' })).toEqual({ request: null, fields: {} });
	});
	it.each([
		['adults', '0'],
		['adults', 'ten'],
		['venue.zip', '123'],
		['children', '-1']
	])('says what is wrong with %s = %s', (path, typed) => {
		const { request, fields } = readQuoteRequest({ 'venue.zip': '94538', adults: '10', [path]: typed });
		expect([request, Object.keys(fields)]).toEqual([null, [path]]);
	});
});
