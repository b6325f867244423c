import { expect, test } from '@playwright/test';
import { request, signIn, slots, stackUnderTest } from '../api.ts';
import { bookedByApi, fillBooking, openForm, someFreeSlot, someGuest, takeAll } from './booking-steps.ts';
import { soon } from './live.ts';

test.describe('booking', () => {
	test('a visitor books a free slot and sees what happens next', async ({ page }) => {
		const slot = await someFreeSlot();
		await openForm(page);
		await fillBooking(page, slot, someGuest());
		await expect(page.getByTestId('booking-total').first()).toHaveText('$660.00');
		await page.getByTestId('submit-booking').click();
		await expect(page.getByTestId('booking-success')).toBeVisible();
		await expect(page.getByTestId('booking-reference')).toHaveText(/^MH-[2-9A-Z]{5}$/);
		await expect(page.getByText('$660.00').first()).toBeVisible();
		await expect(page.getByText('What happens next')).toBeVisible();
	});

	test('a double click makes one booking', async ({ page }) => {
		const slot = await someFreeSlot();
		await openForm(page);
		await fillBooking(page, slot, someGuest());
		const posts: string[] = [];
		page.on('request', (request) => {
			if (request.method() === 'POST' && request.url().endsWith('/BookUs')) posts.push(request.url());
		});
		await page.getByTestId('submit-booking').dblclick();
		await expect(page.getByTestId('booking-success')).toBeVisible();
		expect(posts).toHaveLength(1);
	});

	test('a dropped connection is tried again with the same key, and books once', async ({ page }) => {
		const slot = await someFreeSlot();
		await openForm(page);
		await fillBooking(page, slot, someGuest());
		const keys: string[] = [];
		await page.route('**/BookUs', async (route) => {
			if (route.request().method() !== 'POST') return route.fallback();
			keys.push(new URLSearchParams(route.request().postData() ?? '').get('idempotency_key') ?? '');
			// The first attempt reaches the server, but its answer never comes back.
			if (keys.length > 1) return route.continue();
			await route.fetch({ maxRedirects: 0 });
			await route.abort('connectionreset');
		});
		await page.getByTestId('submit-booking').click();
		await expect(page.getByTestId('booking-success')).toBeVisible({ timeout: 20_000 });
		expect(keys).toHaveLength(2);
		expect(new Set(keys).size).toBe(1);
		expect(keys[0]).toMatch(/^[\w-]{8,}$/);
	});

	test('offline it says what happens and keeps everything', async ({ page, context }) => {
		const slot = await someFreeSlot();
		await openForm(page);
		await fillBooking(page, slot, someGuest());
		await context.setOffline(true);
		await page.getByTestId('submit-booking').click();
		await expect(page.getByTestId('booking-problem')).toContainText('You are offline');
		await expect(page.getByTestId('venue-address')).toHaveValue('12 Cherry Lane');
		await context.setOffline(false);
		await page.getByTestId('submit-booking').click();
		await expect(page.getByTestId('booking-success')).toBeVisible();
	});
});

