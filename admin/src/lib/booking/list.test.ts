import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readListState } from '#admin/platform/list-state.ts';
import { bookingList, compareBookings, homeTimezone, matchesBooking, startOfDay } from './list.ts';
import type { BookingRow } from './schema.ts';

const booking: BookingRow = {
	id: 'a',
	reference: 'MH-7K3Q2',
	station_id: 'fremont',
	status: 'pending',
	event_at: '2026-12-13T02:00:00+00:00',
	event_ends_at: '2026-12-13T04:00:00+00:00',
	timezone: homeTimezone,
	adults: 10,
	children: 0,
	toddlers: 0,
	venue_city: 'Fremont',
	venue_zip: '94538',
	contact_name: null,
	contact_phone: null,
	total_cents: 55_000,
	deposit_cents: 10_000,
	hold_expires_at: null,
	source: 'website',
	created_at: '2026-11-01T00:00:00+00:00',
	updated_at: '2026-11-01T00:00:00+00:00',
	version: 1,
	customer: { id: 'c', name: 'Ana Rivera', email: 'ana@example.test', phone: '+15105551234' },
	chef: null,
	assignment: null
};
const matches = (query: string, over: Partial<BookingRow> = {}, stationId: string | null = null) =>
	matchesBooking(
		{ ...booking, ...over },
		{
			state: readListState(bookingList, new URL(`http://admin.test/bookings?${query}`)),
			stationId,
			timezone: homeTimezone,
			customers: null
		}
	);

beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2026-12-01T20:00:00Z') }));
afterEach(() => void vi.useRealTimers());

describe('a booking that arrives live', () => {
	it('belongs where it is ahead, unless the list looks elsewhere', () => {
		const past = { event_at: '2026-11-30T02:00:00Z' };
		expect([matches(''), matches('', past), matches('when=past', past), matches('when=all', past)]).toEqual([
			true,
			false,
			true,
			true
		]);
		expect([matches('q=ana', past), matches('from=2026-11-01', past)]).toEqual([true, true]);
	});
	it('is ahead all through its local day', () => {
		expect(matches('', { event_at: '2026-12-01T08:00:00Z' })).toBe(true);
		expect(matches('', { event_at: '2026-12-01T07:59:00Z' })).toBe(false);
	});
	it('is found by reference, name, e-mail and phone, however they are typed', () => {
		for (const q of ['7k3q2', 'rivera', 'ANA@', '555-1234', '(510) 555-1234'])
			expect(matches(`q=${encodeURIComponent(q)}`), q).toBe(true);
		expect(matches('q=somebody')).toBe(false);
	});
	it('belongs to the local day of its event', () => {
		expect(matches('from=2026-12-12&to=2026-12-12')).toBe(true);
		expect(matches('from=2026-12-13')).toBe(false);
		expect(matches('to=2026-12-11')).toBe(false);
	});
	it('belongs where its status is one of those chosen', () => {
		expect(matches('status=pending.confirmed')).toBe(true);
		expect(matches('status=cancelled')).toBe(false);
	});
	it('belongs where its chef’s answer is the one chosen, and then while it is open', () => {
		const assignment: BookingRow['assignment'] = {
			status: 'declined',
			decline_reason: 'My car broke down',
			answered_at: '2026-11-02T00:00:00Z',
			on_my_way_at: null,
			arrived_at: null,
			done_at: null
		};
		expect(matches('answer=declined', { assignment })).toBe(true);
		expect([matches('answer=accepted', { assignment }), matches('answer=declined')]).toEqual([false, false]);
		expect(matches('answer=declined', { assignment, status: 'cancelled' })).toBe(false);
		expect(matches('answer=declined&status=cancelled', { assignment, status: 'cancelled' })).toBe(true);
		expect(matches('answer=nonsense')).toBe(true);
	});
	it('belongs to its station', () => {
		expect([matches('', {}, 'fremont'), matches('', {}, 'sacramento')]).toEqual([true, false]);
	});
});

describe('the order of bookings', () => {
	it('breaks ties by id, so that pages never overlap', () => {
		const compare = compareBookings(readListState(bookingList, new URL('http://x.test/')));
		expect(compare(booking, { ...booking, id: 'b' })).toBeLessThan(0);
		expect(compare(booking, { ...booking, id: 'b', event_at: '2026-12-01T00:00:00Z' })).toBeGreaterThan(0);
	});
});

describe('startOfDay', () => {
	it('is midnight on the station’s clock, in winter and in summer', () => {
		expect(startOfDay('2026-12-12', homeTimezone)).toBe('2026-12-12T08:00:00.000Z');
		expect(startOfDay('2026-07-04', homeTimezone)).toBe('2026-07-04T07:00:00.000Z');
	});
	it('is none for what is no date', () => {
		expect(startOfDay('2026-99-99', homeTimezone)).toBeNull();
	});
});
