import { devices, expect, test, type Browser, type Page } from '@playwright/test';
import { request, signIn, stackUnderTest } from '../api.ts';
import { callAs, enter, live, panel, rowsAs, someBooking, type Made } from './admin-steps.ts';
import { soon } from './live.ts';
import { mailTo } from './mail.ts';

const chefEmail = 'chef.fremont@demo.test';

/** A booking that is the demo chef's, confirmed. */
async function assigned(): Promise<Made> {
	const token = await signIn(stackUnderTest(), 'admin@demo.test');
	const [kenji] = await rowsAs<{ id: string }>(chefEmail, 'chefs?select=id');
	for (;;) {
		const booking = await someBooking();
		const given = await callAs<{ chef_id: string }>(token, 'assign_chef', {
			p_booking: booking.booking_id,
			p_chef: kenji?.id
		}).catch(() => null);
		if (!given) continue;
		await callAs(token, 'confirm_booking', { p_booking: booking.booking_id });
		return booking;
	}
}

/** As if the event began so many minutes from now; what the server's own key may write. */
async function beginsIn(booking: Made, minutes: number): Promise<void> {
	const at = (more: number) => new Date(Date.now() + (minutes + more) * 60_000).toISOString();
	const answer = await request(stackUnderTest(), `/rest/v1/bookings?id=eq.${booking.booking_id}`, {
		method: 'PATCH',
		key: stackUnderTest().SECRET_KEY,
		body: JSON.stringify({ event_at: at(0), event_ends_at: at(120) })
	});
	expect(answer.status).toBeLessThan(300);
}

/** The chef's phone, with the list of events open. */
async function phoneOf(browser: Browser, email = chefEmail): Promise<Page> {
	const { defaultBrowserType: _, ...phone } = devices['Pixel 7'];
	const page = await (await browser.newContext(phone)).newPage();
	await enter(page, email);
	await expect(page.getByRole('heading', { level: 1, name: 'My events' })).toBeVisible();
	await page.waitForLoadState('networkidle');
	return page;
}

const card = (page: Page, booking: Made) => page.locator(`[data-booking="${booking.booking_id}"]`);

test('a chef accepts, sets out, arrives and is done; the office and the guest see each step as it happens', async ({
	page,
	browser
}) => {
	const booking = await assigned();
	await beginsIn(booking, 20);
	const chef = await phoneOf(browser);
	await enter(page, 'manager.fremont@demo.test', `/bookings/${booking.booking_id}`);
	await live(page);
	const guest = await (await browser.newContext()).newPage();
	await guest.goto(`${stackUnderTest().APP_URL}/booking-success?token=${encodeURIComponent(booking.access_token)}`);
	await guest.waitForLoadState('networkidle');

	await expect(card(chef, booking)).toContainText(booking.name);
	await card(chef, booking).getByRole('button', { name: 'Accept' }).click();
	await expect(chef.getByText('Accepted.')).toBeVisible();
	await expect(page.getByText(/^Accepted /).first()).toBeVisible(soon);
	await card(chef, booking).getByRole('button', { name: 'On my way', exact: true }).click();
	await expect(chef.getByText('On the way. The customer sees it.')).toBeVisible();
	await expect(page.getByText('Chef on the way')).toBeVisible(soon);
	await expect(guest.getByText('Your chef is on the way')).toBeVisible(soon);
	await card(chef, booking).getByRole('button', { name: 'I am here', exact: true }).click();
	await expect(chef.getByText('Arrived.', { exact: false }).first()).toBeVisible();
	await expect(page.getByText('Chef is there')).toBeVisible(soon);
	await expect(guest.getByText('Your chef is here')).toBeVisible(soon);

	// a slip is taken back, and shows nowhere any more
	await card(chef, booking).getByRole('button', { name: 'Undo “I am here”' }).click();
	await expect(chef.getByText('Taken back.')).toBeVisible();
	await expect(guest.getByText('Your chef is on the way')).toBeVisible(soon);
	await expect(card(chef, booking).getByRole('button', { name: 'I am here', exact: true })).toBeVisible();
	await chef.context().close();
	await guest.context().close();
});

