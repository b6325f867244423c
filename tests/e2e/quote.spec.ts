import { expect, test } from '@playwright/test';
import { sideways } from '../a11y/axe.ts';
import { awake, someGuest } from './booking-steps.ts';

const examples = [
	['10 adults near the kitchen', 'zip=94538&adults=10', '$550.00'],
	['children and upgrades', 'zip=94538&adults=10&children=2&upgrade_lobster=4&upgrade_filet=2', '$680.00'],
	['a party under the minimum', 'zip=94538&adults=6', '$550.00'],
	// Clements is 41.79 road miles from the Sacramento kitchen: the 42nd mile has begun.
	['a venue 42 road miles away', 'zip=95227&adults=15', '$849.00']
] as const;

test.describe('a quote', () => {
	for (const [what, query, total] of examples) {
		test(`of ${what} is ${total} to the cent`, async ({ page }) => {
			await page.goto(`/quote?${query}`);
			await expect(page.getByTestId('quote-total')).toHaveText(total);
		});
	}

	test('follows what is typed, and its address brings it back', async ({ page }) => {
		await page.goto('/quote');
		await awake(page);
		await page.getByTestId('quote-zip').fill('94538');
		await page.getByTestId('guest-count').fill('15');
		await expect(page.getByTestId('quote-total')).toHaveText('$825.00');
		await expect(page).toHaveURL(/adults=15/);
		await page.getByRole('button', { name: 'More: Lobster tail' }).click();
		await expect(page.getByTestId('quote-total')).toHaveText('$840.00');
		await expect(page).toHaveURL(/upgrade_lobster=1/);
		await page.reload();
		await expect(page.getByTestId('quote-total')).toHaveText('$840.00');
	});

	test('is painted before any script is asked for', async ({ page }) => {
		await page.goto('/quote?zip=94538&adults=10');
		await expect
			.poll(() =>
				page.evaluate(() => performance.getEntriesByType('resource').some(({ name }) => name.endsWith('.js')))
			)
			.toBe(true);
		const { painted, asked } = await page.evaluate(() => ({
			painted: performance.getEntriesByName('first-paint')[0]?.startTime ?? Infinity,
			asked: Math.min(
				...performance
					.getEntriesByType('resource')
					.flatMap(({ name, startTime }) => (name.endsWith('.js') ? startTime : []))
			)
		}));
		expect(painted).toBeLessThanOrEqual(asked);
	});

	test('explains the top-up to the minimum and the free travel', async ({ page }) => {
		await page.goto('/quote?zip=94538&adults=6');
		await expect(page.getByText('Our smallest dinner is $550.00')).toBeVisible();
		await expect(page.getByText('within the free distance')).toBeVisible();
	});

	test('keeps its figure in place while the price changes', async ({ page }) => {
		await page.goto('/quote?zip=94538&adults=10');
		await awake(page);
		const total = page.getByTestId('quote-total');
		const before = await total.boundingBox();
		await page.getByTestId('guest-count').fill('100');
		await expect(total).toHaveText('$5,500.00');
		const after = await total.boundingBox();
		expect([after?.x, after?.y, after?.height]).toEqual([before?.x, before?.y, before?.height]);
	});

	test('says how far the nearest kitchen is where nobody drives, and takes the wish', async ({ page }) => {
		await page.goto('/quote?zip=10001&adults=10');
		await awake(page);
		await expect(page.getByTestId('out-of-area')).toContainText(/Our nearest kitchen, \w+, is [\d,]+ miles away/);
		await expect(page.getByTestId('quote-zip')).toHaveAccessibleDescription(/miles|drive|area/);
		await page.getByLabel('E-mail').fill(someGuest().email);
		await page.getByRole('button', { name: 'Send me this quote' }).click();
		await expect(page.getByText('Thank you, we have it')).toBeVisible();
	});

	test('answers what is wrong at the field and keeps what was typed', async ({ page }) => {
		await page.goto('/quote?zip=94538&adults=10');
		await awake(page);
		for (const [path, typed, message, right] of [
			['guest-count', 'ten', 'whole number', '10'],
			['guest-count', '0', 'at least 1', '10'],
			['guest-count', '501', 'up to 500', '10'],
			['quote-zip', '00000', 'do not know that ZIP', '94538'],
			['quote-zip', '123', 'five digits', '94538']
		] as const) {
			await page.getByTestId(path).fill(typed);
			await page.getByTestId(path).blur();
			await expect(page.getByText(message)).toBeVisible();
			await expect(page.getByTestId(path)).toHaveValue(typed);
			await page.getByTestId(path).fill(right);
			await page.getByTestId(path).blur();
		}
	});

	test('carries everything over to booking', async ({ page }) => {
		await page.goto('/quote?zip=94538&adults=10&children=2&upgrade_lobster=4');
		await awake(page);
		await page.getByRole('link', { name: 'Book this dinner' }).click();
		await expect(page).toHaveURL(/\/BookUs\?/);
		await expect(page.getByTestId('guest-count')).toHaveValue('10');
		await expect(page.getByTestId('venue-zip')).toHaveValue('94538');
		await expect(page.locator('[name="items.upgrade_lobster"]')).toHaveValue('4');
	});
});

test.describe('without JavaScript', () => {
	test.use({ javaScriptEnabled: false });

	test('a quote is a plain form', async ({ page }) => {
		await page.goto('/quote');
		await page.getByTestId('quote-zip').fill('94538');
		await page.getByTestId('guest-count').fill('15');
		await page.getByRole('button', { name: 'Show the price' }).click();
		await expect(page.getByTestId('quote-total')).toHaveText('$825.00');
		await expect(page.getByTestId('guest-count')).toBeInViewport({ ratio: 1 });
		expect(await sideways(page)).toBeLessThanOrEqual(0);
	});
});