test.describe('live slots', () => {
	test('a slot that others take greys out on an open page within a second, and comes back when freed', async ({
		page,
		browser
	}) => {
		const slot = await someFreeSlot('95814');
		await openForm(page, '/BookUs?zip=95814');
		await page.getByTestId('event-date').fill(slot.event_date);
		const button = page.getByTestId(`slot-${slot.event_date}-${slot.start_time}`);
		await expect(button).toBeEnabled();
		await expect(page.locator('[data-live=live]')).toBeVisible();

		const zip = { zip: '95814', venue: { line1: '1 K Street', line2: '', city: '', state: 'CA', zip: '95814' } };
		const other = await browser.newContext();
		const guest = await other.newPage();
		await guest.goto(await bookedByApi(slot, zip));
		await takeAll(slot, '95814');
		await expect(button).toBeDisabled(soon);
		await expect(button).toContainText('Full');

		await guest.waitForLoadState('networkidle');
		await guest.getByText('Cancel this booking').click();
		await guest.getByTestId('cancel-reason').fill('We moved the party');
		await guest.getByTestId('cancel-booking').click();
		await guest.getByTestId('cancel-confirm').click();
		await expect(guest.getByTestId('booking-status')).toHaveText('Cancelled');
		await expect(button).toBeEnabled();
		await other.close();
	});

	test('a start time that the office adds or takes away shows on an open calendar', async ({ page }) => {
		const slot = await someFreeSlot('95814');
		await openForm(page, '/BookUs?zip=95814');
		await page.getByTestId('event-date').fill(slot.event_date);
		await expect(page.getByTestId(`slot-${slot.event_date}-${slot.start_time}`)).toBeVisible();
		await expect(page.locator('[data-live=live]')).toBeVisible();
		const token = await signIn(stackUnderTest(), 'admin@demo.test');
		const [sacramento] = (
			await request<{ id: string }[]>(stackUnderTest(), '/rest/v1/stations?slug=eq.sacramento', { token })
		).body;
		const write = (method: string, query = '', body?: object) =>
			request(stackUnderTest(), `/rest/v1/station_start_times${query}`, {
				method,
				token,
				...(body && { body: JSON.stringify(body) })
			});
		const added = page.getByTestId(`slot-${slot.event_date}-16:45`);
		await expect(added).toHaveCount(0);
		try {
			await write('POST', '', { station_id: sacramento?.id, start_time: '16:45' });
			await expect(added).toBeVisible(soon);
		} finally {
			await write('DELETE', `?station_id=eq.${sacramento?.id}&start_time=eq.16:45`);
		}
		await expect(added).toHaveCount(0, soon);
	});

	test('whoever comes too late is offered the nearest times and loses nothing', async ({ page }) => {
		const slot = await someFreeSlot('95112');
		await openForm(page, '/BookUs?zip=95112');
		await fillBooking(page, slot, someGuest(), '95112');
		await page.route('**/rest/v1/rpc/available_slots', (route) => route.abort());
		await takeAll(slot, '95112');
		await page.getByTestId('submit-booking').click();
		const conflict = page.getByTestId('booking-conflict');
		await expect(conflict).toBeVisible();
		await expect(page.getByTestId('venue-address')).toHaveValue('12 Cherry Lane');
		await conflict.getByRole('button').first().click();
		await page.getByTestId('submit-booking').click();
		await expect(page.getByTestId('booking-success')).toBeVisible();
	});
});

test('a time that went while the form was filled in can be sent all the same, and its guest waits for it', async ({
	page
}) => {
	const slot = await someFreeSlot('95112');
	const guest = someGuest();
	await openForm(page, '/BookUs?zip=95112');
	await fillBooking(page, slot, guest, '95112');
	await expect(page.locator('[data-live=live]')).toBeVisible();
	await takeAll(slot, '95112');
	await expect(page.getByTestId('slot-taken')).toBeVisible();
	await page.getByTestId('submit-booking').click();
	await expect(page.getByTestId('booking-conflict')).toBeVisible();
	const token = await signIn(stackUnderTest(), 'admin@demo.test');
	const waiting = `/rest/v1/leads?select=reason,waitlist(starts_at)&email=eq.${guest.email}`;
	const { body } = await request<{ reason: string; waitlist: object[] }[]>(stackUnderTest(), waiting, { token });
	expect(body).toEqual([{ reason: 'SLOT_UNAVAILABLE', waitlist: [expect.anything()] }]);
});

test('the calendar turns to a date that is chosen while it still looks up the ZIP code', async ({ page }) => {
	const later = await slots(stackUnderTest(), '94538', 95, 100);
	const date = later[0]?.event_date ?? '';
	const { promise: arrive, resolve } = Promise.withResolvers<void>();
	await openForm(page, '/BookUs');
	await page.route('**/_app/**/*.js', async (route) => {
		await arrive;
		await route.continue();
	});
	await page.getByTestId('venue-zip').fill('94538');
	await page.getByTestId('event-date').fill(date);
	resolve();
	await expect(page.locator('[data-live=live]')).toBeVisible();
	await expect(page.locator(`[data-date="${date}"]`)).toBeEnabled();
});

