import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCents, formatCentsShort } from './money.ts';
import { grouped } from './number.ts';
import { formatPhone, toE164 } from './phone.ts';
import { addDays, formatClock, formatDate, formatEventTime, localDate, localTime } from './time.ts';

const zone = 'America/Los_Angeles';

describe('money', () => {
	it('shows cents as dollars', () => {
		expect([formatCents(68000), formatCents(5), formatCents(-500), formatCents(123456789)]).toEqual([
			'$680.00',
			'$0.05',
			'-$5.00',
			'$1,234,567.89'
		]);
	});
	it('drops zero cents in price lists only', () => {
		expect([formatCentsShort(5500), formatCentsShort(5550)]).toEqual(['$55', '$55.50']);
		expect([0, 999, 1000, -1234567].map(grouped)).toEqual(['0', '999', '1,000', '-1,234,567']);
	});
	it('round-trips every whole number of cents', () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 0, max: 1e11 }),
				(cents) => Math.round(Number(formatCents(cents).replace(/[$,]/g, '')) * 100) === cents
			)
		);
	});
});

describe('phone', () => {
	it.each(['(510) 555-1234', '510.555.1234', '5105551234', '1 510 555 1234', '+1 (510) 555-1234'])(
		'reads %s',
		(text) => {
			expect(toE164(text)).toBe('+15105551234');
		}
	);
	it.each(['', '123', 'call me', '+0123456789', '011 44 20 7946 0958', '(110) 555-1234', '510555123a'])(
		'refuses %j',
		(text) => {
			expect(toE164(text)).toBeNull();
		}
	);
	it('keeps another country', () => expect(toE164('+44 20 7946 0958')).toBe('+442079460958'));
	it('shows a US number in the usual form', () =>
		expect([formatPhone('+15105551234'), formatPhone('+442079460958')]).toEqual(['(510) 555-1234', '+442079460958']));
});

describe('time', () => {
	it('shows station wall time on both sides of the clock change', () => {
		expect(formatEventTime('2026-12-13T02:00:00Z', zone)).toBe('Saturday, December 12, 2026 at 6:00 PM PST');
		expect(formatEventTime('2026-07-12T01:00:00Z', zone)).toBe('Saturday, July 11, 2026 at 6:00 PM PDT');
	});
	it('gives the station date and time of an instant', () => {
		expect([
			localDate('2026-12-13T02:00:00Z', zone),
			localTime('2026-12-13T02:00:00Z', zone),
			localTime('2026-12-13T08:00:00Z', zone)
		]).toEqual(['2026-12-12', '18:00', '00:00']);
	});
	it('shows clock and date for people', () => {
		expect([formatClock('12:00'), formatClock('00:30:00'), formatClock('18:05')]).toEqual([
			'12:00 PM',
			'12:30 AM',
			'6:05 PM'
		]);
		expect([formatDate('2026-12-12'), formatDate('2026-12-12', 'short')]).toEqual([
			'Saturday, December 12',
			'Sat, Dec 12'
		]);
	});
	it('moves by days across months and leap years', () => {
		expect([addDays('2028-02-28', 1), addDays('2026-12-31', 1), addDays('2026-03-01', -1)]).toEqual([
			'2028-02-29',
			'2027-01-01',
			'2026-02-28'
		]);
	});
});
