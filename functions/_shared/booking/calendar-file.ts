export interface CalendarEvent {
	uid: string;
	/** ISO instants. */
	startsAt: string;
	endsAt: string;
	stampedAt: string;
	summary: string;
	description: string;
	location: string;
	/** A booking that was cancelled tells the calendar so. */
	cancelled: boolean;
}

/** An iCalendar file (RFC 5545) with one event, in UTC. */
export function calendarFile(event: CalendarEvent): string {
	const lines = [
		'BEGIN:VCALENDAR',
		'VERSION:2.0',
		'PRODID:-//My Hibachi//Booking//EN',
		'METHOD:PUBLISH',
		'BEGIN:VEVENT',
		`UID:${event.uid}`,
		`DTSTAMP:${utc(event.stampedAt)}`,
		`DTSTART:${utc(event.startsAt)}`,
		`DTEND:${utc(event.endsAt)}`,
		`SUMMARY:${text(event.summary)}`,
		`DESCRIPTION:${text(event.description)}`,
		`LOCATION:${text(event.location)}`,
		`STATUS:${event.cancelled ? 'CANCELLED' : 'CONFIRMED'}`,
		'END:VEVENT',
		'END:VCALENDAR'
	];
	return lines.map(folded).join('\r\n') + '\r\n';
}

function utc(instant: string): string {
	return new Date(instant).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

/** Escapes what RFC 5545 gives a meaning; a line break in a value must not end its line. */
function text(value: string): string {
	return value.replace(/[\\;,]/g, '\\$&').replace(/\r\n|\r|\n/g, '\\n');
}

/** Lines of at most 75 octets; the rest goes on after a space. Never cuts inside a character. */
function folded(line: string): string {
	const encoder = new TextEncoder();
	const parts: string[] = [];
	let part = '';
	let octets = 0;
	for (const character of line) {
		const size = encoder.encode(character).length;
		if (octets + size > 75) {
			parts.push(part);
			part = ' ';
			octets = 1;
		}
		part += character;
		octets += size;
	}
	return [...parts, part].join('\r\n');
}
