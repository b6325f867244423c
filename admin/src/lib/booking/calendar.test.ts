import { describe, expect, it } from 'vitest';
import { dropOf, instantOf, readPlace, shownDays, stepped } from './calendar.ts';

const zone = 'America/Los_Angeles';

describe('the calendar', () => {
	it('is this month where the address says nothing that makes sense', () => {
		expect(readPlace(new URLSearchParams('view=year&date=yesterday'), '2026-11-22')).toEqual({
			view: 'month',
			date: '2026-11-22'
		});
	});
	it('shows whole weeks of a month', () => {
		expect(shownDays({ view: 'month', date: '2026-11-22' })).toEqual({ from: '2026-11-01', to: '2026-12-06' });
		expect(shownDays({ view: 'month', date: '2026-12-31' })).toEqual({ from: '2026-11-29', to: '2027-01-03' });
	});
	it('shows a week from Sunday', () => {
		expect(shownDays({ view: 'week', date: '2026-11-25' })).toEqual({ from: '2026-11-22', to: '2026-11-29' });
	});
	it('steps by what it shows', () => {
		expect(stepped({ view: 'month', date: '2026-01-31' }, 1)).toBe('2026-02-01');
		expect(stepped({ view: 'month', date: '2026-03-31' }, -1)).toBe('2026-02-01');
		expect(stepped({ view: 'week', date: '2026-11-25' }, -1)).toBe('2026-11-18');
	});
});

describe('instantOf', () => {
	it('reads the wall clock of the station, on both sides of a change of clocks', () => {
		expect(instantOf('2026-12-12T18:00:00', zone)).toBe('2026-12-13T02:00:00.000Z');
		expect(instantOf('2026-11-01T18:00:00', zone)).toBe('2026-11-02T02:00:00.000Z');
		expect(instantOf('2026-03-08T18:00:00', zone)).toBe('2026-03-09T01:00:00.000Z');
	});
	it('goes on where the clock skips an hour', () => {
		expect(instantOf('2026-03-08T02:30:00', zone)).toBe('2026-03-08T10:00:00.000Z');
	});
	it('is none for what is no time', () => {
		expect(instantOf('never', zone)).toBeNull();
	});
});

describe('a drop', () => {
	const row = {
		event_at: '2026-12-13T02:00:00Z',
		timezone: 'America/Los_Angeles',
		chef: { id: 'kenji', staff: { name: 'Kenji' } }
	};
	const at = (day: number, hour: number) => new Date(2026, 11, day, hour);

	it('to another time keeps the chef, and is read on the station’s clock', () => {
		expect(dropOf(row, { start: at(13, 15), lane: null })).toEqual({
			startsAt: '2026-12-13T23:00:00.000Z',
			chef: 'kenji',
			moved: true,
			reassigned: false
		});
	});

	it('into another lane keeps the time to the second', () => {
		expect(dropOf(row, { start: at(12, 18), lane: 'hana' })).toEqual({
			startsAt: row.event_at,
			chef: 'hana',
			moved: false,
			reassigned: true
		});
	});
});
