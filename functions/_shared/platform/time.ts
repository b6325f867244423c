export const weekdayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
export const monthNames = [
	'January',
	'February',
	'March',
	'April',
	'May',
	'June',
	'July',
	'August',
	'September',
	'October',
	'November',
	'December'
];

const formats = new Map<string, Intl.DateTimeFormat>();

/** The same formatter for the same question: making one costs as much as using it a hundred times. */
function format(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
	const key = locale + JSON.stringify(options);
	const known = formats.get(key) ?? new Intl.DateTimeFormat(locale, options);
	formats.set(key, known);
	return known;
}

/** A moment as people at the station read it, e.g. `Saturday, December 12, 2026 at 6:00 PM PST`. */
export function formatEventTime(instant: string | Date, timeZone: string): string {
	return format('en-US', {
		weekday: 'long',
		year: 'numeric',
		month: 'long',
		day: 'numeric',
		hour: 'numeric',
		minute: '2-digit',
		timeZone,
		timeZoneName: 'short'
	}).format(new Date(instant));
}

/** The station's calendar date of a moment, `YYYY-MM-DD`. */
export function localDate(instant: string | Date, timeZone: string): string {
	return format('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit', timeZone }).format(new Date(instant));
}

/** The station's wall-clock time of a moment, `HH:MM` on a 24-hour clock. */
export function localTime(instant: string | Date, timeZone: string): string {
	return format('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone }).format(new Date(instant));
}

/** A wall-clock time for people: `18:00` → `6:00 PM`. */
export function formatClock(time: string): string {
	const [hours = 0, minutes = 0] = time.split(':').map(Number);
	const half = hours < 12 ? 'AM' : 'PM';
	return `${hours % 12 || 12}:${String(minutes).padStart(2, '0')} ${half}`;
}

/** A calendar date for people: `2026-12-12` → `Saturday, December 12`. The date is read as it stands, in no zone. */
export function formatDate(date: string, style: 'long' | 'short' = 'long'): string {
	const day = new Date(`${date}T00:00:00Z`);
	// By hand: the browser's formatter takes longer to make than a whole calendar to show.
	const [weekday, month] = [weekdayNames[day.getUTCDay()], monthNames[day.getUTCMonth()]];
	if (!weekday || !month) throw new RangeError(`"${date}" is no date.`);
	const cut = style === 'short' ? 3 : undefined;
	return `${weekday.slice(0, cut)}, ${month.slice(0, cut)} ${day.getUTCDate()}`;
}

/** `YYYY-MM-DD` moved by whole days. */
export function addDays(date: string, days: number): string {
	const moved = new Date(`${date}T00:00:00Z`);
	moved.setUTCDate(moved.getUTCDate() + days);
	return moved.toISOString().slice(0, 10);
}
