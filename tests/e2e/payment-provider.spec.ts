import { expect, test } from '@playwright/test';
import { cards, onCardPage, openPage, payWith, sessionsOf, someDinner, stripeIs, toCardPage } from './payment-steps.ts';

/** The simulated Stripe is one for all: what is switched here other tests meet as well, and try again. */
test.describe.configure({ mode: 'serial' });
test.beforeEach(() => test.slow());
test.afterEach(() => stripeIs({ failure: 'off', latencyMs: 0, deliver: true }));

for (const failure of ['unreachable', 'timeout']) {
	test(`while Stripe is ${failure} nothing is charged, the page says so, and trying again goes on`, async ({
		page
	}) => {
		const dinner = await someDinner();
		await openPage(page, dinner.path);
		await stripeIs({ failure });
		const answered = page.waitForResponse((response) => response.request().method() === 'POST');
		await page.getByTestId('pay-button').click();
		expect((await (await answered).allHeaders())['retry-after']).toBeDefined();
		await expect(page.getByTestId('payment-error')).toContainText('Nothing was charged', { timeout: 15_000 });
		await expect(page.getByTestId('pay-button')).toBeEnabled();
		await stripeIs({ failure: 'off' });
		await page.getByTestId('try-again-button').click();
		await onCardPage(page);
		expect(await sessionsOf(dinner)).toHaveLength(1);
	});
}

test('without JavaScript, a page says that nothing was charged and tries again', async ({ browser }) => {
	const dinner = await someDinner();
	const context = await browser.newContext({ javaScriptEnabled: false });
	const page = await context.newPage();
	await page.goto(dinner.path);
	await stripeIs({ failure: 'unreachable' });
	await page.getByTestId('pay-button').click();
	await expect(page.getByTestId('payment-error')).toContainText('Nothing was charged');
	await stripeIs({ failure: 'off' });
	await page.getByTestId('try-again-button').click();
	await onCardPage(page);
	expect(await sessionsOf(dinner)).toHaveLength(1);
	await context.close();
});

test('while the word of the card company is on its way, the page waits and says what happens next', async ({
	page
}) => {
	const dinner = await someDinner();
	await openPage(page, dinner.path);
	await toCardPage(page);
	await stripeIs({ deliver: false });
	await payWith(page, cards.good);
	await expect(page.getByTestId('payment-steps')).toHaveAttribute('data-stage', 'processing');
	await expect(page.getByText('This takes longer than usual')).toBeVisible({ timeout: 20_000 });
	await expect(page.getByTestId('payment-success')).toHaveCount(0);
	await stripeIs({ deliver: true });
	await expect(page.getByTestId('payment-success')).toBeVisible();
});

test('offline it says that the payment goes on, and catches up once back', async ({ page, context }) => {
	const dinner = await someDinner();
	await openPage(page, dinner.path);
	await toCardPage(page);
	await stripeIs({ deliver: false });
	await payWith(page, cards.good);
	await expect(page.getByTestId('payment-steps')).toHaveAttribute('data-stage', 'processing');
	await page.waitForLoadState('networkidle');
	await context.setOffline(true);
	await expect(page.getByText('Your payment goes on without you')).toBeVisible();
	await stripeIs({ deliver: true });
	await context.setOffline(false);
	await expect(page.getByTestId('payment-success')).toBeVisible();
});