test('a form that was posted before the scripts arrived opens at what was wrong', async ({ page }) => {
	const { promise: arrive, resolve } = Promise.withResolvers<void>();
	await page.route('**/_app/**/*.js', async (route) => {
		await arrive;
		await route.continue();
	});
	await page.goto('/BookUs', { waitUntil: 'commit' });
	await page.getByTestId('venue-zip').fill('94538');
	await page.getByTestId('email').fill('robin@example');
	await page.getByTestId('submit-booking').click();
	await expect(page.getByTestId('posted-notice')).toBeInViewport();
	resolve();
	await expect(page.getByTestId('event-date')).toBeFocused();
	await expect(page.getByTestId('posted-notice')).toBeHidden();
	await expect(page.getByTestId('email')).toHaveValue('robin@example');
});

test.describe('the draft', () => {
	test('is restored after a reload with a notice, and gone after booking', async ({ page }) => {
		const slot = await someFreeSlot();
		await openForm(page);
		await fillBooking(page, slot, someGuest());
		await page.locator('[name="proteins.chicken"]').fill('7');
		await page.waitForFunction(() => localStorage.getItem('my-hibachi.booking')?.includes('"proteins.chicken":"7"'));
		await openForm(page);
		await expect(page.getByTestId('draft-notice')).toContainText('We kept what you typed');
		await expect(page.getByTestId('venue-address')).toHaveValue('12 Cherry Lane');
		await expect(page.locator('[name="proteins.chicken"]')).toHaveValue('7');
		await expect(page.getByTestId('event-time')).toHaveValue(slot.start_time);
		await page.getByTestId('submit-booking').click();
		await expect(page.getByTestId('booking-success')).toBeVisible();
		await openForm(page);
		await expect(page.getByTestId('draft-notice')).toHaveCount(0);
		await expect(page.getByTestId('venue-address')).toHaveValue('');
	});

	test('can be started over', async ({ page }) => {
		await openForm(page);
		await page.getByTestId('venue-address').fill('12 Cherry Lane');
		await page.waitForFunction(() => localStorage.getItem('my-hibachi.booking')?.includes('Cherry'));
		await openForm(page);
		await page.getByRole('button', { name: 'Start over' }).click();
		await expect(page.getByTestId('venue-address')).toHaveValue('');
	});
});

const badAnswers = [
	['[data-testid=guest-count]', 'ten', 'whole number'],
	['[data-testid=guest-count]', '0', 'at least 1'],
	['[data-testid=guest-count]', '-1', 'at least 1'],
	['[data-testid=guest-count]', '501', 'up to 500'],
	['[data-testid=email]', 'ann@', 'e-mail address'],
	['[data-testid=phone]', '123', 'area code'],
	['[data-testid=venue-zip]', '1234', 'five digits'],
	['[data-testid=venue-zip]', '00000', 'five digits'],
	['[data-testid=event-date]', '2020-01-01', 'too soon'],
	['[name=notes]', 'x'.repeat(10_000), '1,600 characters'],
	['[name="items.addon_sake"]', '99', 'Sake is for']
] as const;

test('a bad answer is told at its field, which gets the focus, and nothing typed is lost', async ({ page }) => {
	test.slow();
	const slot = await someFreeSlot();
	await openForm(page);
	await fillBooking(page, slot, someGuest());
	await page.locator('details').evaluateAll((all) => all.forEach((one) => one.setAttribute('open', '')));
	for (const [path, typed, message] of badAnswers) {
		await test.step(`${path} = ${typed.slice(0, 12)}`, async () => {
			const field = page.locator(path);
			const before = await field.inputValue();
			await field.fill(typed);
			await page.getByTestId('submit-booking').click();
			await expect(field).toHaveAttribute('aria-invalid', 'true');
			await expect(field).toBeFocused();
			await expect(field).toHaveValue(typed);
			await expect(page.getByText(message).first()).toBeVisible();
			await expect(page.getByTestId('venue-address')).toHaveValue('12 Cherry Lane');
			await field.fill(before);
		});
	}
});

