import { describe, expect, it } from 'vitest';
import { keepTheirTime, readStationFields, slugOf } from './fields.ts';

describe('the fields of a station', () => {
	it('are columns of the right kind', () => {
		expect(readStationFields({ name: 'Fresno', event_minutes: '90', active: 'false' })).toEqual({
			values: { name: 'Fresno', event_minutes: 90, active: false },
			problems: {}
		});
	});
	it.each([
		[{ base_zip: '9453' }, 'base_zip'],
		[{ name: '' }, 'name'],
		[{ event_minutes: '29' }, 'event_minutes'],
		[{ event_minutes: 'long' }, 'event_minutes'],
		[{ hold_minutes: '-1' }, 'hold_minutes'],
		[{ timezone: 'America/Atlantis' }, 'timezone']
	])('say what is wrong at the field: %j', (typed, field) => {
		expect(Object.keys(readStationFields(typed).problems)).toEqual([field]);
	});
	it('keep free travel within what is served, whichever of the two is typed', () => {
		const rest = { service_radius_miles: '20', free_travel_miles: '10' };
		expect(readStationFields({ free_travel_miles: '30' }, rest).problems).toHaveProperty('free_travel_miles');
		expect(readStationFields({ service_radius_miles: '5' }, rest).problems).toHaveProperty('free_travel_miles');
		expect(readStationFields({ service_radius_miles: '10' }, rest).problems).toEqual({});
	});
	it('keep a time zone that is stored already', () => {
		expect(readStationFields({ timezone: 'Europe/Paris' }, { timezone: 'Europe/Paris' }).problems).toEqual({});
	});
});

describe('words', () => {
	it('make an address of a name', () => {
		expect(slugOf(' San José / East ')).toBe('san-jose-east');
		expect(slugOf('…')).toBe('');
	});
	it('count coming bookings', () => {
		expect(keepTheirTime(1)).toBe('1 coming booking keeps its time');
		expect(keepTheirTime(3)).toBe('3 coming bookings keep their time');
	});
});
