import { expect, test } from '@playwright/test';
import { stackUnderTest } from '../api.ts';
import { confirmedDinner, openPage } from '../e2e/payment-steps.ts';

/** Screens are compared only where the browser and its fonts are the ones they were made with. */
test.skip(
	({ browserName }) => browserName !== 'chromium' || process.platform !== 'linux' || process.arch !== 'x64',
	'the committed screens were made with the Linux x64 browser of the lockfile'
);

const screens = [
	{ name: 'home', path: '/' },
	{ name: 'menu', path: '/menu' },
	{ name: 'quote', path: '/quote?zip=94538&adults=10&children=2' },
	{ name: 'book', path: '/BookUs' },
	{ name: 'contact', path: '/contact' },
	{ name: 'login', path: '/login' },
	{ name: 'not-found', path: '/no-such-page' }
];

for (const scheme of ['light', 'dark'] as const) {
	test.describe(scheme, () => {
		test.use({ colorScheme: scheme, contextOptions: { reducedMotion: 'reduce' } });
		for (const { name, path } of screens) {
			test(`${name} looks as it was approved`, async ({ page }) => {
				await page.goto(path);
				await page.waitForLoadState('networkidle');
				await page.evaluate(() => document.fonts.ready);
				await expect(page).toHaveScreenshot(`${name}-${scheme}.png`, {
					fullPage: false,
					mask: [page.locator('[data-volatile]')]
				});
			});
		}
		test('payment looks as it was approved', async ({ page }) => {
			const { path } = await confirmedDinner();
			await openPage(page, `${path}&tip=25`);
			await page.mouse.move(1, 1); // what lies below the first screens waits for the page's first use
			await expect(page.getByTestId('call-us').last()).toHaveAttribute('href', /^tel:/);
			await page.evaluate(() => document.fonts.ready);
			await expect(page).toHaveScreenshot(`payment-${scheme}.png`, {
				fullPage: true,
				mask: [page.locator('[data-volatile]')]
			});
		});
		test('admin sign-in looks as it was approved', async ({ page }) => {
			await page.goto(`${stackUnderTest().ADMIN_URL}/login`);
			await page.waitForLoadState('networkidle');
			await expect(page).toHaveScreenshot(`admin-login-${scheme}.png`);
		});
	});
}
