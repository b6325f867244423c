import { describe, expect, it } from 'vitest';
import { assignmentDeclinedMail } from './assignments.ts';
import { bookingMail, bookingMailKinds, type BookingMailFacts } from './booking.ts';
import { layOut } from './layout.ts';
import { leadFollowUpMail, waitlistMail, type LeadFacts } from './leads.ts';

const booking: BookingMailFacts = {
	reference: 'MH-7K3Q2',
	customer_name: 'Ann Lee',
	station_name: 'Fremont',
	event_at: '2026-12-13T02:00:00Z',
	timezone: 'America/Los_Angeles',
	adults: 10,
	children: 2,
	toddlers: 0,
	venue: { line1: '1 Main St', line2: null, city: 'Fremont', state: 'CA', zip: '94538' },
	lines: [
		{ label: 'Adult', quantity: 10, total_cents: 55_000 },
		{ label: 'Child', quantity: 2, total_cents: 6_000 }
	],
	total_cents: 61_000,
	deposit_cents: 10_000,
	hold_expires_at: '2026-11-24T02:00:00Z',
	cancel_reason: null,
	booking_url: 'https://myhibachi.test/booking-success?token=abc-_1',
	payment_url: null,
	balance_due_cents: 51_000,
	book_url: 'https://myhibachi.test/BookUs',
	contact_url: 'https://myhibachi.test/contact'
};

const lead: LeadFacts = {
	name: null,
	email: 'ann@example.test',
	phone: null,
	station_name: null,
	timezone: 'America/Los_Angeles',
	event_at: null,
	adults: null,
	children: null,
	toddlers: null,
	zip: null,
	reason: 'SLOT_UNAVAILABLE',
	source: 'website',
	score: 40,
	total_cents: null,
	notes: '',
	lead_url: 'https://admin.myhibachi.test/leads/1'
};

describe('bookingMail', () => {
	it.each(bookingMailKinds)(
		'%s tells reference and date, in the station’s time with its zone, in HTML and text',
		(kind) => {
			const mail = bookingMail(kind, booking);
			for (const part of [mail.html, mail.text]) {
				expect(part).toContain('MH-7K3Q2');
			}
			expect(mail.subject).toContain('Saturday, December 12, 2026 at 6:00 PM PST');
		}
	);
	it('a held booking shows each line, the total, the deposit, until when, and its link', () => {
		const { text } = bookingMail('received', booking);
		expect(text).toContain('10 × Adult  $550.00');
		expect(text).toContain('Total       $610.00');
		expect(text).toContain('deposit of $100.00');
		expect(text).toContain('until Monday, November 23, 2026 at 6:00 PM PST');
		expect(text).toContain('https://myhibachi.test/booking-success?token=abc-_1');
		expect(text).toContain('10 adults, 2 children');
	});
	it('while cards are taken, a held booking leads to paying its deposit and a confirmed one to paying its balance', () => {
		const payment_url = 'https://myhibachi.test/payment/1?token=abc-_1';
		const paid = { ...booking, payment_url };
		expect(bookingMail('received', paid).text).toContain(`Pay the $100.00 deposit:\n${payment_url}`);
		expect(bookingMail('received', booking).text).not.toContain('/payment/');
		expect(bookingMail('confirmed', paid).text).toContain(`Pay the balance of $510.00:\n${payment_url}`);
		expect(bookingMail('confirmed', booking).text).toContain('Someone from Fremont will tell you how');
		expect(bookingMail('confirmed', { ...paid, balance_due_cents: 0 }).text).not.toContain('left to pay');
	});
	it('an expired or cancelled booking leads back to the free dates, not to the booking', () => {
		for (const kind of ['hold_expired', 'cancelled'] as const) {
			const { html, text } = bookingMail(kind, booking);
			expect(text).toContain('https://myhibachi.test/BookUs');
			expect(html).not.toContain('token=');
		}
	});
	it('escapes what people typed, and keeps it out of the headers', () => {
		const evil = '<img src=x onerror=alert(1)>\r\nBcc: all@example.test';
		const mail = bookingMail('received', {
			...booking,
			customer_name: evil,
			reference: evil,
			venue: { ...booking.venue, line1: `"><script>${evil}` }
		});
		expect(mail.html).not.toMatch(/<img|<script/);
		expect(mail.subject).not.toMatch(/[\r\n]/);
	});
	it('fetches nothing and runs nothing', () => {
		for (const kind of bookingMailKinds) {
			expect(bookingMail(kind, booking).html).not.toMatch(/src=|@import|url\(|<script|<link|<form/i);
		}
	});
});

describe('layOut', () => {
	const letter = { subject: 's', preview: 'p', heading: 'h', footer: 'f' };

	it('links to the web only', () => {
		const javascript = { kind: 'button', label: 'x', url: 'javascript:alert(1)' } as const;
		expect(() => layOut({ ...letter, blocks: [javascript] })).toThrow('to the web only');
	});
	it('can be read in the dark', () => {
		const { html } = layOut({ ...letter, blocks: [{ kind: 'paragraph', text: 'x' }] });
		expect(html).toContain('content="light dark"');
		expect(html).toContain('prefers-color-scheme:dark');
	});
});

describe('leads', () => {
	it('tells which event needs another chef, on the station’s clock, and why', () => {
		const { subject, text } = assignmentDeclinedMail({
			reference: 'MH-7K3Q2',
			chef_name: 'Kenji Mori',
			reason: 'My car broke down.',
			station_name: 'Fremont',
			event_at: booking.event_at,
			timezone: booking.timezone,
			guests: 12,
			booking_url: 'https://admin.myhibachi.test/bookings/1'
		});
		expect(subject).toContain('Needs a chef');
		expect(subject).toContain('6:00 PM');
		expect(text).toContain('My car broke down.');
	});

	it('a follow-up says what is known and leaves out what is not', () => {
		const { subject, text } = leadFollowUpMail(lead);
		expect(subject).toBe('Follow up: ann@example.test');
		expect(text).toContain('The time they wanted was taken.');
		expect(text).not.toMatch(/null|undefined|Guests|Quote/);
	});
	it('a freed slot is offered, not promised', () => {
		const { text } = waitlistMail({
			name: 'Ann Lee',
			station_name: 'Fremont',
			starts_at: '2026-07-05T01:00:00Z',
			timezone: 'America/Los_Angeles',
			book_url: 'https://myhibachi.test/BookUs?zip=94538'
		});
		expect(text).toContain('Saturday, July 4, 2026 at 6:00 PM PDT');
		expect(text).toContain("We don't hold it");
	});
});
