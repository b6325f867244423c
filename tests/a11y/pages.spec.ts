import { expect, test } from '@playwright/test';
import { pageStates, publicPages } from '../pages.ts';
import { enter, panel } from '../e2e/admin-steps.ts';
import { cards, confirmedDinner, openPage, payWith, someDinner, toCardPage } from '../e2e/payment-steps.ts';
import { expectClean, sideways } from './axe.ts';

test.use({ contextOptions: { reducedMotion: 'reduce' } });

for (const path of [...publicPages, ...pageStates]) {
	test(`${path} has nothing that axe objects to`, async ({ page }) => {
		await page.goto(path);
		await page.waitForLoadState('networkidle');
		await expectClean(page);
	});
}

test('paying has nothing that axe objects to', async ({ page }) => {
	test.slow();
	const [held, confirmed] = [await someDinner(), await confirmedDinner()];
	for (const path of [held.path, `${confirmed.path}&tip=custom&custom=lots`, `${held.path}&way=zelle`]) {
		await openPage(page, path);
		await expectClean(page);
	}
});

test('what was paid has nothing that axe objects to', async ({ page }) => {
	test.slow();
	await openPage(page, (await someDinner()).path);
	await toCardPage(page);
	await payWith(page, cards.good);
	await expect(page).toHaveURL(/\/payment\/success/);
	// another journey may hold the card company's word back for a while
	await expect(page.getByTestId('payment-success')).toBeVisible({ timeout: 40_000 });
	await expectClean(page);
});

test('the chef view has nothing that axe objects to', async ({ page }) => {
	await enter(page, 'chef.fremont@demo.test');
	await expect(page.getByRole('heading', { level: 1, name: 'My events' })).toBeVisible();
	const days = await page.getByRole('link', { name: 'My days and photo' }).getAttribute('href');
	for (const path of ['/chef', days ?? '']) {
		await page.goto(panel(path));
		await expect(page.getByRole('main')).toBeVisible();
		await expectClean(page);
	}
});

test('every public page says its language, has one h1 and headings in order', async ({ page }) => {
	for (const path of publicPages) {
		await page.goto(path);
		expect(await page.locator('html').getAttribute('lang'), path).toBe('en');
		const levels = await page
			.locator('h1, h2, h3, h4, h5, h6')
			.evaluateAll((headings) => headings.map(({ tagName }) => Number(tagName[1])));
		expect(
			levels.filter((level) => level === 1),
			path
		).toHaveLength(1);
		for (const [index, level] of levels.entries())
			expect(level, `${path}, heading ${index + 1}`).toBeLessThanOrEqual((levels[index - 1] ?? 0) + 1);
	}
});

test('the first Tab on a page offers to skip to its content', async ({ page }) => {
	await page.goto('/');
	await page.keyboard.press('Tab');
	await expect(page.locator(':focus')).toContainText(/skip to/i);
	await page.keyboard.press('Enter');
	await expect(page.locator(':focus')).toHaveAttribute('id', /.+/);
});

test('no page scrolls sideways at 320 px, which is 200 % zoom on a phone', async ({ page }) => {
	await page.setViewportSize({ width: 320, height: 640 });
	for (const path of publicPages) {
		await page.goto(path);
		expect(await sideways(page), path).toBeLessThanOrEqual(0);
	}
});
