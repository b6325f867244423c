import { expect, test } from '@playwright/test';
import { signIn, stackUnderTest } from '../api.ts';
import { callAs, enter, live, panel, rowsAs, someBooking } from './admin-steps.ts';

/** A county of its own for each run, so that runs do not meet. */
const county = () => `Test ${crypto.randomUUID().slice(0, 8)}`;

test('an admin adds a rate, changes it from a later day, and archives it; the history says all of it', async ({
	page
}) => {
	const place = county();
	await enter(page, 'admin@demo.test', '/tax');
	await live(page);
	await page.getByText('Add a rate').click();
	await page.getByLabel('County', { exact: true }).last().fill(place);
	await page.getByLabel('Rate in per cent').last().fill('9.125');
	await page.getByLabel('First day').fill('2026-01-01');
	await page.getByLabel('Note').fill('Notice 1');
	await page.getByRole('button', { name: 'Save the rate' }).click();
	await expect(page.getByText('The rate is added.')).toBeVisible();

	await page.getByRole('searchbox').fill(place);
	await expect(page).toHaveURL(/q=Test/);
	await page
		.getByRole('link', { name: new RegExp(place) })
		.locator('visible=true')
		.click();
	await expect(page.getByRole('heading', { level: 2, name: '9.125 %' })).toBeVisible();

	await page.getByText('Save a new version').first().click();
	await page.getByLabel('Rate in per cent').fill('9.5');
	await page.getByLabel('First day').fill('2026-07-01');
	await page.getByLabel('Note').fill('Notice 2');
	await page.getByRole('button', { name: 'Save the new version' }).click();
	const history = page.getByRole('list', { name: 'History' });
	await expect(history).toContainText('9.125 % → 9.5 % from 2026-07-01');
	await expect(history).toContainText('9.125 % ends on 2026-06-30');

	await page.getByText('Archive it').click();
	await page.getByLabel('Reason').fill('Made for a test only');
	await page.getByRole('button', { name: 'Archive', exact: true }).click();
	await expect(history).toContainText('9.125 % archived');
});

test('a file is imported whole or not at all, and says the line of what is wrong', async ({ page }) => {
	const place = county();
	const head = 'state,county,city,zips,rate_percent,effective_from,effective_to,note';
	const file = (...lines: string[]) => ({
		name: 'rates.csv',
		mimeType: 'text/csv',
		buffer: Buffer.from([head, ...lines].join('\n'))
	});
	await enter(page, 'admin@demo.test', '/tax/import');
	await page.waitForLoadState('networkidle');
	await page
		.getByLabel('CSV file')
		.setInputFiles(file(`CA,${place},,,7.25,2026-01-01,,Note`, `CA,${place},,,lots,2026-02-01,,Note`));
	await page.getByRole('button', { name: 'Check the file' }).click();
	await expect(page.getByText('Line 3, rate percent')).toBeVisible();

	await page
		.getByLabel('CSV file')
		.setInputFiles(file(`CA,${place},,,7.25,2026-01-01,,Note`, `CA,${place},,,7.5,2026-02-01,,Note`));
	await page.getByRole('button', { name: 'Check the file' }).click();
	await expect(page.getByRole('status').filter({ hasText: '1 new, 1 changed' })).toBeVisible();
	expect(await rowsAs('admin@demo.test', `tax_rates?county=eq.${encodeURIComponent(place)}`)).toEqual([]);
	await page.getByRole('button', { name: 'Import all rows' }).click();
	await expect(page.getByText('All of it is imported.')).toBeVisible();
	expect(await rowsAs('admin@demo.test', `tax_rates?county=eq.${encodeURIComponent(place)}`)).toHaveLength(2);
});

test('a booking in a county without a rate shows on the open page, and is settled there', async ({ page }) => {
	await enter(page, 'admin@demo.test', '/tax');
	await live(page);
	const { reference } = await someBooking(
		{ venue: { line1: '1 Oak Street', city: 'Davis', state: 'CA', zip: '95616' }, zip: '95616' },
		'95616'
	);
	const row = page.locator(`[data-flagged="${reference}"]`);
	await expect(row).toContainText('There is no rate for that county and day');
	await row.getByText('Set county or rate').click();
	await row.getByLabel('Rate in per cent').fill('8.25');
	await row.getByLabel('How you know').fill('The county told us by phone');
	await row.getByRole('button', { name: 'Settle' }).click();
	await expect(page.getByText(/Settled: \$[\d.,]+ of tax for Yolo/)).toBeVisible();
	await expect(row).toHaveCount(0);
});

test('the report adds up, opens its orders, and comes as CSV and by mail; only a super admin has it', async ({
	page
}) => {
	await enter(page, 'super_admin@demo.test', '/tax/report?from=2020-01-01&to=2022-01-01');
	await expect(page.getByText('No confirmed or completed event in this time.')).toBeVisible();
	await page.goto(panel('/tax/report'));
	await live(page);
	const report = await callAs<{ rows: { county: string }[]; total: { tax_cents: number } }>(
		await signIn(stackUnderTest(), 'super_admin@demo.test'),
		'tax_report',
		await page.evaluate(() => ({
			p_from: document.querySelector<HTMLInputElement>('[name=from]')?.value,
			p_to: document.querySelector<HTMLInputElement>('[name=to]')?.value
		}))
	);
	const total = (report.total.tax_cents / 100).toLocaleString('en-US', { style: 'currency', currency: 'USD' });
	await expect(page.getByTestId('report-total')).toContainText(total);
	await page.locator(`[data-county="${report.rows[0]?.county}"]`).getByRole('link').first().click();
	await expect(page.getByRole('list', { name: 'Orders' }).getByRole('listitem').first()).toContainText('MH-');

	const download = page.waitForEvent('download');
	await page.getByRole('link', { name: 'CSV', exact: true }).click();
	expect((await download).suggestedFilename()).toMatch(/^tax-\d{4}.*\.csv$/);
	await page.getByRole('button', { name: 'E-mail it to me' }).click();
	await expect(page.getByText('The report is on its way to super_admin@demo.test.')).toBeVisible();

	await page.context().clearCookies();
	await enter(page, 'admin@demo.test', '/tax/report');
	await expect(page.getByText('Your role does not include this page.')).toBeVisible();
});
