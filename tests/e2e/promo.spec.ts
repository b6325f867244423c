import { awake } from './booking-steps.ts';
import { expect, test } from '@playwright/test';
import { request, signIn, stackUnderTest } from '../api.ts';
import { callAs, enter, panel } from './admin-steps.ts';
import { soon } from './live.ts';

const someCode = () => `T${crypto.randomUUID().slice(0, 8)}`.toUpperCase();
const admin = () => signIn(stackUnderTest(), 'admin@demo.test');

/** Makes a promo code over the API. */
async function makeCode(over: object): Promise<string> {
	const code = someCode();
	const answer = await request(stackUnderTest(), '/rest/v1/promo_codes', {
		method: 'POST',
		token: await admin(),
		body: JSON.stringify({ code, ...over })
	});
	expect(answer.status).toBe(201);
	return code;
}

test.describe('a promo code', () => {
	test('comes off the live quote, and one that does not count says why at its field', async ({ page }) => {
		const code = await makeCode({ rate: 0.1 });
		await page.goto('/quote?zip=94538&adults=10');
		await awake(page);
		await page.getByTestId('promo-code').fill(code.toLowerCase());
		await expect(page.getByTestId('quote-total')).toHaveText('$495.00');
		await expect(page.getByTestId('promo-applied')).toHaveText(`${code} takes $55.00 off.`);
		await expect(page.getByText(`Promotion ${code}`)).toBeVisible();
		await page.getByTestId('promo-code').fill('no-such-code');
		await expect(page.getByText('We do not know this code. Check the spelling.')).toBeVisible();
		await expect(page.getByTestId('quote-total')).toHaveText('$550.00');
	});

	test('is kept with the draft of a booking and goes along from the quote', async ({ page }) => {
		const code = await makeCode({ cents: 2500 });
		await page.goto(`/BookUs?zip=94538&adults=10&promo=${code}`);
		await awake(page);
		await expect(page.getByTestId('promo-code')).toHaveValue(code);
		await expect(page.getByTestId('booking-total').filter({ visible: true }).first()).toHaveText('$525.00');
		await page.getByLabel('Your name').fill('Robin');
		await expect(async () => {
			await page.goto('/BookUs');
			await page.getByTestId('promo-code').scrollIntoViewIfNeeded();
			await expect(page.getByTestId('promo-code')).toHaveValue(code, { timeout: 2_000 });
		}).toPass();
	});

	test('is made, seen live by others, and archived in the panel', async ({ page, browser }) => {
		await enter(page, 'admin@demo.test', '/promo-codes');
		// a phone has no room for the word
		await expect(page.getByText('Live', { exact: true })).toBeAttached();
		const other = await (await browser.newContext()).newPage();
		await enter(other, 'admin@demo.test', '/promo-codes/new');
		await other.waitForLoadState('networkidle');
		const code = someCode();
		await other.getByLabel('Code', { exact: true }).fill(code.toLowerCase());
		await other.getByRole('button', { name: 'Make the code' }).click();
		await expect(other.getByText('Either a share or an amount.').first()).toBeVisible();
		await other.getByLabel('Share off, %').fill('12.5');
		await other.getByRole('button', { name: 'Make the code' }).click();
		await expect(other.getByRole('heading', { name: code })).toBeVisible();
		await expect(page.getByRole('link', { name: new RegExp(code) }).filter({ visible: true })).toBeVisible(soon);
		await other.getByText('Archive this code').click();
		await other.getByRole('button', { name: 'Archive', exact: true }).click();
		await expect(other.getByText('Archived', { exact: true })).toBeVisible();
		await expect(page.getByRole('link', { name: new RegExp(code) }).filter({ visible: true })).toBeHidden();
		await other.context().close();
	});
});