test('the office marks a dinner completed once it began, and takes it back', async ({ page }) => {
	const booking = await assigned();
	await enter(page, 'manager.fremont@demo.test', `/bookings/${booking.booking_id}`);
	await live(page);
	await expect(page.locator('summary', { hasText: 'Mark completed' })).toHaveCount(0);
	await beginsIn(booking, -30);
	await page.locator('summary', { hasText: 'Mark completed' }).click();
	await page.getByRole('button', { name: 'The dinner is over' }).click();
	await expect(page.getByText('Completed', { exact: true })).toBeVisible();
	await page.getByRole('button', { name: 'Undo' }).click();
	await expect(page.getByText('Confirmed', { exact: true }).first()).toBeVisible();
});

test('a declined event asks the station for another chef, live and by mail, and keeps its slot', async ({
	page,
	browser
}) => {
	const booking = await assigned();
	const chef = await phoneOf(browser);
	await enter(page, 'manager.fremont@demo.test', `/bookings?q=${booking.reference}&answer=declined`);
	await live(page);
	await expect(page.getByLabel('Chef’s answer')).toHaveValue('declined');
	await expect(page.getByRole('region', { name: 'Bookings' })).toHaveCount(0);
	await card(chef, booking).getByText("I can't do this one").click();
	await card(chef, booking).getByLabel('Why not?').fill('My grill is at the workshop that week.');
	await card(chef, booking).getByRole('button', { name: 'Decline', exact: true }).click();
	await expect(card(chef, booking)).toContainText('The office looks for another chef.');
	const list = page.getByRole('region', { name: 'Bookings' });
	await expect(list.getByText('Declined, needs a chef')).toBeVisible(soon);
	await expect(page.getByText(`Kenji Mori declined ${booking.reference}`)).toBeVisible();
	const mail = await mailTo('manager.fremont@demo.test', ({ subject }) => subject.includes(booking.reference));
	expect(mail.text).toContain('My grill is at the workshop that week.');

	// given to somebody else, it leaves the chef's list at once
	const token = await signIn(stackUnderTest(), 'manager.fremont@demo.test');
	const chefs = await rowsAs<{ id: string; staff: { name: string } }>(
		'manager.fremont@demo.test',
		'chefs?select=id,staff(name)&active=eq.true'
	);
	for (const other of chefs.filter(({ staff }) => staff.name !== 'Kenji Mori')) {
		const args = { p_booking: booking.booking_id, p_chef: other.id };
		if (await callAs(token, 'assign_chef', args).catch(() => null)) break;
	}
	await expect(card(chef, booking)).toHaveCount(0, soon);
	await expect(list).toHaveCount(0, soon);
	await chef.context().close();
	await page.goto(panel(`/bookings/${booking.booking_id}`));
	await expect(page.getByText('The chef declined: My grill is at the workshop that week.')).toBeVisible();
	await expect(page.getByText(/^Asked /).first()).toBeVisible();
});

test('a chef’s list is there without a network, says so, and sends nothing', async ({ browser }) => {
	const booking = await assigned();
	const chef = await phoneOf(browser);
	await chef.goto(panel('/chef'));
	await chef.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
	await chef.reload();
	await expect(card(chef, booking)).toBeVisible();
	await chef.waitForLoadState('networkidle');
	await chef.context().setOffline(true);
	await expect(chef.getByText('You are offline.')).toBeVisible();
	await card(chef, booking).getByRole('button', { name: 'Accept' }).click();
	await expect(chef.getByText('The server could not be reached. Nothing was changed.')).toBeVisible();
	await chef.goto(panel('/chef'));
	await expect(card(chef, booking)).toBeVisible();
	await expect(chef.getByText('You are offline.')).toBeVisible();
	await chef.context().setOffline(false);
	await chef.goto(panel('/chef'));
	await expect(chef.getByText('You are offline.')).toBeHidden();
	await chef.context().close();
});
