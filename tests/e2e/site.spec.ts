import { expect, test } from '@playwright/test';
import { awake, fillBooking, openForm, someFreeSlot, someGuest } from './booking-steps.ts';

test('a chosen theme is in the next page from its first byte', async ({ page, request }) => {
	await page.goto('/contact');
	await awake(page);
	await page
		.getByRole('button', { name: /^Theme: as the system/ })
		.filter({ visible: true })
		.click();
	await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
	const [cookie] = (await page.context().cookies()).filter(({ name }) => name === 'theme');
	const next = await request.get('/menu', { headers: { cookie: `theme=${cookie?.value}` } });
	expect(await next.text()).toContain('<html data-theme="light"');
});

test('parts that come to life later are whole on a page that was navigated to, and when one goes back', async ({
	page
}) => {
	await page.goto('/menu');
	await awake(page);
	await page.evaluate(() => Object.assign(window, { stayed: true }));
	await page.getByText('Vegetarian', { exact: true }).first().click();
	await expect(page.getByRole('status').filter({ hasText: /items? fits? your choice/ })).toBeVisible();
	await page.getByRole('link', { name: 'Show everything' }).click();
	await expect(page.getByRole('heading', { name: 'Filet mignon' })).toBeVisible();
	await page.getByRole('link', { name: 'My Hibachi, home' }).click();
	await expect(page.getByText('Asked before every party')).toBeVisible();
	await page.goBack();
	await expect(page.getByRole('heading', { name: 'Filet mignon' })).toBeVisible();
	expect(await page.evaluate(() => 'stayed' in window)).toBe(true);
});

test('a part that still sleeps below the first screens answers the very first touch', async ({ page }) => {
	await openForm(page);
	await awake(page);
	const gyoza = page.getByRole('button', { name: 'More: Gyoza', includeHidden: true });
	await expect(page.locator('#guests [data-tall]')).toBeAttached();
	// as assistive technology does it: without a pointer, a focus or a scroll before
	await gyoza.evaluate((button: HTMLButtonElement) => button.click());
	await expect(page.locator('[name="items.addon_gyoza"]')).toHaveValue('1');
	await expect(page.locator('#guests [data-tall]')).toHaveCount(0);
});

test('a form that is filled without a network, whose checks could not be fetched, books once back', async ({
	page,
	context
}) => {
	const errors: Error[] = [];
	page.on('pageerror', (error) => errors.push(error));
	await openForm(page);
	await awake(page);
	const slot = await someFreeSlot();
	await context.setOffline(true);
	await fillBooking(page, slot, someGuest());
	await context.setOffline(false);
	await page.getByTestId('submit-booking').click();
	await expect(page.getByTestId('booking-success')).toBeVisible();
	expect(errors).toEqual([]);
});
