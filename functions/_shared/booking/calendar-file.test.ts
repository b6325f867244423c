import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calendarFile } from './calendar-file.ts';

const event = {
	uid: 'MH-7K3Q2@myhibachi',
	startsAt: '2026-12-13T02:00:00Z',
	endsAt: '2026-12-13T04:00:00Z',
	stampedAt: '2026-11-22T22:00:00Z',
	summary: 'Hibachi dinner',
	description: 'Bring friends',
	location: '1 Main St, Fremont',
	cancelled: false
};

describe('the calendar file', () => {
	it('has the event in UTC with its reserved characters escaped', () => {
		const lines = calendarFile(event).split('\r\n');
		expect(lines).toContain('DTSTART:20261213T020000Z');
		expect(lines).toContain('LOCATION:1 Main St\\, Fremont');
		expect(lines).toContain('STATUS:CONFIRMED');
	});
	it('has no line over 75 octets, and no value can start a line of its own', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (location) => {
				const lines = calendarFile({ ...event, location: `${location}\nATTACH:x` })
					.trimEnd()
					.split('\r\n');
				expect(lines.every((line) => new TextEncoder().encode(line).length <= 75)).toBe(true);
				expect(lines.some((line) => line.startsWith('ATTACH'))).toBe(false);
			})
		);
	});
});
