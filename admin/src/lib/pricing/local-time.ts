import { zonedInstant } from '#shared/booking/slots.ts';

/** An instant as a `datetime-local` control on a given clock shows it; empty for none. */
export function toLocalInput(instant: string | null, timezone: string): string {
	if (!instant) return '';
	const format = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short', timeStyle: 'short' });
	return format.format(new Date(instant)).replace(' ', 'T');
}

/** What such a control holds as an instant; null for nothing, undefined where it is no time. */
export function fromLocalInput(typed: string, timezone: string): string | null | undefined {
	if (typed === '') return null;
	const [, date, time] = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})/.exec(typed) ?? [];
	if (!date || !time || Number.isNaN(Date.parse(`${date}T${time}:00Z`))) return undefined;
	return zonedInstant(date, time, timezone);
}
