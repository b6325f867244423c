import { expect, type Page } from '@playwright/test';
import { bookingRequest, rpc, slots, stackUnderTest, type Slot } from '../api.ts';

/** A guest of a test: an address and a number that no other test has. */
export interface Guest {
	email: string;
	phone: string;
}

export function someGuest(): Guest {
	const n = `${Date.now().toString(36)}${Math.floor(Math.random() * 1e9).toString(36)}`;
	return { email: `guest.${n}@example.test`, phone: `(510) 2${digits(2)}-${digits(4)}` };
}

/** A free slot far from those of other tests: some day between two and eleven months ahead. */
export async function someFreeSlot(zip = '94538', fits: (slot: Slot) => boolean = () => true): Promise<Slot> {
	const stack = stackUnderTest();
	for (let attempt = 0; attempt < 20; attempt += 1) {
		const from = 60 + Math.floor(Math.random() * 270);
		const free = (await slots(stack, zip, from, from + 6)).filter((slot) => slot.capacity > 0 && fits(slot));
		const slot = free[Math.floor(Math.random() * free.length)];
		if (slot) return { ...slot, start_time: slot.start_time.slice(0, 5) };
	}
	throw new Error(`No free slot around ${zip}.`);
}

/** Books a slot over the API until nobody is left who could serve it. */
export async function takeAll(slot: Slot, zip = '94538'): Promise<void> {
	const stack = stackUnderTest();
	for (let chefs = 0; chefs < 60; chefs += 1) {
		const venue = { line1: '1 Test Street', line2: '', city: '', state: 'CA', zip };
		const answer = await rpc(stack, 'create_booking', {
			p_request: bookingRequest({ starts_at: slot.starts_at, zip, venue })
		});
		if (answer.status === 409) return;
		if (answer.status !== 200)
			throw new Error(`create_booking answered ${answer.status} ${JSON.stringify(answer.body)}`);
	}
	throw new Error('More chefs than the demo has.');
}

/** Fills what a booking needs, in the order in which the form asks; `page` shows /BookUs. */
export async function fillBooking(page: Page, slot: Slot, guest: Guest, zip = '94538'): Promise<void> {
	await page.getByTestId('venue-zip').fill(zip);
	await page.getByTestId('event-date').fill(slot.event_date);
	await page.getByTestId('event-time').selectOption(slot.start_time);
	await page.getByTestId('guest-count').fill('12');
	await page.getByTestId('email').fill(guest.email);
	await page.getByTestId('phone').fill(guest.phone);
	await page.getByTestId('venue-address').fill('12 Cherry Lane');
}

/** Opens the form and waits until it listens to what is typed. */
export async function openForm(page: Page, path = '/BookUs'): Promise<void> {
	await page.goto(path);
	await expect(page.locator('form[novalidate]')).toBeVisible();
}

/** Waits until every part of a page of the site answers. */
export async function awake(page: Page): Promise<void> {
	await expect(page.locator('html[data-awake]')).toBeAttached();
}

/** Books through the API and gives the link of the booking's page. */
export async function bookedByApi(slot: Slot, over: Record<string, unknown> = {}): Promise<string> {
	const answer = await rpc<{ access_token: string }>(stackUnderTest(), 'create_booking', {
		p_request: bookingRequest({ starts_at: slot.starts_at, ...over })
	});
	expect(answer.status).toBe(200);
	return `/booking-success?token=${answer.body.access_token}`;
}

function digits(count: number): string {
	return Array.from({ length: count }, () => Math.floor(Math.random() * 10)).join('');
}
