import { expect, test, type Page } from '@playwright/test';
import { until } from '../until.ts';
import { rowsAs } from './admin-steps.ts';
import { someFreeSlot, someGuest, takeAll } from './booking-steps.ts';
import { mailTo } from './mail.ts';
import {
	cards,
	endHold,
	ledgerOf,
	onCardPage,
	openPage,
	payWith,
	sessionsOf,
	someDinner,
	stripeIs,
	toCardPage,
	type Payable
} from './payment-steps.ts';

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

test.describe('a hold that ends in the very moment of paying', () => {
	const zip = '95814';

	/** A held dinner of a guest, paid by card; the word of the card company is kept back. */
	async function paidInTheLastMoment(page: Page) {
		const slot = await someFreeSlot(zip);
		const guest = someGuest();
		const dinner = await someDinner({
			starts_at: slot.starts_at,
			zip,
			venue: { line1: '1 Test Street', line2: '', city: 'Sacramento', state: 'CA', zip },
			contact: { name: 'Robin Rivera', ...guest, sms_consent: false }
		});
		await takeAll(slot, zip);
		await openPage(page, dinner.path);
		await toCardPage(page);
		await stripeIs({ deliver: false });
		await payWith(page, cards.good);
		await expect(page.getByTestId('payment-steps')).toHaveAttribute('data-stage', 'processing');
		await endHold(dinner);
		return { slot, guest, dinner };
	}

	/** What the office reads of it, once it says so. */
	const told = (dinner: Payable, resolution: string) =>
		until(
			async () =>
				(
					await rowsAs<{ kind: string; resolution: string | null }>(
						'admin@demo.test',
						`payment_attention?booking_id=eq.${dinner.booking_id}&select=kind,resolution`
					)
				).find((row) => row.kind === 'late_payment' && row.resolution === resolution) ?? null,
			{ what: `a late payment that was ${resolution}`, timeoutMs: 30_000 }
		);

	test('is booked again where the chef is still free, and both sides are told', async ({ page }) => {
		const { guest, dinner } = await paidInTheLastMoment(page);
		await stripeIs({ deliver: true });
		await expect(page.getByTestId('payment-success')).toBeVisible();
		await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your dinner is confirmed');
		await mailTo(guest.email, ({ subject }) => subject.startsWith("It's on after all"));
		await told(dinner, 'rebooked');
	});

	test('goes back in full where the chef was taken, and both sides are told', async ({ page }) => {
		const { slot, guest, dinner } = await paidInTheLastMoment(page);
		await takeAll(slot, zip);
		await stripeIs({ deliver: true });
		await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your payment is here, the date is not');
		await mailTo(guest.email, ({ subject }) => subject.startsWith('Your deposit is on its way back'));
		await told(dinner, 'refunded');
		const cents = (await ledgerOf(dinner)).map(({ amount_cents }) => amount_cents);
		expect(cents.reduce((sum, amount) => sum + amount, 0)).toBe(0);
	});
});
