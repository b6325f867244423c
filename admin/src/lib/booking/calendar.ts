import { addDays, localDate, localTime } from '#shared/platform/time.ts';
import { startOfDay } from './list.ts';
import { contactOf, guestCount, type BookingRow } from './schema.ts';

export const calendarViews = ['month', 'week', 'day', 'chefs'] as const;
export type CalendarView = (typeof calendarViews)[number];

export interface CalendarPlace {
	view: CalendarView;
	/** The day that the view is around, `YYYY-MM-DD`. */
	date: string;
}

/** Reads the place from an address; what makes no sense is today's month. */
export function readPlace(query: URLSearchParams, today: string): CalendarPlace {
	const view = calendarViews.find((known) => known === query.get('view')) ?? 'month';
	const date = query.get('date') ?? '';
	return { view, date: /^\d{4}-\d{2}-\d{2}$/.test(date) && !Number.isNaN(Date.parse(date)) ? date : today };
}

/** The days that a view shows, `to` is the first day after them. Weeks begin on Sunday. */
export function shownDays({ view, date }: CalendarPlace): { from: string; to: string } {
	if (view === 'day' || view === 'chefs') return { from: date, to: addDays(date, 1) };
	const sunday = (day: string) => addDays(day, -new Date(`${day}T00:00:00Z`).getUTCDay());
	if (view === 'week') return { from: sunday(date), to: addDays(sunday(date), 7) };
	return { from: sunday(`${date.slice(0, 7)}-01`), to: addDays(sunday(lastOfMonth(date)), 7) };
}

/** The place before or after. */
export function stepped({ view, date }: CalendarPlace, step: 1 | -1): string {
	if (view === 'month')
		return step === 1 ? addDays(lastOfMonth(date), 1) : `${addDays(`${date.slice(0, 7)}-01`, -1).slice(0, 7)}-01`;
	return addDays(date, step * (view === 'week' ? 7 : 1));
}

/** A chef as a lane of the calendar. */
export interface CalendarChef {
	id: string;
	title: string;
	stationId: string;
}

/** Where an event was dropped: the instant on its own station's clock, and the chef of the lane, else its own. */
export function dropOf(
	row: Pick<BookingRow, 'event_at' | 'timezone' | 'chef'>,
	drop: { start: Date; lane: string | null }
): { startsAt: string | null; chef: string; moved: boolean; reassigned: boolean } {
	const pad = (part: number) => String(part).padStart(2, '0');
	const { start } = drop;
	const day = `${start.getFullYear()}-${pad(start.getMonth() + 1)}-${pad(start.getDate())}`;
	const time = `${pad(start.getHours())}:${pad(start.getMinutes())}`;
	const moved = day !== localDate(row.event_at, row.timezone) || time !== localTime(row.event_at, row.timezone);
	const own = row.chef?.id ?? '';
	const chef = drop.lane ?? own;
	const startsAt = moved ? instantOf(`${day}T${time}:00`, row.timezone) : row.event_at;
	return { startsAt, chef, moved, reassigned: chef !== own };
}

/** An event as the calendar draws it: its times are the station's wall clock, without a zone. */
export interface CalendarEvent {
	id: string;
	title: string;
	start: string;
	end: string;
	resourceId: string;
	classNames: string[];
	editable: boolean;
}

export function calendarEvent(row: BookingRow, mayMove: boolean): CalendarEvent {
	const wall = (instant: string) => `${localDate(instant, row.timezone)}T${localTime(instant, row.timezone)}:00`;
	return {
		id: row.id,
		title: `${contactOf(row).name} · ${guestCount(row)}`,
		start: wall(row.event_at),
		end: wall(row.event_ends_at),
		resourceId: row.chef?.id ?? '',
		classNames: [`is-${row.status}`],
		editable: mayMove && (row.status === 'pending' || row.status === 'confirmed')
	};
}

/** The instant of a wall-clock time in a zone; in the hour that is skipped in spring, the one after it. */
export function instantOf(wall: string, timezone: string): string | null {
	const [day = '', time = ''] = wall.split('T');
	const midnight = startOfDay(day, timezone);
	if (!midnight) return null;
	for (let minutes = 0; minutes < 26 * 60; minutes += 15) {
		const instant = new Date(Date.parse(midnight) + minutes * 60_000);
		if (localDate(instant, timezone) === day && localTime(instant, timezone) >= time.slice(0, 5))
			return instant.toISOString();
	}
	return null;
}

function lastOfMonth(date: string): string {
	const [year = 0, month = 1] = date.split('-').map(Number);
	return new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
}
