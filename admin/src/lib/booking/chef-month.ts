import { addDays, formatClock, localDate } from '#shared/platform/time.ts';
import { shownDays } from './calendar.ts';
import type { Exception, Hours } from './chef-roster.ts';

/** An event in a chef's month. */
export interface MonthEvent {
	id: string;
	event_at: string;
	timezone: string;
}

/** What a day is to a chef: by the week, or by an exception to it. */
export type DayKind = 'works' | 'free' | 'off' | 'extra';

export interface ChefDay {
	date: string;
	inMonth: boolean;
	past: boolean;
	kind: DayKind;
	/** In words: `11:00 AM – 11:30 PM`. */
	hours: string;
	/** The exception that a press takes away; null where a press adds one. */
	exceptionId: string | null;
	events: number;
}

/** `YYYY-MM` of an address, or this month. */
export function readMonth(text: string | null, today: string): string {
	return text && /^\d{4}-(0[1-9]|1[0-2])$/.test(text) ? text : today.slice(0, 7);
}

/** The month before (-1) or after (1). */
export function stepMonth(month: string, step: 1 | -1): string {
	return step === 1 ? addDays(`${month}-28`, 4).slice(0, 7) : addDays(`${month}-01`, -1).slice(0, 7);
}

/** The days of a month in whole weeks: what is worked, what is off, what is booked. */
export function chefMonth(
	month: string,
	today: string,
	hours: readonly Hours[],
	exceptions: readonly Exception[],
	events: readonly MonthEvent[]
): ChefDay[] {
	const { from, to } = shownDays({ view: 'month', date: `${month}-01` });
	const days: ChefDay[] = [];
	for (let date = from; date < to; date = addDays(date, 1)) {
		const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
		const ordinary = hours.filter((row) => row.weekday === weekday);
		const own = exceptions.filter(({ on_date }) => on_date === date);
		// off wins over on, and only a whole day off makes the day one
		const off = own.find(({ available, starts_at }) => !available && starts_at === null);
		const extra = own.find(({ available }) => available);
		const kind = off ? 'off' : extra ? 'extra' : ordinary.length ? 'works' : 'free';
		days.push({
			date,
			inMonth: date.startsWith(month),
			past: date < today,
			kind,
			hours: off ? '' : inWords(extra ? [...ordinary, extra] : ordinary),
			exceptionId: off?.id ?? extra?.id ?? null,
			events: events.filter(({ event_at, timezone }) => localDate(event_at, timezone) === date).length
		});
	}
	return days;
}

function inWords(rows: readonly { starts_at: string | null; ends_at: string | null }[]): string {
	const clock = (time: string | null, whole: string) =>
		!time ? whole : time.startsWith('24') ? 'midnight' : formatClock(time);
	return rows.map(({ starts_at, ends_at }) => `${clock(starts_at, 'all day')} – ${clock(ends_at, '')}`).join(', ');
}
