import { expect, test, type Page } from '@playwright/test';
import { rpc, signIn, stackUnderTest } from '../api.ts';
import { awake, bookedByApi, someFreeSlot, someGuest } from './booking-steps.ts';
import { linkIn, mailTo } from './mail.ts';

async function register(page: Page, email: string): Promise<void> {
	await page.goto('/register');
	await page.getByLabel('Name').fill('Robin Rivera');
	await page.getByLabel('E-mail').fill(email);
	await page.getByLabel('Password').fill('a long enough password');
	await page.getByRole('button', { name: 'Make my account' }).click();
	await expect(page.getByText('One step left')).toBeVisible();
	const mail = await mailTo(email, ({ text }) => text.includes('/auth/confirm'));
	await page.goto(linkIn(mail, '/auth/confirm'));
	await expect(page).toHaveURL(/\/account$/);
}

test.describe('the account', () => {
	test('opens by password and closes by signing out', async ({ page }) => {
		await page.goto('/account');
		await expect(page).toHaveURL(/\/login\?next=%2Faccount$/);
		await page.getByLabel('E-mail').fill('customer@demo.test');
		await page.getByLabel('Password').fill('hibachi-demo');
		await page.getByRole('button', { name: 'Sign in', exact: true }).click();
		await expect(page.getByRole('heading', { name: 'Your dinners' })).toBeVisible();
		await page.getByRole('button', { name: 'Sign out' }).click();
		await expect(page).toHaveURL(/\/$/);
		await page.goto('/account');
		await expect(page).toHaveURL(/\/login/);
	});

	test('a wrong password says so without telling whether the address is known', async ({ page }) => {
		for (const email of ['customer@demo.test', 'nobody.at.all@demo.test']) {
			await page.goto('/login');
			await page.getByLabel('E-mail').fill(email);
			await page.getByLabel('Password').fill('not the password');
			await page.getByRole('button', { name: 'Sign in', exact: true }).click();
			await expect(page.getByText('E-mail and password do not match')).toBeVisible();
			await expect(page.getByLabel('E-mail')).toHaveValue(email);
		}
	});

	test('dinners booked as a guest are there once the address is confirmed; details can be changed', async ({
		page
	}) => {
		const { email } = someGuest();
		const slot = await someFreeSlot();
		await bookedByApi(slot, { contact: { name: 'Robin', email, phone: someGuest().phone, sms_consent: false } });
		await register(page, email);
		await expect(page.getByRole('link', { name: /Held for you/ })).toHaveCount(1);
		await expect(page.getByTestId('booking-money')).toContainText('Nothing paid yet');
		await expect(page.getByRole('link', { name: 'Pay the $100 deposit' })).toHaveAttribute('href', /^\/payment\//);
		await page.getByLabel('Phone').fill('(510) 222-3344');
		await page.getByRole('button', { name: 'Save' }).click();
		await expect(page.getByText('Your details are saved.').first()).toBeVisible();
		await page.reload();
		await expect(page.getByLabel('Phone')).toHaveValue('(510) 222-3344');
	});

	test('says what is paid and what is due for each dinner, and leads to where it is paid', async ({ page }) => {
		await page.goto('/login?next=/account');
		await page.getByLabel('E-mail').fill('customer@demo.test');
		await page.getByLabel('Password').fill('hibachi-demo');
		await page.getByRole('button', { name: 'Sign in', exact: true }).click();
		const row = page.getByTestId('booking-money').filter({ hasText: 'Deposit paid' }).first();
		await expect(row).toContainText(/Deposit paid, \$[\d,.]+ due/);
		const due = /\$[\d,.]+\d/.exec((await row.textContent()) ?? '')?.[0] ?? '';
		await row.getByRole('link', { name: 'Pay the balance' }).click();
		await expect(page.getByRole('heading', { name: 'Pay for your dinner' })).toBeVisible();
		await expect(page.getByTestId('amount-due')).toContainText(due);
	});

	test('a link by e-mail signs in without a password and goes on to where one wanted', async ({ page }) => {
		const { email } = someGuest();
		await page.goto('/login?next=/quote');
		await page.getByLabel('E-mail').fill(email);
		await page.getByRole('button', { name: 'E-mail me a link instead' }).click();
		await expect(page.getByText('Look in your inbox')).toBeVisible();
		const mail = await mailTo(email, ({ text }) => text.includes('/auth/confirm'));
		const link = linkIn(mail, '/auth/confirm');
		await page.goto(link);
		await expect(page).toHaveURL(/\/quote$/);
		await page.context().clearCookies();
		await page.goto(link);
		await expect(page.getByText('That link was used or is too old')).toBeVisible();
	});

	test('a forgotten password is replaced by a link', async ({ page }) => {
		const { email } = someGuest();
		await register(page, email);
		await page.getByRole('button', { name: 'Sign out' }).click();
		await page.goto('/auth/reset');
		await page.getByLabel('E-mail').fill(email);
		await page.getByRole('button', { name: 'Send me the link' }).click();
		await expect(page.getByText('Look in your inbox')).toBeVisible();
		const mail = await mailTo(email, ({ text }) => text.includes('type=recovery'));
		await page.goto(linkIn(mail, '/auth/confirm'));
		await page.getByLabel('New password').fill('another good password');
		await page.getByRole('button', { name: 'Save it' }).click();
		await expect(page.getByText('Your new password is saved.')).toBeVisible();
	});

	test('an own dinner is moved and cancelled from the account', async ({ page }) => {
		const stack = stackUnderTest();
		const { email } = someGuest();
		const [slot, other] = [await someFreeSlot(), await someFreeSlot()];
		await bookedByApi(slot, { contact: { name: 'Robin', email, phone: someGuest().phone, sms_consent: false } });
		await register(page, email);
		await page.getByRole('link', { name: /Held for you/ }).click();
		await awake(page);

		await page.getByText('Move it to another time').click();
		await page.getByTestId('new-date').fill(other.event_date);
		await page.getByTestId('new-time').selectOption(other.start_time);
		await page.getByTestId('reschedule-booking').click();
		await page.getByTestId('reschedule-confirm').click();
		await expect(page.getByText('Your dinner is moved to')).toBeVisible();
		const token = await signIn(stack, email, 'a long enough password');
		const headers = { apikey: stack.PUBLISHABLE_KEY, authorization: `Bearer ${token}` };
		await expect
			.poll(async () => {
				const answer = await fetch(`${stack.API_URL}/rest/v1/bookings?select=event_at`, { headers });
				return ((await answer.json()) as { event_at: string }[]).map(({ event_at }) => Date.parse(event_at));
			})
			.toEqual([Date.parse(other.starts_at)]);
		await page.reload();
		await awake(page);

		await page.getByText('Cancel this booking').click();
		await page.getByTestId('cancel-booking').click();
		await expect(page.getByTestId('cancel-reason')).toBeFocused();
		await page.getByTestId('cancel-reason').fill('The grill party became a picnic');
		await page.getByTestId('cancel-booking').click();
		await page.getByTestId('cancel-confirm').click();
		await expect(page.getByTestId('booking-status')).toHaveText('Cancelled');
		await expect(page.getByRole('link', { name: 'Book it again' })).toHaveAttribute('href', /zip=94538&adults=10/);
	});

	test("somebody else's dinner can not be opened", async ({ page }) => {
		const slot = await someFreeSlot();
		const link = await bookedByApi(slot);
		const opened = await rpc<{ booking_id: string }>(stackUnderTest(), 'get_booking', {
			p_token: new URL(link, 'http://site.test').searchParams.get('token')
		});
		await register(page, someGuest().email);
		const answer = await page.goto(`/account/bookings/${opened.body.booking_id}`);
		expect(answer?.status()).toBe(404);
	});
});

test('the page of a booking is told to nobody: no referrer, no search engine, 404 for a wrong link', async ({
	page
}) => {
	const link = await bookedByApi(await someFreeSlot());
	const answer = await page.goto(link);
	expect(answer?.headers()['referrer-policy']).toBe('same-origin');
	expect(answer?.headers()['x-robots-tag']).toBe('noindex');
	const file = await page.request.get(link.replace('?', '/calendar.ics?'));
	expect(await file.text()).toContain('BEGIN:VEVENT');
	expect((await page.goto(`${link.slice(0, -3)}AAA`))?.status()).toBe(404);
});
