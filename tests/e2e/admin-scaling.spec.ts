import { expect, test, type Page } from '@playwright/test';
import { request, signIn, stackUnderTest } from '../api.ts';
import { enter, live, panel } from './admin-steps.ts';

/** Rows in bookings, the one metric that a test can push at will. */
const metric = 'db_bookings';
const usual = { warning: 500_000, critical: 1_000_000 };

async function thresholds(values: object): Promise<void> {
	const stack = stackUnderTest();
	const answer = await request(stack, `/rest/v1/scaling_thresholds?metric=eq.${metric}`, {
		method: 'PATCH',
		body: JSON.stringify(values),
		token: await signIn(stack, 'admin@demo.test')
	});
	expect(answer.status).toBeLessThan(300);
}

async function setWarning(page: Page, warning: string): Promise<void> {
	const row = page.locator(`[data-metric=${metric}]`);
	await row.locator('details:not([open]) > summary').click();
	await row.getByLabel('Warning').fill(warning);
	await row.getByRole('button', { name: 'Save thresholds' }).click();
}

test.describe.configure({ mode: 'serial' });
test.afterAll(() => thresholds(usual));

test('a metric that passes its threshold turns the panel, and can be snoozed, woken and acknowledged', async ({
	page
}) => {
	await thresholds(usual);
	await enter(page, 'admin@demo.test', '/scaling');
	await live(page);
	for (const title of ['Database', 'Cache and realtime', 'AI', 'Application'])
		await expect(page.getByRole('heading', { name: title, exact: true })).toBeVisible();
	await expect(page.locator('[data-metric=ai_cost_month]')).toContainText('Comes with AI.');

	await setWarning(page, '1');
	await expect(page.getByText('Thresholds of “Rows in bookings” are saved.')).toBeVisible();
	await expect(page.locator(`[data-metric=${metric}]`)).toHaveAttribute('data-level', 'warning');
	const open = page.locator(`[data-recommendation=${metric}]`);
	await expect(open).toHaveAttribute('data-status', 'open');
	await expect(page.locator('[data-overall]')).not.toHaveAttribute('data-overall', 'ok');

	await open.getByRole('button', { name: 'Snooze 7 days' }).click();
	await expect(open).toHaveAttribute('data-status', 'snoozed');
	await open.getByRole('button', { name: 'Wake up' }).click();
	await expect(open).toHaveAttribute('data-status', 'open');
	await open.getByRole('button', { name: 'Acknowledge' }).click();
	await expect(open).toHaveAttribute('data-status', 'acknowledged');

	await open.getByRole('link', { name: 'View guide' }).click();
	await expect(page.getByRole('heading', { level: 1, name: 'Partitioning bookings' })).toBeVisible();
	await expect(page.getByRole('checkbox').first()).toBeVisible();
});

test('recovery closes the recommendation on the open page', async ({ page }) => {
	await enter(page, 'admin@demo.test', '/scaling');
	await live(page);
	await expect(page.locator(`[data-recommendation=${metric}]`)).toBeVisible();
	await thresholds(usual);
	await expect(page.locator(`[data-recommendation=${metric}]`)).toHaveCount(0);
});

test('thresholds out of order are refused with what was typed kept', async ({ page }) => {
	await enter(page, 'admin@demo.test', '/scaling');
	await live(page);
	await setWarning(page, '2000000');
	const row = page.locator(`[data-metric=${metric}]`);
	await expect(row.getByText('Critical lies at or above the warning.').first()).toBeVisible();
	await expect(row.getByLabel('Warning')).toHaveValue('2000000');
});

test('the jobs page shows every queue and that the worker works', async ({ page }) => {
	await enter(page, 'admin@demo.test', '/jobs');
	await expect(page.locator('[data-queue=booking-notify]')).toBeVisible();
	await expect(page.locator('[data-queue=scaling-check]')).toBeVisible();
	await expect(page.getByText('The jobs worker gives no sign of life.')).toHaveCount(0);
});

for (const path of ['/scaling', '/jobs', '/scaling/guides/cache']) {
	test(`a station manager can not open ${path}`, async ({ page }) => {
		await enter(page, 'manager.fremont@demo.test');
		const answer = await page.request.get(panel(path), { maxRedirects: 0 });
		expect(answer.status()).toBe(403);
	});
}