test.describe('the calendar by keyboard', () => {
	test('arrow keys move through days, Enter chooses one', async ({ page }) => {
		const slot = await someFreeSlot('94538', ({ event_date }) => Number(event_date.slice(8)) < 28); // its neighbour is in the same month
		await openForm(page, `/BookUs?zip=94538&date=${slot.event_date}`);
		const day = page.locator(`[data-date="${slot.event_date}"]`);
		await day.focus();
		await page.keyboard.press('ArrowRight');
		await expect(day).not.toBeFocused();
		await page.keyboard.press('ArrowLeft');
		await expect(day).toBeFocused();
		await page.keyboard.press('Enter');
		await expect(page.getByTestId('event-date')).toHaveValue(slot.event_date);
	});
});

test('what is opened and typed before the scripts arrive stays so when they do', async ({ page }) => {
	const { promise: arrive, resolve } = Promise.withResolvers<void>();
	await page.route('**/_app/**/*.js', async (route) => {
		await arrive;
		await route.continue();
	});
	await page.goto('/BookUs', { waitUntil: 'commit' });
	const gyoza = page.getByRole('button', { name: 'More: Gyoza' });
	const addOns = page.locator('details', {
		has: page.getByRole('button', { name: 'More: Gyoza', includeHidden: true })
	});
	await expect(gyoza).toBeHidden();
	await addOns.locator('summary').click();
	await page.getByTestId('venue-zip').fill('94538');
	resolve();
	// the calendar of the ZIP code needs the scripts
	await expect(page.locator('[data-live=live]')).toBeVisible();
	await expect(gyoza).toBeVisible();
	await expect(page.getByTestId('venue-zip')).toHaveValue('94538');
});

test('who loses the network before the scripts arrive keeps the page and what was typed, and it starts once back', async ({
	page,
	context
}) => {
	let lost = true;
	await page.route('**/_app/**/*.js', (route) => (lost ? route.abort('internetdisconnected') : route.continue()));
	await page.goto('/BookUs');
	await expect(page.getByText('You are offline')).toBeVisible();
	await page.getByTestId('venue-zip').fill('94538');
	await context.setOffline(true);
	await expect(page.getByRole('heading', { name: "Let's set the date" })).toBeVisible();
	lost = false;
	await context.setOffline(false);
	// the calendar of the ZIP code needs the scripts
	await expect(page.locator('[data-live=live]')).toBeVisible();
	await expect(page.getByText('You are offline')).toBeHidden();
	await expect(page.getByTestId('venue-zip')).toHaveValue('94538');
});

test.describe('without JavaScript', () => {
	test.use({ javaScriptEnabled: false });

	test('the form is a plain post that books', async ({ page }) => {
		const slot = await someFreeSlot();
		await page.goto('/BookUs');
		await page.getByTestId('venue-zip').fill('94538');
		await page.getByRole('button', { name: 'Show free start times' }).click();
		await expect(
			page
				.getByRole('listitem')
				.filter({ hasText: /12:00 PM, 3:00 PM/ })
				.first()
		).toBeVisible();
		await expect(page.locator('#review').getByTestId('booking-total')).toHaveText(/\$\d/);
		await fillBooking(page, slot, someGuest());
		await page.getByTestId('submit-booking').click();
		await expect(page.getByTestId('booking-success')).toBeVisible();
	});

	test('what is wrong comes back at the field with everything typed', async ({ page }) => {
		const slot = await someFreeSlot();
		await page.goto('/BookUs');
		await fillBooking(page, slot, someGuest());
		await page.getByTestId('guest-count').fill('ten');
		await page.getByTestId('submit-booking').click();
		const notice = page.getByTestId('posted-notice');
		await expect(notice).toBeInViewport();
		await notice.getByRole('link', { name: 'Enter the number of adults as a whole number' }).click();
		await expect(page.getByText('Enter the number of adults as a whole number').last()).toBeInViewport();
		await expect(page.getByTestId('guest-count')).toHaveValue('ten');
		await expect(page.locator('#review').getByText('Check what you entered to see the price.')).toBeAttached();
		await expect(page.getByTestId('venue-address')).toHaveValue('12 Cherry Lane');
		await expect(page.getByTestId('event-time')).toHaveValue(slot.start_time);
	});
});
