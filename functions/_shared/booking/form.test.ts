import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBookingForm, toBookingRequest, type BookingValues } from './form.ts';
import { readChoices } from './choices.ts';
import { bookingRequest } from './schema.ts';

const valid: BookingValues = {
	date: '2026-12-12',
	time: '18:00',
	adults: '10',
	children: '2',
	toddlers: '',
	'proteins.chicken': '6',
	'items.upgrade_lobster': '4',
	'items.addon_gyoza': '0',
	'contact.name': '  Grace Hopper ',
	'contact.email': 'Grace@Example.COM',
	'contact.phone': '(510) 555-1234',
	'contact.sms_consent': 'on',
	'venue.line1': '1 Main St',
	'venue.zip': '94538-1234'
};

const names = new Map([['chicken', 'Chicken']]);

const messageOf = (path: string, typed: string) => {
	const outcome = readBookingForm({ ...valid, [path]: typed });
	return outcome.ok ? null : outcome.fields;
};

describe('the booking form', () => {
	it('reads what a person typed into the request of create_booking', () => {
		const outcome = readBookingForm(valid);
		if (!outcome.ok) throw new Error(JSON.stringify(outcome.fields));
		const request = toBookingRequest(outcome, '2026-12-13T02:00:00Z', 'key-12345678', names);
		expect(bookingRequest.parse(request)).toMatchObject({
			zip: '94538',
			adults: 10,
			children: 2,
			toddlers: 0,
			items: [{ code: 'upgrade_lobster', quantity: 4 }],
			contact: { name: 'Grace Hopper', email: 'grace@example.com', phone: '+15105551234', sms_consent: true },
			venue: { line1: '1 Main St', state: 'CA', zip: '94538' },
			notes: 'Proteins: 6 × Chicken.'
		});
	});

	it.each([
		['adults', '0'],
		['adults', '-1'],
		['adults', '501'],
		['adults', 'ten'],
		['adults', '1.5'],
		['adults', ''],
		['children', '-1'],
		['date', ''],
		['date', '2027-02-29'],
		['date', '2026-02-30'],
		['date', 'tomorrow'],
		['time', ''],
		['time', '25:00'],
		['venue.zip', '9453'],
		['venue.zip', 'ABCDE'],
		['venue.line1', '   '],
		['contact.email', 'grace@'],
		['contact.phone', '12345'],
		['contact.name', 'x'.repeat(121)],
		['notes', 'x'.repeat(10_000)],
		['items.addon_gyoza', 'many'],
		['items.addon_gyoza', '-3'],
		['proteins.chicken', 'all']
	])('refuses %s = %j with a message at that field alone', (path, typed) => {
		const fields = messageOf(path, typed);
		expect(Object.keys(fields ?? {})).toEqual([path]);
		expect(fields?.[path]).toMatch(/^[A-Z].*[.]$/);
	});

	it('says how long a text is that is too long', () => {
		expect(messageOf('notes', 'x'.repeat(10_000))).toEqual({
			notes: 'Please keep this to 1,600 characters; it has 10,000.'
		});
	});

	it('takes 29 February of a leap year', () => expect(messageOf('date', '2028-02-29')).toBeNull());

	it('counts all guests against the limit of 500', () => {
		expect(readBookingForm({ ...valid, adults: '400', children: '101' })).toMatchObject({ ok: false });
		expect(readBookingForm({ ...valid, adults: '400', children: '100' })).toMatchObject({ ok: true });
	});

	it('calls somebody who gave no name by their e-mail address', () => {
		const outcome = readBookingForm({ ...valid, 'contact.name': '' });
		if (!outcome.ok) throw new Error(JSON.stringify(outcome.fields));
		expect(toBookingRequest(outcome, '2026-12-13T02:00:00Z', 'key-12345678', names).contact.name).toBe('grace');
	});

	it('keeps names in any script, with emoji and from right to left', () => {
		for (const name of ['山田太郎', 'נועה', '🔥 Chef fan 🍤', "O'Neil <script>"]) {
			expect(readBookingForm({ ...valid, 'contact.name': name })).toMatchObject({
				ok: true,
				data: { 'contact.name': name }
			});
		}
	});

	it('answers any text in any field by a message or a value, never by an exception', () => {
		fc.assert(
			fc.property(fc.constantFrom(...Object.keys(valid)), fc.string({ unit: 'grapheme' }), (path, typed) => {
				const outcome = readBookingForm({ ...valid, [path]: typed });
				expect(typeof outcome.ok).toBe('boolean');
			})
		);
	});
});

describe('menu counts', () => {
	it('leave out zeros and keep every positive count', () => {
		fc.assert(
			fc.property(
				fc.dictionary(fc.stringMatching(/^[a-z_]{1,20}$/), fc.integer({ min: 0, max: 999 }), { noNullPrototype: true }),
				(counts) => {
					const typed = Object.fromEntries(Object.entries(counts).map(([code, n]) => [`items.${code}`, String(n)]));
					const { choices, fields } = readChoices(typed);
					expect(fields).toEqual({});
					expect(Object.fromEntries(choices.items.map(({ code, quantity }) => [code, quantity]))).toEqual(
						Object.fromEntries(Object.entries(counts).filter(([, n]) => n > 0))
					);
				}
			)
		);
	});
});
