/**
 * What is switched off for the whole house. Others would meet it in the middle of their journeys, so this file has a project
 * of its own, which runs when they are done.
 */
import { devices, expect, test } from '@playwright/test';
import { request, signIn, stackUnderTest } from '../api.ts';
import { callAs, enter, live, panel, rowsAs } from './admin-steps.ts';
import { someFreeSlot } from './booking-steps.ts';
import { openPage, someDinner } from './payment-steps.ts';

test.describe.configure({ mode: 'serial' });
test.beforeEach(() => test.slow());

async function flag(key: string, enabled: boolean): Promise<void> {
	const answer = await request(stackUnderTest(), `/rest/v1/feature_flags?key=eq.${key}`, {
		method: 'PATCH',
		body: JSON.stringify({ enabled }),
		token: await signIn(stackUnderTest(), 'super_admin@demo.test')
	});
	expect(answer.status).toBeLessThan(300);
}
test.afterEach(async () => {
	for (const key of ['stripe', 'payments', 'dynamic_pricing']) await flag(key, true);
});

for (const key of ['stripe', 'payments']) {
	test(`without the flag ${key} a deposit is asked for by hand: sent, found by the office, and seen at once`, async ({
		page,
		browser
	}) => {
		await flag(key, false);
		const dinner = await someDinner();
		const pocket = await browser.newContext({ ...devices['Pixel 7'] });
		const guest = await pocket.newPage();
		await openPage(guest, stackUnderTest().APP_URL + dinner.path);
		await expect(guest.getByTestId('manual-way')).toContainText(dinner.reference);
		await expect(guest.getByTestId('pay-button')).toHaveCount(0);
		await guest.getByTestId('sent-button').click();
		await expect(guest.getByTestId('manual-told')).toBeVisible();

		await enter(page, 'admin@demo.test', `/payments/attention?q=${dinner.reference}`);
		const waiting = page.locator('li[data-row]').filter({ hasText: dinner.reference });
		await expect(waiting).toContainText('on its way by zelle');
		await page.goto(panel(`/bookings/${dinner.booking_id}`));
		await live(page);
		await page.locator('summary', { hasText: 'Record a payment' }).click();
		await page.getByRole('button', { name: 'Record it' }).click();
		await expect(page.getByText('Confirmed', { exact: true }).first()).toBeVisible();

		await expect(guest.getByRole('heading', { level: 1 })).not.toHaveText('Make the date yours');
		await expect(guest.getByTestId('amount-due')).toHaveText('$450.00');
		await page.goto(panel(`/payments/attention?q=${dinner.reference}`));
		await expect(waiting).toHaveCount(0);
		await pocket.close();
	});
}

test('without dynamic pricing a busy day costs what every day does, and is booked at that', async ({ page }) => {
	const [zip, city] = ['95814', 'Sacramento'];
	const slot = await someFreeSlot(zip);
	const token = await signIn(stackUnderTest(), 'admin@demo.test');
	const [station] = await rowsAs<{ id: string }>('admin@demo.test', 'stations?slug=eq.sacramento&select=id');
	const days = { first_day: slot.event_date, last_day: slot.event_date, station_id: station?.id };
	const { rule_id } = await callAs<{ rule_id: string }>(token, 'save_price_rule', {
		p_request: { label: 'Busy day', ...days, rate: 0.1, reason: 'A journey' }
	});
	try {
		const total = page.getByTestId('quote-total');
		await page.goto(`/quote?zip=${zip}&adults=20&date=${slot.event_date}`);
		await expect(total).toHaveText('$1,210.00');
		await flag('dynamic_pricing', false);
		await page.reload();
		await expect(total).toHaveText('$1,100.00');
		const venue = { line1: '1 Test Street', line2: '', city, state: 'CA', zip };
		const dinner = await someDinner({ starts_at: slot.starts_at, adults: 20, zip, venue });
		expect(dinner.total_cents).toBe(110_000);
	} finally {
		await callAs(token, 'end_price_rule', { p_rule: rule_id, p_reason: 'The journey is over' });
	}
});
