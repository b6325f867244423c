import { expect, test, type Page } from '@playwright/test';
import { request, signIn, stackUnderTest } from '../api.ts';
import { callAs, enter, live, panel, someBooking } from './admin-steps.ts';
import { soon } from './live.ts';

/** Opens one of the booking page's deeds and gives its form. */
async function deed(page: Page, label: string) {
	const details = page.locator('details').filter({ has: page.locator('summary', { hasText: label }) });
	if (!(await details.evaluate((element: HTMLDetailsElement) => element.open)))
		await details.locator('summary').click();
	return details;
}

test('a deposit taken by hand confirms the booking and is in another window’s ledger within a second', async ({
	page,
	browser
}) => {
	const { booking_id, reference } = await someBooking();
	const other = await (await browser.newContext()).newPage();
	await enter(other, 'support@demo.test', '/payments');
	await live(other);

	await enter(page, 'admin@demo.test', `/bookings/${booking_id}`);
	await live(page);
	const form = await deed(page, 'Record a payment');
	await expect(form.getByLabel('Amount in dollars')).toHaveValue('100.00');
	await form.getByLabel('Amount in dollars').fill('a hundred');
	await form.getByRole('button', { name: 'Record it' }).click();
	await expect(form.getByText('Enter a sum in dollars, like 100 or 51.18.').first()).toBeVisible();
	await expect(form.getByLabel('Amount in dollars')).toHaveValue('a hundred');

	await form.getByLabel('Amount in dollars').fill('100');
	await form.getByLabel('Note').fill('Zelle from Robin');
	await form.getByRole('button', { name: 'Record it' }).click();
	const row = other.locator('tr[data-row]').filter({ hasText: reference });
	await expect(row).toBeVisible(soon);
	await expect(row).toContainText('Deposit');
	await expect(page.getByText('Confirmed', { exact: true }).first()).toBeVisible(soon);
	const ledger = page.locator('#money');
	await expect(ledger).toContainText('Zelle from Robin');
	await expect(ledger).toContainText('Deposit paid');
});

test('what is opened and typed before the page’s scripts arrive stays so when they do', async ({ page }) => {
	const { booking_id } = await someBooking();
	await enter(page, 'admin@demo.test');
	const { promise: arrive, resolve } = Promise.withResolvers<void>();
	await page.route('**/_app/**/*.js', async (route) => {
		await arrive;
		await route.continue();
	});
	await page.goto(panel(`/bookings/${booking_id}`), { waitUntil: 'commit' });
	const form = await deed(page, 'Record a payment');
	await form.getByLabel('Note').fill('Venmo from Robin');
	resolve();
	await live(page);
	await expect(form.getByLabel('Note')).toBeVisible();
	await expect(form.getByLabel('Note')).toHaveValue('Venmo from Robin');
});

test('a refund never exceeds what was paid that way, and says so at its field', async ({ page }) => {
	const { booking_id } = await someBooking();
	const token = await signIn(stackUnderTest(), 'admin@demo.test');
	const paid = { kind: 'deposit', method: 'venmo', amount_cents: 10_000, idempotency_key: crypto.randomUUID() };
	await callAs(token, 'record_payment', { p_booking: booking_id, p_request: paid });
	await enter(page, 'admin@demo.test', `/bookings/${booking_id}`);
	await live(page);
	const form = await deed(page, 'Refund');
	await expect(form).toContainText('By the policy of this booking');
	await form.getByLabel('Amount in dollars').fill('100.01');
	await form.getByLabel('Reason').fill('The customer asked for it.');
	await form.getByRole('button', { name: 'Give it back' }).click();
	await expect(form.getByText('That is more than was paid that way.').first()).toBeVisible();
	await form.getByLabel('Amount in dollars').fill('40');
	await form.getByRole('button', { name: 'Give it back' }).click();
	await expect(page.locator('#money')).toContainText('-$40.00');
	await expect(page.locator('#money')).toContainText('Partly refunded');
});

test('money that does not fit is in the queue at once and leaves it with a reason', async ({ page }) => {
	const { booking_id, reference } = await someBooking();
	const token = await signIn(stackUnderTest(), 'admin@demo.test');
	await callAs(token, 'cancel_booking', { p_booking: booking_id, p_reason: 'Changed plans altogether' });
	await enter(page, 'admin@demo.test', '/payments/attention');
	await live(page);
	const paid = { kind: 'deposit', method: 'check', amount_cents: 10_000, idempotency_key: crypto.randomUUID() };
	await callAs(token, 'record_payment', { p_booking: booking_id, p_request: paid });
	await page.goto(panel(`/payments/attention?q=${reference}`));
	const item = page.locator('li[data-row]').filter({ hasText: reference });
	await expect(item).toContainText('$100.00 came for a cancelled booking');
	await item.locator('summary', { hasText: 'Settle without doing anything here' }).click();
	await item.getByLabel('Reason').last().fill('Sent back by check, see the mail.');
	await item.getByRole('button', { name: 'Settle', exact: true }).click();
	await expect(item).toHaveCount(0);
	await page.goto(panel(`/payments/attention?status=resolved&q=${reference}`));
	await expect(page.locator('li[data-row]').filter({ hasText: reference })).toContainText('Sent back by check');
});

test('what customers read about paying is edited by head office, and is on open pages and on theirs at once', async ({
	page,
	context
}) => {
	test.slow(); // three pages
	const { booking_id, access_token } = await someBooking();
	await enter(page, 'admin@demo.test');
	const other = await context.newPage();
	for (const screen of [page, other]) {
		await screen.goto(panel('/payments/settings'));
		await live(screen);
	}
	const venmo = page.getByLabel('Venmo');
	const before = await venmo.inputValue();
	const after = `To @hibachi-${crypto.randomUUID().slice(0, 8)}, with your reference.`;
	const save = page.getByRole('button', { name: 'Save', exact: true }).first();
	try {
		await venmo.fill('to us');
		await save.click();
		await expect(page.getByText('10 to 1000 characters, or nothing.').first()).toBeVisible();
		await venmo.fill(after);
		await save.click();
		await expect(other.getByLabel('Venmo')).toHaveValue(after);
		await other.goto(`/payment/${booking_id}?token=${encodeURIComponent(access_token)}&way=venmo`);
		await expect(other.getByText(after)).toBeVisible();
	} finally {
		await request(stackUnderTest(), '/rest/v1/payment_settings?id=eq.1', {
			method: 'PATCH',
			body: JSON.stringify({ venmo: before }),
			token: await signIn(stackUnderTest(), 'admin@demo.test')
		});
	}
});

test('who may only read payments finds nothing to write, and a chef finds no page', async ({ page, browser }) => {
	const { booking_id } = await someBooking();
	await enter(page, 'support@demo.test', `/bookings/${booking_id}`);
	await expect(page.locator('#money')).toBeVisible();
	await expect(page.locator('summary', { hasText: 'Record a payment' })).toHaveCount(0);
	await page.goto(panel('/payments/settings'));
	await expect(page.getByRole('heading', { name: 'Card fee' })).toBeVisible();
	await expect(page.locator('summary', { hasText: 'Make a new version' })).toHaveCount(0);

	const chef = await (await browser.newContext()).newPage();
	await enter(chef, 'chef.fremont@demo.test');
	const answer = await chef.goto(panel('/payments'));
	expect(answer?.status()).toBe(403);
});
