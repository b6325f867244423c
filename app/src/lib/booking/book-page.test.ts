import { expect, it } from 'vitest';
import { blankBooking, bookableDates } from './book-page.server.ts';
import { toGuestBooking } from '../identity/account.server.ts';
import type { AccountBooking } from '#shared/booking/account.ts';

const station = (over: object) => ({
	id: 's',
	slug: 's',
	name: 'S',
	timezone: 'America/Los_Angeles',
	start_times: [],
	min_notice_hours: 48,
	max_advance_days: 365,
	...over
});

it('dates can be chosen from the shortest notice to the farthest day of any station, on its own calendar', () => {
	const stations = [station({}), station({ min_notice_hours: 72, max_advance_days: 400 })];
	expect(bookableDates({ stations }, new Date('2026-11-23T05:00:00Z'))).toEqual({
		first: '2026-11-24',
		last: '2027-12-27'
	});
});

it('an untouched form has every count at zero but the adults of the smallest dinner', () => {
	const item = { name: '', description: '', price_code: null, allergens: [], diets: [], age_restricted: false };
	const values = blankBooking({
		menu: [
			{ ...item, code: 'tofu', kind: 'protein' },
			{ ...item, code: 'addon_rice', kind: 'addon' },
			{ ...item, code: 'salad', kind: 'included' }
		]
	});
	expect(values).toMatchObject({ adults: '10', 'proteins.tofu': '0', 'items.addon_rice': '0', 'venue.state': 'CA' });
	expect(values).not.toHaveProperty('items.salad');
});

it.each([
	['pending', 49, true, true],
	['confirmed', 49, true, true],
	['pending', 47, true, false],
	['confirmed', 47, false, false],
	['cancelled', 99, false, false],
	['completed', -99, false, false]
] as const)('a %s dinner in %i hours: cancel %s, move %s', (status, hours, cancel, move) => {
	const now = new Date('2026-12-01T00:00:00Z');
	const row = {
		id: 'b',
		status,
		event_at: new Date(now.getTime() + hours * 3_600_000).toISOString(),
		quote: { station: { id: 's', name: 'S' } },
		booking_items: []
	} as unknown as AccountBooking;
	expect(toGuestBooking(row, now)).toMatchObject({ can_cancel: cancel, can_reschedule: move });
});

it.each([
	['pending', 3, 0],
	['confirmed', 0, 0],
	['confirmed', 1, 5000]
] as const)('moving a %s dinner that was moved %i times adds %i cents', (status, moved, fee) => {
	const now = new Date('2026-12-01T00:00:00Z');
	const row = {
		status,
		event_at: '2026-12-20T00:00:00Z',
		quote: { station: { id: 's', name: 'S' } },
		own_reschedule_count: moved,
		cancellation_policies: {
			full_refund_days: 7,
			free_reschedules: 1,
			free_reschedule_hours: 48,
			reschedule_fee_cents: 5000
		}
	} as unknown as AccountBooking;
	expect(toGuestBooking(row, now)).toMatchObject({
		reschedule_fee_cents: fee,
		full_refund_until: '2026-12-13T00:00:00.000Z'
	});
});
