import { expect, test } from '@playwright/test';
import { enter, live, panel, someBooking } from './admin-steps.ts';

test('the palette jumps to a booking by keyboard alone, and gives the focus back', async ({ page }) => {
	const { reference } = await someBooking();
	await enter(page, 'support@demo.test');
	await live(page);
	await page.keyboard.press('Control+k');
	await expect(page.getByRole('combobox', { name: /Page, reference/ })).toBeFocused();
	await page.keyboard.press('Escape');
	await expect(page.getByRole('dialog')).toHaveCount(0);
	await page.keyboard.press('Control+k');
	await page.keyboard.type(reference);
	await expect(page.getByRole('option', { name: reference })).toBeVisible();
	await page.keyboard.press('Enter');
	await expect(page.getByRole('heading', { level: 1, name: reference })).toBeVisible();
});

test('shortcuts go to pages, keep quiet while typing, and are listed under ?', async ({ page }) => {
	await enter(page, 'support@demo.test');
	await live(page);
	await page.keyboard.press('g');
	await page.keyboard.press('b');
	await expect(page).toHaveURL(/\/bookings$/);
	await page.keyboard.press('/');
	await expect(page.getByRole('searchbox')).toBeFocused();
	await page.keyboard.type('gl?');
	await expect(page).toHaveURL(/\/bookings\?q=gl/);
	await page.getByRole('searchbox').blur();
	await page.keyboard.press('?');
	await expect(page.getByRole('heading', { name: 'Keyboard shortcuts' })).toBeVisible();
});

test('a lead goes to another column of the board without dragging, and back by undo', async ({ page }) => {
	await enter(page, 'support@demo.test', '/leads/board');
	await live(page);
	const contacted = page.getByRole('group', { name: 'Contacted' });
	const card = contacted.locator('article').first();
	const name = await card.getByRole('link').first().innerText();
	await card.getByText('Move to…').click();
	await card.getByRole('button', { name: 'Qualified' }).click();
	await expect(page.getByRole('group', { name: 'Qualified' }).getByRole('link', { name })).toBeVisible();
	await page.getByRole('button', { name: 'Undo' }).click();
	await expect(contacted.getByRole('link', { name })).toBeVisible();
});

test('a feature flag that is switched shows on another open screen within a second', async ({ page, context }) => {
	await enter(page, 'super_admin@demo.test');
	const other = await context.newPage();
	for (const screen of [page, other]) {
		await screen.goto(panel('/flags'));
		await live(screen);
	}
	const key = 'review_media_upload';
	await expect(other.getByRole('switch', { name: key })).toHaveAttribute('aria-checked', 'false');
	await page.getByRole('switch', { name: key }).click();
	await expect(other.getByRole('switch', { name: key })).toHaveAttribute('aria-checked', 'true', { timeout: 1_500 });
	await page.getByRole('button', { name: 'Undo' }).click();
	await expect(other.getByRole('switch', { name: key })).toHaveAttribute('aria-checked', 'false');
});

test('the first Tab offers to skip to the content', async ({ page }) => {
	await enter(page, 'support@demo.test', '/bookings');
	await page.keyboard.press('Tab');
	await expect(page.locator(':focus')).toHaveText('Skip to content');
	await page.keyboard.press('Enter');
	await expect(page.locator('main')).toBeFocused();
});
