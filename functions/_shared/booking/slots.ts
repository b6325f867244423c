import type { Slot } from './schema.ts';

/** A day of the calendar: its start times, and whether any is still free. */
export interface DaySlots {
	date: string;
	times: Slot[];
	free: number;
}

/** The slots of a month by date, in the order they came. */
export function byDate(slots: Slot[]): Map<string, DaySlots> {
	const days = new Map<string, DaySlots>();
	for (const slot of slots) {
		const day = days.get(slot.event_date) ?? { date: slot.event_date, times: [], free: 0 };
		day.times.push(slot);
		if (slot.capacity > 0) day.free += 1;
		days.set(slot.event_date, day);
	}
	return days;
}

/** One date's slots replaced by newer ones; the other dates stay as they are. */
export function withDate(slots: Slot[], date: string, newer: Slot[]): Slot[] {
	return [...slots.filter((slot) => slot.event_date !== date), ...newer];
}

/**
 * The instant that a wall-clock date and time mean in a time zone, ISO in UTC. A time that the clocks skip in spring is
 * taken an hour later, one that comes twice in autumn is its second, as PostgreSQL does.
 */
export function zonedInstant(date: string, time: string, timeZone: string): string {
	const asUtc = Date.parse(`${date}T${time}:00Z`);
	const before = asUtc - offsetAt(asUtc - 86_400_000, timeZone);
	const after = asUtc - offsetAt(asUtc + 86_400_000, timeZone);
	const right = [after, before].find((instant) => instant + offsetAt(instant, timeZone) === asUtc);
	return new Date(right ?? before).toISOString();
}

/** Milliseconds that the wall clock of a zone is ahead of UTC at an instant. */
function offsetAt(instant: number, timeZone: string): number {
	const parts = new Intl.DateTimeFormat('en-US', {
		timeZone,
		hourCycle: 'h23',
		year: 'numeric',
		month: '2-digit',
		day: '2-digit',
		hour: '2-digit',
		minute: '2-digit',
		second: '2-digit'
	}).formatToParts(new Date(instant));
	const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((one) => one.type === type)?.value ?? 0);
	const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
	return wall - Math.floor(instant / 1000) * 1000;
}
