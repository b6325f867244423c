import { addDays, monthNames } from '../platform/time.ts';

/** A month, `YYYY-MM`. */
export type Month = string;

export function monthOf(date: string): Month {
	return date.slice(0, 7);
}

/** `2026-12` moved by whole months. */
export function addMonths(month: Month, months: number): Month {
	const moved = new Date(`${month}-01T00:00:00Z`);
	moved.setUTCMonth(moved.getUTCMonth() + months);
	return moved.toISOString().slice(0, 7);
}

/** First and last date of a month. */
export function monthRange(month: Month): { from: string; to: string } {
	return { from: `${month}-01`, to: addDays(`${addMonths(month, 1)}-01`, -1) };
}

/** The weeks of a month from Sunday to Saturday; days of its neighbours are null. */
export function monthWeeks(month: Month): (string | null)[][] {
	const { from, to } = monthRange(month);
	const start = addDays(from, -new Date(`${from}T00:00:00Z`).getUTCDay());
	const weeks: (string | null)[][] = [];
	for (let week = start; week <= to; week = addDays(week, 7)) {
		weeks.push(
			Array.from({ length: 7 }, (_, day) => {
				const date = addDays(week, day);
				return monthOf(date) === month ? date : null;
			})
		);
	}
	return weeks;
}

/** `2026-12` → `December 2026`. */
export function formatMonth(month: Month): string {
	return `${monthNames[Number(month.slice(5)) - 1]} ${month.slice(0, 4)}`;
}

/** Where the arrow and page keys lead from a date in a calendar grid (WAI-ARIA date picker); null for other keys. */
export function dateForKey(key: string, date: string): string | null {
	const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
	switch (key) {
		case 'ArrowLeft':
			return addDays(date, -1);
		case 'ArrowRight':
			return addDays(date, 1);
		case 'ArrowUp':
			return addDays(date, -7);
		case 'ArrowDown':
			return addDays(date, 7);
		case 'Home':
			return addDays(date, -weekday);
		case 'End':
			return addDays(date, 6 - weekday);
		case 'PageUp':
			return sameDay(date, -1);
		case 'PageDown':
			return sameDay(date, 1);
		default:
			return null;
	}
}

/** The same day of another month, or its last day where it is shorter. */
function sameDay(date: string, months: number): string {
	const { from, to } = monthRange(addMonths(monthOf(date), months));
	const wanted = addDays(from, Number(date.slice(8)) - 1);
	return wanted > to ? to : wanted;
}
