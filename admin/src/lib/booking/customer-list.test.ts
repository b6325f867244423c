import { describe, expect, it } from 'vitest';
import { readListState } from '#admin/platform/list-state.ts';
import { compareCustomers, customerList, matchesCustomer } from './customer-list.ts';
import { looksLikeReference, namedLike, type CustomerRow } from './customer-schema.ts';

const ana: CustomerRow = {
	id: 'a',
	user_id: null,
	name: 'Ana Ruiz',
	email: 'ana@example.test',
	phone: '+15102345678',
	sms_consent: false,
	station_ids: ['fremont'],
	created_at: '2026-11-01T00:00:00Z',
	updated_at: '2026-11-03T00:00:00Z',
	version: 1
};
const state = (query: string) => readListState(customerList, new URL(`http://x/customers?${query}`));
const fits = (query: string, stationId: string | null = null, booked: string[] = []) =>
	matchesCustomer(ana, { state: state(query), stationId, booked });

describe('a customer that arrives live', () => {
	it('is in the list that asks for the name, the address or the number', () => {
		expect(['q=ana', 'q=EXAMPLE.test', 'q=(510)+234-5678', 'q=5678'].map((query) => fits(query))).toEqual(
			Array(4).fill(true)
		);
		expect(fits('q=zelda')).toBe(false);
	});
	it('is in the list of a booking that is theirs', () => {
		expect(fits('q=MH-7QK2P', null, ['a'])).toBe(true);
		expect(fits('q=MH-7QK2P', null, ['b'])).toBe(false);
	});
	it('is in the lists of the stations that know them', () => {
		expect([fits('', 'fremont'), fits('', 'sacramento')]).toEqual([true, false]);
	});
	it('is in the list of those without account', () => {
		expect([fits('account=no'), fits('account=yes')]).toEqual([true, false]);
	});
	it('takes the place that the sort says', () => {
		const ben = { ...ana, id: 'b', created_at: '2026-11-02T00:00:00Z', updated_at: '2026-11-02T00:00:00Z' };
		const order = (query: string) => [ana, ben].sort(compareCustomers(state(query))).map(({ id }) => id);
		expect(order('')).toEqual(['b', 'a']);
		expect(order('sort=-updated_at')).toEqual(['a', 'b']);
	});
});

describe('a search', () => {
	it('asks for a number as it is stored, for digits anywhere in it', () => {
		expect(namedLike('510 234 5678')).toContain('phone.eq."+15102345678"');
		expect(namedLike('5678')).toContain('phone.like.%5678%');
		expect(namedLike('ana')).not.toContain('phone');
	});
	it('knows what may be a reference', () => {
		expect(['MH-7QK2P', 'mh-7q', '7QK2P'].every(looksLikeReference)).toBe(true);
		expect(['Ana Ruiz', '510', 'MH-0OI1L'].some(looksLikeReference)).toBe(false);
	});
});
