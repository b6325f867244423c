import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { centsOf, changeOf, dollars, percent, rateOf } from './amounts.ts';
import { fromLocalInput, toLocalInput } from './local-time.ts';

describe('amounts as they are typed', () => {
	it.each([
		['55', 5500],
		['$1,200.5', 120_050],
		['0', 0],
		['-3.25', -325],
		['1.234', null],
		['ten', null],
		['', null]
	])('%s is %s cents', (typed, cents) => expect(centsOf(typed)).toBe(cents));
	it('come back from how they are shown, every cent', () => {
		fc.assert(
			fc.property(fc.integer({ min: -10_000_000, max: 10_000_000 }), (cents) => centsOf(dollars(cents)) === cents)
		);
		fc.assert(fc.property(fc.integer({ min: -9999, max: 9999 }), (n) => rateOf(percent(n / 10_000)) === n / 10_000));
	});
	it('say by how much a price changed', () => {
		expect([changeOf(5500, 6000), changeOf(6000, 5500), changeOf(null, 1), changeOf(0, 1)]).toEqual([
			'+9.1 %',
			'−8.3 %',
			'',
			''
		]);
	});
});

describe('a local time of a form', () => {
	const zone = 'America/Los_Angeles';
	it("is the station's, summer and winter", () => {
		expect(fromLocalInput('2026-12-01T08:00', zone)).toBe('2026-12-01T16:00:00.000Z');
		expect(fromLocalInput('2026-07-01T08:00', zone)).toBe('2026-07-01T15:00:00.000Z');
		expect(toLocalInput('2026-07-01T15:00:00Z', zone)).toBe('2026-07-01T08:00');
	});
	it('is none where nothing or nonsense was typed', () => {
		expect([fromLocalInput('', zone), fromLocalInput('tomorrow', zone), toLocalInput(null, zone)]).toEqual([
			null,
			undefined,
			''
		]);
	});
});
