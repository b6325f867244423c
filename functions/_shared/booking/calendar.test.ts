import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addMonths, dateForKey, formatMonth, monthRange, monthWeeks } from './calendar.ts';
import { byDate, withDate, zonedInstant } from './slots.ts';

const zone = 'America/Los_Angeles';
const month = fc
	.tuple(fc.integer({ min: 2000, max: 2100 }), fc.integer({ min: 1, max: 12 }))
	.map(([year, number]) => `${year}-${String(number).padStart(2, '0')}`);

describe('a month', () => {
	it('knows its last day, also in leap years', () => {
		expect(monthRange('2028-02')).toEqual({ from: '2028-02-01', to: '2028-02-29' });
		expect(monthRange('2026-12')).toEqual({ from: '2026-12-01', to: '2026-12-31' });
	});
	it('is laid out in weeks from Sunday, each day once and in order', () => {
		fc.assert(
			fc.property(month, (given) => {
				const weeks = monthWeeks(given);
				const days = weeks.flat().filter((day) => day !== null);
				const { from, to } = monthRange(given);
				expect(weeks.every((week) => week.length === 7)).toBe(true);
				expect([days[0], days.at(-1)]).toEqual([from, to]);
				expect(new Set(days).size).toBe(Number(to.slice(8)));
				for (const week of weeks)
					week.forEach((day, weekday) => {
						if (day) expect(new Date(`${day}T00:00:00Z`).getUTCDay()).toBe(weekday);
					});
			})
		);
	});
	it('moves across years', () =>
		expect([addMonths('2026-12', 1), addMonths('2026-01', -1)]).toEqual(['2027-01', '2025-12']));
	it('has a name', () => expect(formatMonth('2026-12')).toBe('December 2026'));
});

describe('the calendar grid by keyboard', () => {
	it.each([
		['ArrowLeft', '2026-12-01', '2026-11-30'],
		['ArrowRight', '2026-12-31', '2027-01-01'],
		['ArrowUp', '2026-12-05', '2026-11-28'],
		['ArrowDown', '2026-12-05', '2026-12-12'],
		['Home', '2026-12-09', '2026-12-06'],
		['End', '2026-12-09', '2026-12-12'],
		['PageUp', '2026-03-31', '2026-02-28'],
		['PageDown', '2026-01-31', '2026-02-28']
	])('%s goes from %s to %s', (key, from, to) => expect(dateForKey(key, from)).toBe(to));
	it('leaves other keys alone', () => expect(dateForKey('a', '2026-12-05')).toBeNull());
});

describe('slots', () => {
	const slot = (event_date: string, start_time: string, capacity: number) => ({
		event_date,
		start_time,
		starts_at: zonedInstant(event_date, start_time, zone),
		capacity
	});
	it('are grouped by date with the number of free start times', () => {
		const days = byDate([
			slot('2026-12-12', '12:00', 0),
			slot('2026-12-12', '18:00', 2),
			slot('2026-12-13', '12:00', 0)
		]);
		expect([...days.values()].map(({ date, free }) => [date, free])).toEqual([
			['2026-12-12', 1],
			['2026-12-13', 0]
		]);
	});
	it('of one date are replaced without touching the others', () => {
		const before = [slot('2026-12-12', '12:00', 1), slot('2026-12-13', '12:00', 1)];
		const after = byDate(withDate(before, '2026-12-12', [slot('2026-12-12', '12:00', 0)]));
		expect([after.get('2026-12-12')?.free, after.get('2026-12-13')?.free]).toEqual([0, 1]);
	});
});

describe('a wall-clock time in a zone', () => {
	it.each([
		['2026-12-12', '18:00', '2026-12-13T02:00:00.000Z'],
		['2026-07-11', '18:00', '2026-07-12T01:00:00.000Z'],
		['2026-03-08', '12:00', '2026-03-08T19:00:00.000Z'],
		['2026-11-01', '12:00', '2026-11-01T20:00:00.000Z']
	])('%s %s is %s', (date, time, instant) => expect(zonedInstant(date, time, zone)).toBe(instant));
	it('that the clocks skip is an hour later, that comes twice is the second', () => {
		expect(zonedInstant('2026-03-08', '02:30', zone)).toBe('2026-03-08T10:30:00.000Z');
		expect(zonedInstant('2026-11-01', '01:30', zone)).toBe('2026-11-01T09:30:00.000Z');
	});
});
