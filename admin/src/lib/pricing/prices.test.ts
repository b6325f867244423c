import { describe, expect, it } from 'vitest';
import { byCode, type BookedPrice } from './prices.ts';

const price = (over: Partial<BookedPrice>): BookedPrice => ({
	id: crypto.randomUUID(),
	code: 'adult',
	label: 'Adult',
	unit_cents: 5500,
	unit: 'person',
	effective_from: '2026-01-01T00:00:00Z',
	effective_to: null,
	note: 'Opening',
	...over
});
const at = Date.parse('2026-06-01T00:00:00Z');

describe('the price book by item', () => {
	it('tells what holds, what is to come and what was', () => {
		const [adult] = byCode(
			[
				price({ unit_cents: 5000, effective_to: '2026-03-01T00:00:00Z' }),
				price({ effective_from: '2026-03-01T00:00:00Z', effective_to: '2026-07-01T00:00:00Z' }),
				price({ unit_cents: 6000, effective_from: '2026-07-01T00:00:00Z' })
			],
			[{ code: 'adult', min_cents: 1, max_cents: 9000, version: 1 }],
			at
		);
		expect(adult?.now?.unit_cents).toBe(5500);
		expect(adult?.scheduled.map(({ unit_cents }) => unit_cents)).toEqual([6000]);
		expect(adult?.past.map(({ unit_cents }) => unit_cents)).toEqual([5000]);
		expect(adult?.limit?.max_cents).toBe(9000);
	});
	it('reads as the menu does', () => {
		const codes = ['upgrade_filet', 'travel', 'child', 'adult'];
		const read = byCode(
			codes.map((code) => price({ code, label: code })),
			[],
			at
		);
		expect(read.map(({ code }) => code)).toEqual(['adult', 'child', 'travel', 'upgrade_filet']);
	});
});
