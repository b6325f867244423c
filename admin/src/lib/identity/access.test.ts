import { describe, expect, it } from 'vitest';
import { Access } from './access.ts';

const stations = [{ id: 'fremont' }, { id: 'sacramento' }];

describe('Access', () => {
	it('holds at every station when the grant names none', () => {
		const access = new Access([{ permission: 'bookings.read', station_id: null }]);
		expect(access.can('bookings.read', 'fremont')).toBe(true);
		expect(access.stationsWith('bookings.read', stations)).toEqual(stations);
	});
	it('holds only at the station that the grant names', () => {
		const access = new Access([{ permission: 'bookings.read', station_id: 'fremont' }]);
		expect(access.can('bookings.read')).toBe(true);
		expect(access.can('bookings.read', 'sacramento')).toBe(false);
		expect(access.stationsWith('bookings.read', stations)).toEqual([{ id: 'fremont' }]);
	});
	it('holds nothing that was not granted', () => {
		expect(new Access([]).canAny('bookings.read', 'leads.read')).toBe(false);
	});
	it('does not hold at no station in particular what is held at one', () => {
		expect(new Access([{ permission: 'leads.read', station_id: 'fremont' }]).can('leads.read', null)).toBe(false);
	});
});
