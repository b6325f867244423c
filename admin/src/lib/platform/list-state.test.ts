import { describe, expect, it } from 'vitest';
import { isFiltered, listHref, readListState, type ListSpec } from './list-state.ts';

const spec: ListSpec = {
	path: '/bookings',
	filters: ['status', 'from'],
	sorts: ['event_at', 'created_at'],
	defaultSort: { by: 'event_at', ascending: true },
	columns: [
		{ key: 'reference', label: 'Reference', fixed: true },
		{ key: 'guests', label: 'Guests' },
		{ key: 'source', label: 'Source', optional: true }
	],
	pageSize: 20
};
const read = (query: string) => readListState(spec, new URL(`http://admin.test/bookings${query}`));
const id = '019a9d2e-7c11-7f00-8000-000000000001';

describe('a list', () => {
	it('is the same after its URL was written and read', () => {
		const url = `/bookings?q=ana&station=fremont&status=pending&sort=-created_at&columns=reference.source&after=2026-12-12T18%3A00%3A00%2B00%3A00%7E${id}`;
		const state = readListState(spec, new URL(url, 'http://admin.test'));
		expect(listHref(spec, state, { cursor: state.cursor })).toBe(url);
	});
	it('has a short address when nothing was chosen', () => {
		expect(listHref(spec, read(''))).toBe('/bookings');
	});
	it('starts at its first page when anything changes', () => {
		expect(listHref(spec, read(`?after=x~${id}`), { filters: { status: 'pending' } })).toBe('/bookings?status=pending');
	});
	it('orders only by columns that it knows', () => {
		expect(read('?sort=total_cents;drop').sort).toEqual(spec.defaultSort);
		expect(read('?sort=-created_at').sort).toEqual({ by: 'created_at', ascending: false });
	});
	it('never hides the column that names the row', () => {
		expect(read('?columns=guests').columns).toEqual(['reference', 'guests']);
	});
	it('bounds what was typed', () => {
		expect(read(`?q=${'x'.repeat(500)}`).q).toHaveLength(200);
	});
	it('knows whether it is narrowed', () => {
		expect([isFiltered(read('')), isFiltered(read('?sort=-created_at')), isFiltered(read('?status=x'))]).toEqual([
			false,
			false,
			true
		]);
	});
});
