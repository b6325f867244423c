import { describe, expect, it } from 'vitest';
import { chefMonth, readMonth, stepMonth } from './chef-month.ts';

const hours = [{ id: 'h', weekday: 6, starts_at: '11:00', ends_at: '24:00' }];
const exception = (on_date: string, available: boolean) => ({
	id: `${on_date}${available}`,
	on_date,
	available,
	starts_at: available ? '12:00' : null,
	ends_at: available ? '20:00' : null,
	reason: null
});
const month = (exceptions: ReturnType<typeof exception>[] = []) =>
	chefMonth('2026-12', '2026-12-05', hours, exceptions, [
		{ id: 'b', event_at: '2026-12-13T02:00:00Z', timezone: 'America/Los_Angeles' }
	]);
const day = (date: string, exceptions?: ReturnType<typeof exception>[]) =>
	month(exceptions).find((one) => one.date === date);

describe('a chef’s month', () => {
	it('is whole weeks, with what an ordinary week says', () => {
		expect(month()).toHaveLength(35);
		expect(day('2026-12-12')).toMatchObject({ kind: 'works', hours: '11:00 AM – midnight', exceptionId: null });
		expect(day('2026-12-11')).toMatchObject({ kind: 'free', hours: '' });
	});
	it('shows events on the station’s day', () => {
		expect(day('2026-12-12')?.events).toBe(1);
		expect(day('2026-12-13')?.events).toBe(0);
	});
	it('lets a day off win over an extra one', () => {
		const both = [exception('2026-12-12', true), exception('2026-12-12', false)];
		expect(day('2026-12-12', both)).toMatchObject({ kind: 'off', exceptionId: '2026-12-12false' });
		expect(day('2026-12-11', [exception('2026-12-11', true)])?.hours).toBe('12:00 PM – 8:00 PM');
	});
	it('knows what is over, and steps over the year', () => {
		expect(day('2026-12-04')?.past).toBe(true);
		expect(day('2026-12-05')?.past).toBe(false);
		expect(stepMonth('2026-12', 1)).toBe('2027-01');
		expect(stepMonth('2027-01', -1)).toBe('2026-12');
		expect(readMonth('2026-13', '2026-12-05')).toBe('2026-12');
	});
});
