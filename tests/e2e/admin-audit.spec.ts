import { expect, test } from '@playwright/test';
import { request, signIn, stackUnderTest } from '../api.ts';
import { callAs, enter, live, panel, rowsAs, someBooking } from './admin-steps.ts';

const inPanel = async (email: string) => signIn(stackUnderTest(), email);

test('a booking is deleted with a reason, gone from the list, and back by Undo', async ({ page }) => {
	const { booking_id, reference } = await someBooking();
	await enter(page, 'manager.fremont@demo.test', `/bookings/${booking_id}`);
	await live(page);
	await page.getByText('Delete the booking').click();
	await page.getByLabel('Why it is deleted').fill('short');
	await page.getByRole('button', { name: 'Delete', exact: true }).click();
	await expect(page.getByText('Say why, in 10 to 500 characters.').first()).toBeVisible();
	await page.getByLabel('Why it is deleted').fill('Entered twice by mistake');
	await page.getByRole('button', { name: 'Delete', exact: true }).click();
	await expect(page.getByText(/Deleted\. It can be restored until/)).toBeVisible();
	expect(await rowsAs('super_admin@demo.test', `bookings?id=eq.${booking_id}`)).toEqual([]);
	await page.getByRole('button', { name: 'Undo' }).click();
	await expect(page.getByText('Restored.')).toBeVisible();
	expect(await rowsAs('admin@demo.test', `bookings?id=eq.${booking_id}&select=reference`)).toEqual([{ reference }]);
});

test('a deleted booking is restored from the trash, or says who has its chef and who is free', async ({ page }) => {
	const { booking_id, reference } = await someBooking();
	const token = await inPanel('admin@demo.test');
	await callAs(token, 'confirm_booking', { p_booking: booking_id });
	const [booking] = await rowsAs<{ chef_id: string; event_at: string }>(
		'admin@demo.test',
		`bookings?id=eq.${booking_id}&select=chef_id,event_at`
	);
	const gone = { p_table: 'bookings', p_id: booking_id, p_reason: 'Entered twice by mistake' };
	await callAs(token, 'delete_record', gone);
	const other = await someBooking({ starts_at: booking?.event_at });
	await callAs(token, 'assign_chef', { p_booking: other.booking_id, p_chef: booking?.chef_id });

	await enter(page, 'manager.fremont@demo.test', '/trash?table=bookings');
	await page.waitForLoadState('networkidle');
	const item = page.locator(`[data-trash="${booking_id}"]`);
	await expect(item).toContainText(reference);
	await expect(item).toContainText('Entered twice by mistake');
	await expect(item).toContainText('29 days left');
	await item.locator('summary').click();
	await item.getByRole('button', { name: 'Restore' }).click();
	await expect(item.getByText('That chef is taken at that time.')).toBeVisible();
	await expect(item.getByRole('link', { name: other.reference })).toBeVisible();
	await item.getByRole('button', { name: 'Restore with this chef' }).click();
	await expect(page.getByText('Restored.')).toBeVisible();
	await expect(item).toHaveCount(0);
	const [back] = await rowsAs<{ chef_id: string }>('admin@demo.test', `bookings?id=eq.${booking_id}&select=chef_id`);
	expect(back?.chef_id).not.toBe(booking?.chef_id);
});

test('the audit finds a booking’s entries by reference, shows the whole difference and leads to the row', async ({
	page
}) => {
	const { booking_id, reference } = await someBooking();
	const token = await inPanel('admin@demo.test');
	await callAs(token, 'update_booking', {
		p_booking: booking_id,
		p_version: 1,
		p_changes: { notes: 'Ring twice, please' }
	});
	await enter(page, 'admin@demo.test', `/audit?q=${reference}&table=bookings&action=update`);
	await expect(page.locator('tr[data-row]')).toHaveCount(1);
	await page.locator('tr[data-row] a').first().click();
	await expect(page.getByRole('heading', { level: 1, name: 'Changed bookings' })).toBeVisible();
	await expect(page.getByRole('region', { name: 'Changed values' })).toContainText('Ring twice, please');
	await page.getByRole('link', { name: 'Go to the row' }).click();
	await expect(page.getByRole('heading', { level: 1, name: reference })).toBeVisible();
});

