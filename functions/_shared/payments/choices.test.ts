import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	blankChoices,
	centsFromDollars,
	choicesOfCheckout,
	payChoicesKey,
	payParams,
	payRequest,
	readPayChoices,
	tipProblem,
	type PayChoices
} from './choices.ts';

const way = fc.constantFrom('credit', 'debit', 'zelle', 'venmo');
const cents = fc.integer({ min: 0, max: 9_999_999 });
const dollars = (amount: number) => (amount / 100).toFixed(2);
const choices: fc.Arbitrary<PayChoices> = fc.oneof(
	fc.record({ tip: fc.constantFrom('0', '20', '25', '30'), custom: fc.constant(''), way }),
	fc.record({ tip: fc.constant('custom'), custom: cents.map(dollars), way })
);
const offered = [
	{ percent: 20, cents: 11_000 },
	{ percent: 25, cents: 13_750 },
	{ percent: 30, cents: 16_500 }
];

describe('dollars as typed', () => {
	it('any amount up to 99,999.99 reads back to the cent, with or without sign and commas', () => {
		fc.assert(
			fc.property(cents, (amount) => {
				expect(centsFromDollars(dollars(amount))).toBe(amount);
				expect(centsFromDollars(`$${(amount / 100).toLocaleString('en-US', { minimumFractionDigits: 2 })}`)).toBe(
					amount
				);
			})
		);
	});
	it.each([
		['50', 5000],
		[' $50 ', 5000],
		['.5', 50],
		['62.', 6200],
		['1,250.5', 125_050],
		['0', 0]
	])('%j is %i cents', (typed, amount) => expect(centsFromDollars(typed)).toBe(amount));
	it.each(['', '.', '$', '-5', 'ten', '1.234', '12,34', '1e3', '100000', '५०', '50 dollars', '٣'])(
		'%j is no amount',
		(typed) => expect(centsFromDollars(typed)).toBeNull()
	);
	it('never gives what is no whole, safe number of cents, whatever is typed', () => {
		fc.assert(
			fc.property(fc.string(), (typed) => {
				const read = centsFromDollars(typed);
				expect(read === null || (Number.isSafeInteger(read) && read >= 0 && read <= 9_999_999)).toBe(true);
			})
		);
	});
});

describe('choices', () => {
	it('come back from the address as they were', () => {
		fc.assert(
			fc.property(choices, (chosen) => {
				expect(readPayChoices(payParams(chosen))).toEqual(chosen);
			})
		);
	});
	it('of anybody’s making become valid ones', () => {
		fc.assert(
			fc.property(fc.string(), fc.string(), fc.string(), (tip, custom, where) => {
				const request = payRequest(
					readPayChoices(
						new Map([
							['tip', tip],
							['custom', custom],
							['way', where]
						])
					),
					'balance'
				);
				expect(['card', 'zelle', 'venmo']).toContain(request.method);
				expect([undefined, 20, 25, 30]).toContain(request.tip_percent);
				expect(request.tip_percent === undefined || request.tip_cents === undefined).toBe(true);
			})
		);
	});
	it('an amount typed without its box being chosen is meant all the same', () => {
		expect(readPayChoices(new URLSearchParams('tip=0&custom=40')).tip).toBe('custom');
		expect(readPayChoices(new URLSearchParams('tip=20&custom=40')).tip).toBe('20');
	});
	it('never ask for an amount other than the own tip, and for no tip with a deposit', () => {
		fc.assert(
			fc.property(choices, (chosen) => {
				const deposit = payRequest(chosen, 'deposit');
				expect(Object.keys(deposit).every((key) => ['purpose', 'method', 'funding'].includes(key))).toBe(true);
			})
		);
		expect(payRequest({ tip: 'custom', custom: '62.50', way: 'debit' }, 'balance')).toEqual({
			purpose: 'balance',
			tip_cents: 6250,
			method: 'card',
			funding: 'debit'
		});
		expect(payRequest({ tip: '25', custom: '', way: 'zelle' }, 'balance')).toEqual({
			purpose: 'balance',
			tip_percent: 25,
			method: 'zelle'
		});
	});
	it('seen at another total have another name', () => {
		expect(payChoicesKey(blankChoices, 'balance', 100)).toBe(payChoicesKey({ ...blankChoices }, 'balance', 100));
		expect(payChoicesKey(blankChoices, 'balance', 100)).not.toBe(payChoicesKey(blankChoices, 'balance', 101));
		expect(payChoicesKey({ ...blankChoices, way: 'debit' }, 'balance', 100)).not.toBe(
			payChoicesKey(blankChoices, 'balance', 100)
		);
	});
	it('a tip below zero or of words is told at its field', () => {
		expect(tipProblem({ tip: 'custom', custom: '-5', way: 'credit' })).toContain('less than zero');
		expect(tipProblem({ tip: 'custom', custom: 'lots', way: 'credit' })).toContain('dollars');
		expect(tipProblem({ tip: '20', custom: 'lots', way: 'credit' })).toBeNull();
		expect(tipProblem({ tip: 'custom', custom: '', way: 'credit' })).toBeNull();
	});
	it('of a failed attempt are found again', () => {
		expect(choicesOfCheckout({ tip_cents: 13_750, fee_cents: 9, funding: 'credit' }, offered)).toEqual({
			tip: '25',
			custom: '',
			way: 'credit'
		});
		expect(choicesOfCheckout({ tip_cents: 4_050, fee_cents: 0, funding: 'prepaid' }, offered)).toEqual({
			tip: 'custom',
			custom: '40.50',
			way: 'debit'
		});
		expect(choicesOfCheckout({ tip_cents: 0, fee_cents: 300 }, offered)).toEqual(blankChoices);
	});
});