test.describe('a changed price', () => {
	test('is told on an open quote, which asks again', async ({ page }) => {
		const token = await admin();
		await page.goto('/quote?zip=94538&adults=20&addon_edamame=20');
		await awake(page);
		const total = page.getByTestId('quote-total');
		await expect(total).toHaveText(/\$1,2/);
		const before = await total.textContent();
		const now = Number(before?.replaceAll(/[$,]/g, '')) * 100;
		const cents = Math.round((now - 110_000) / 20);
		try {
			await expect(async () => {
				await callAs(token, 'set_price', {
					p_request: { code: 'addon_edamame', unit_cents: cents + 50, reason: 'A journey', confirmed: true }
				}).catch(() => null);
				await expect(page.getByTestId('prices-changed').first()).toBeVisible({ timeout: 3_000 });
			}).toPass();
			await expect(total).not.toHaveText(before ?? '');
		} finally {
			await callAs(token, 'set_price', {
				p_request: { code: 'addon_edamame', unit_cents: cents, reason: 'The journey is over', confirmed: true }
			});
		}
	});

	test('is previewed, confirmed where it is large, kept in the history and scheduled in the panel', async ({ page }, {
		project
	}) => {
		const code = project.name.includes('phone') ? 'addon_noodles' : 'addon_vegetables';
		await enter(page, 'admin@demo.test', `/pricing?code=${code}`);
		await page.waitForLoadState('networkidle');
		await page.getByLabel('New price, $').fill('8.00');
		await expect(page.getByTestId('price-preview')).toContainText('20-guest party in Fremont');
		await page.getByLabel(/^Why/).first().fill('A journey of the panel');
		await page.getByTestId('set-price').click();
		await page.getByTestId('confirm-price').click();
		await expect(page.getByTestId('price-now')).toContainText('$8.00');
		await page.getByLabel('New price, $').fill('8.50');
		await page.getByLabel('From').fill('2027-06-01T08:00');
		await page.getByLabel(/^Why/).first().fill('Next summer');
		await page.getByTestId('set-price').click();
		await expect(page.getByRole('heading', { name: 'Scheduled' })).toBeVisible();
		await page.getByText('Cancel it').click();
		await page.getByLabel(/^Why/).nth(1).fill('Not after all');
		await page.getByRole('button', { name: 'Cancel this price' }).click();
		await expect(page.getByRole('heading', { name: 'Scheduled' })).toBeHidden();
		await page.goto(panel(`/pricing/history?code=${code}`));
		await page.waitForLoadState('networkidle');
		const first = page.locator('article').filter({ hasText: 'Opening price list' });
		await expect(page.getByText('“A journey of the panel”')).toBeVisible();
		await first.getByText('Restore this price').click();
		await first.getByLabel(/^Why/).fill('As it was');
		await first.getByRole('button', { name: 'Set 5.00 again' }).click();
		await expect(page.getByRole('dialog')).toContainText('from $8.00 to $5.00');
		await expect(page.getByText('Restored')).toBeHidden();
		await page.getByTestId('confirm-price').click();
		await expect(page.getByText('Restored')).toBeVisible();
	});

	test('by the day is a rule that the calendar shows', async ({ page }) => {
		const label = `R${crypto.randomUUID().slice(0, 6)}`;
		await enter(page, 'admin@demo.test', '/pricing/rules?month=2031-03');
		await page.waitForLoadState('networkidle');
		await page.getByText('Add a rule').click();
		const form = page.locator('details').filter({ hasText: 'Add a rule' });
		await form.getByLabel('What customers read').fill(label);
		await form.getByLabel('Share, %').fill('10');
		await form.getByLabel('First day').fill('2031-03-10');
		await form.getByLabel('Last day').fill('2031-03-11');
		await form.getByLabel(/^Why/).fill('A journey');
		await form.getByRole('button', { name: 'Add the rule' }).click();
		const rule = page.locator(`[data-rule="${label}"]`);
		await expect(rule).toBeVisible();
		await expect(page.locator('[data-day="2031-03-10"][data-differs]')).toContainText(label);
		await expect(page.locator('[data-day="2031-03-12"][data-differs]')).toHaveCount(0);
		await rule.getByText('End it').click();
		await rule.getByLabel(/^Why/).last().fill('The journey is over');
		await rule.getByRole('button', { name: 'End this rule' }).click();
		await expect(rule).toBeHidden();
	});
});