test('the audit is paged, filtered by its address, and downloaded as CSV with the chain’s hashes', async ({ page }) => {
	await enter(page, 'admin@demo.test', '/audit');
	await expect(page.locator('tr[data-row]')).toHaveCount(50);
	const first = await page.locator('tr[data-row]').first().getAttribute('data-row');
	await page.getByRole('link', { name: 'Next page' }).click();
	await expect(page).toHaveURL(/after=/);
	await expect(page.locator(`tr[data-row="${first}"]`)).toHaveCount(0);
	const { reference } = await someBooking();
	const answer = await page.request.get(panel(`/audit/export.csv?q=${reference}`));
	expect(answer.headers()['content-type']).toContain('text/csv');
	const lines = (await answer.text()).trim().split('\r\n');
	expect(lines[0]).toContain('Hash');
	expect(lines.length).toBeGreaterThan(1);
});

test('a manager reads the own station’s audit only; a chef and support get neither audit nor trash', async ({
	page,
	browser
}) => {
	await enter(page, 'manager.fremont@demo.test', '/audit');
	await expect(page.locator('tr[data-row]').first()).toBeVisible();
	await expect(page.locator('tr[data-row]').filter({ hasText: 'Sacramento' })).toHaveCount(0);
	await expect(page.getByText('Is it whole?')).toHaveCount(0);
	const other = await (await browser.newContext()).newPage();
	await enter(other, 'support@demo.test');
	for (const path of ['/audit', '/trash']) {
		const answer = await other.goto(panel(path));
		expect(answer?.status()).toBe(403);
		await expect(other.getByText('Your role does not include this page.')).toBeVisible();
	}
	await other.context().close();
});

test('head office checks the chain of a month', async ({ page }) => {
	await enter(page, 'admin@demo.test', '/audit');
	await page.waitForLoadState('networkidle');
	await page.getByText('Check a month').click();
	await page.getByRole('button', { name: 'Check', exact: true }).click();
	await expect(page.getByText(/sealed entries of \d{4}-\d{2} are as they were written/)).toBeVisible();
});

test('a booking’s page tells what it looked like on an earlier day', async ({ page }) => {
	const { booking_id } = await someBooking();
	await enter(page, 'admin@demo.test', `/bookings/${booking_id}?on=2026-01-01`);
	await live(page);
	await expect(page.getByText('It did not exist yet on')).toBeVisible();
	const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Los_Angeles' }).format(new Date());
	await page.getByLabel('What it looked like on').fill(today);
	await page.getByRole('button', { name: 'Show', exact: true }).click();
	await expect(page.locator(`[data-then="${today}"]`)).toContainText('pending');
});

test('new entries appear by themselves, and many at once wait to be shown', async ({ page }) => {
	await enter(page, 'admin@demo.test', '/audit?table=feature_flags');
	await live(page);
	const stack = stackUnderTest();
	const token = await signIn(stack, 'super_admin@demo.test');
	const flip = async (enabled: boolean) =>
		request(stack, '/rest/v1/feature_flags?key=eq.shadow_learning', {
			method: 'PATCH',
			body: JSON.stringify({ enabled }),
			token
		});
	const rows = page.locator('tr[data-row]');
	const first = await rows
		.first()
		.getAttribute('data-row', { timeout: 1000 })
		.catch(() => null);
	await flip(true);
	await expect(rows.first()).toContainText('feature flags');
	await expect(rows.first()).not.toHaveAttribute('data-row', first ?? 'none');
	for (let turn = 0; turn < 5; turn += 1) for (const on of [false, true]) await flip(on);
	await flip(false);
	await expect(page.locator('[data-new-entries]').or(rows.nth(11)).first()).toBeVisible();
	const show = page.getByRole('button', { name: 'Show', exact: true });
	if (await show.isVisible()) await show.click();
	await expect(rows.nth(11)).toBeVisible();
});

test('the trash of an open page follows what is deleted elsewhere', async ({ page }) => {
	const { booking_id, reference } = await someBooking();
	await enter(page, 'admin@demo.test', '/trash?table=bookings');
	await live(page);
	const token = await signIn(stackUnderTest(), 'admin@demo.test');
	await callAs(token, 'delete_record', { p_table: 'bookings', p_id: booking_id, p_reason: 'Booked twice by mistake' });
	await expect(page.locator(`[data-trash="${booking_id}"]`)).toContainText(reference);
	await callAs(token, 'restore_record', { p_table: 'bookings', p_id: booking_id });
	await expect(page.locator(`[data-trash="${booking_id}"]`)).toHaveCount(0);
});
