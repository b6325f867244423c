/** An event's date and time on the station's clock, as lists show it: `Sat, Dec 12` and `6:00 PM`. */
export function eventMoment(instant: string, timezone: string): { day: string; time: string; year: string } {
	const date = new Date(instant);
	const part = (options: Intl.DateTimeFormatOptions) =>
		new Intl.DateTimeFormat('en-US', { ...options, timeZone: timezone }).format(date);
	return {
		day: part({ weekday: 'short', month: 'short', day: 'numeric' }),
		time: part({ hour: 'numeric', minute: '2-digit' }),
		year: part({ year: 'numeric' })
	};
}

/** A past or coming moment in words, from the given now: `in 25 minutes`, `3 days ago`. */
export function fromNow(instant: string, now: number): string {
	const seconds = Math.round((Date.parse(instant) - now) / 1000);
	const words = new Intl.RelativeTimeFormat('en-US', { numeric: 'auto' });
	const size = Math.abs(seconds);
	if (size < 60) return seconds >= 0 ? 'in less than a minute' : 'just now';
	if (size < 3600) return words.format(Math.trunc(seconds / 60), 'minute');
	if (size < 86_400) return words.format(Math.trunc(seconds / 3600), 'hour');
	return words.format(Math.trunc(seconds / 86_400), 'day');
}

/** A moment to the minute, on a given clock: `Nov 22, 2026, 9:38 PM`. */
export function toTheMinute(instant: string, timezone: string): string {
	return new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeStyle: 'short', timeZone: timezone }).format(
		new Date(instant)
	);
}
