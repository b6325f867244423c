import { expect, test } from '@playwright/test';
import { enter, panel } from './admin-steps.ts';

const office = ['Dashboard', 'Bookings', 'Calendar', 'Leads', 'Customers', 'Chefs', 'Stations', 'Menu'];
const roles = [
	{ email: 'super_admin@demo.test', pages: [...office, 'Feature flags', 'Users'], refused: [] },
	{ email: 'admin@demo.test', pages: [...office, 'Feature flags', 'Users'], refused: ['/chef'] },
	{ email: 'support@demo.test', pages: office, refused: ['/flags', '/users', '/roles', '/scaling', '/jobs', '/chef'] },
	{
		email: 'manager.fremont@demo.test',
		pages: office,
		refused: ['/flags', '/users', '/roles', '/scaling', '/jobs', '/chef']
	},
	{
		email: 'chef.fremont@demo.test',
		pages: ['My events'],
		refused: ['/bookings', '/bookings/new', '/leads', '/customers', '/chefs', '/stations', '/menu', '/flags']
	},
	{ email: 'customer@demo.test', pages: [], refused: ['/', '/bookings', '/leads', '/chefs', '/flags', '/chef'] }
];
/** What each of the pages is called in the navigation. */
const labels: Record<string, string> = {
	'/': 'Dashboard',
	'/bookings': 'Bookings',
	'/leads': 'Leads',
	'/customers': 'Customers',
	'/chefs': 'Chefs',
	'/stations': 'Stations',
	'/menu': 'Menu',
	'/flags': 'Feature flags',
	'/users': 'Users',
	'/roles': 'Roles',
	'/scaling': 'Scaling health',
	'/jobs': 'Jobs',
	'/chef': 'My events'
};

for (const { email, pages, refused } of roles) {
	test(`${email} sees the navigation of the role, and other addresses are refused by the server`, async ({ page }) => {
		await enter(page, email);
		const navigation = page.getByRole('navigation', { name: 'Main' });
		for (const label of pages) await expect(navigation.getByRole('link', { name: label, exact: true })).toBeVisible();
		for (const path of refused) {
			const label = labels[path];
			if (label) await expect(navigation.getByRole('link', { name: label, exact: true })).toHaveCount(0);
			const answer = await page.request.get(panel(path), { maxRedirects: 0 });
			expect(answer.status(), path).toBe(403);
		}
	});
}

test('a customer is told that this is no staff account, and can sign in with another', async ({ page }) => {
	await enter(page, 'customer@demo.test');
	await expect(page.getByText('customer@demo.test is not a staff account.')).toBeVisible();
	await page.getByRole('button', { name: 'Sign in with another account' }).click();
	await expect(page).toHaveURL(/\/login$/);
});

test('who is signed out is sent to sign in, and then to the page they wanted', async ({ page }) => {
	await page.goto(panel('/bookings?status=pending'));
	await expect(page).toHaveURL(/\/login\?next=/);
	await page.waitForLoadState('networkidle');
	await page.getByLabel('E-mail').fill('support@demo.test');
	await page.getByLabel('Password', { exact: true }).fill('hibachi-demo');
	await page.getByRole('button', { name: 'Sign in', exact: true }).click();
	await expect(page).toHaveURL(panel('/bookings?status=pending'));
});

test('a wrong password says so, keeps the e-mail and tells nothing about the account', async ({ page }) => {
	await page.goto(panel('/login?next=//evil.test'));
	await page.waitForLoadState('networkidle');
	await page.getByLabel('E-mail').fill('nobody@demo.test');
	await page.getByLabel('Password', { exact: true }).fill('wrong-password');
	await page.getByRole('button', { name: 'Sign in', exact: true }).click();
	await expect(page.getByText('E-mail address or password is wrong.')).toBeVisible();
	await expect(page.getByLabel('E-mail')).toHaveValue('nobody@demo.test');
});

test('a session is out of reach of scripts', async ({ page }) => {
	await enter(page, 'admin@demo.test');
	const cookies = (await page.context().cookies(panel('/'))).filter(({ name }) => name.startsWith('sb-admin'));
	expect(cookies.length).toBeGreaterThan(0);
	for (const cookie of cookies) expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax' });
	expect(await page.evaluate(() => document.cookie)).not.toContain('sb-admin');
	expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toMatch(/eyJ|sb-admin/);
});

test('signing in and the first list work without JavaScript', async ({ browser }) => {
	const context = await browser.newContext({ javaScriptEnabled: false });
	const page = await context.newPage();
	await page.goto(panel('/login?next=/bookings'));
	await page.getByLabel('E-mail').fill('support@demo.test');
	await page.getByLabel('Password', { exact: true }).fill('hibachi-demo');
	await page.getByRole('button', { name: 'Sign in', exact: true }).click();
	await expect(page.getByRole('heading', { level: 1, name: 'Bookings' })).toBeVisible();
	await expect(page.locator('[data-row]').first()).toBeAttached();
	await context.close();
});

test('a station manager finds only the own station', async ({ page }) => {
	await enter(page, 'manager.sacramento@demo.test', '/bookings?when=all');
	const stations = await page.locator('tbody tr td:nth-child(6)').allInnerTexts();
	expect(stations.length).toBeGreaterThan(0);
	expect(new Set(stations)).toEqual(new Set(['Sacramento']));
});
