import { expect, test, type Page } from '@playwright/test';
import { signIn, stackUnderTest } from '../api.ts';
import { until } from '../until.ts';
import { callAs, enter, live, panel, rowsAs } from './admin-steps.ts';
import { soon } from './live.ts';

const mainLinks = (page: Page) => page.getByRole('navigation', { name: 'Main' });
const someEmail = (who: string) => `${who}.${crypto.randomUUID().slice(0, 8)}@example.test`;

/** The newest link of the mails to an address that leads where it should. */
async function mailedLink(to: string, path: string): Promise<string> {
	let link: string | undefined;
	await until(
		async () => {
			const answer = await fetch(`${stackUnderTest().MAIL_URL}/api/messages?to=${encodeURIComponent(to)}`);
			const mails = (await answer.json()) as { links: string[] }[];
			link = mails.flatMap(({ links }) => links).find((url) => new URL(url).pathname.startsWith(path));
			return link !== undefined;
		},
		{ timeoutMs: 20_000, what: `a mail to ${to} with a link to ${path}` }
	);
	return link ?? '';
}

async function tryPassword(page: Page, email: string, password: string): Promise<void> {
	await page.getByLabel('E-mail').fill(email);
	await page.getByLabel('Password', { exact: true }).fill(password);
	const answered = page.waitForResponse((response) => response.request().method() === 'POST');
	await page.getByRole('button', { name: 'Sign in', exact: true }).click();
	await answered;
}

test('a change of what a role may do changes the navigation of an open window within a second', async ({
	page,
	browser
}) => {
	const other = await browser.newContext();
	const theirs = await other.newPage();
	await enter(theirs, 'support@demo.test');
	await live(theirs);
	const link = mainLinks(theirs).getByRole('link', { name: 'Jobs' });
	await expect(link).toHaveCount(0);

	await enter(page, 'super_admin@demo.test', '/roles');
	await live(page);
	const toggle = page.getByRole('button', { name: 'Customer support: jobs.read' });
	await expect(toggle).toHaveAttribute('aria-pressed', 'false');
	try {
		for (const [pressed, count] of [
			['true', 1],
			['false', 0]
		] as const) {
			const saved = page.waitForResponse((response) => response.request().method() === 'POST');
			await toggle.click();
			await saved;
			await expect(link).toHaveCount(count, soon);
			await expect(toggle).toHaveAttribute('aria-pressed', pressed);
		}
	} finally {
		const token = await signIn(stackUnderTest(), 'super_admin@demo.test');
		await fetch(
			`${stackUnderTest().API_URL}/rest/v1/role_permissions?role=eq.customer_support&permission=eq.jobs.read`,
			{
				method: 'DELETE',
				headers: { apikey: stackUnderTest().PUBLISHABLE_KEY, authorization: `Bearer ${token}` }
			}
		);
		await other.close();
	}
});

test('who is invited joins by the mailed link and works at once', async ({ page, browser }) => {
	const email = someEmail('noa');
	await enter(page, 'super_admin@demo.test', '/users');
	await live(page);
	await page.getByText('Invite somebody').click();
	await page.getByLabel('E-mail', { exact: true }).fill(email);
	await page.getByLabel('Name (optional)').fill('Noa New');
	await page.locator('form').getByLabel('Role', { exact: true }).last().selectOption('station_manager');
	await page.getByLabel('Station', { exact: true }).last().selectOption({ label: 'Fremont' });
	await page.getByRole('button', { name: 'Send the invitation' }).click();
	await expect(page.getByRole('list', { name: 'Open invitations' }).getByText(email)).toBeVisible();

	const context = await browser.newContext();
	const theirs = await context.newPage();
	await theirs.goto(await mailedLink(email, '/invite/'));
	await expect(theirs.getByText('You are invited as Station manager · Fremont.')).toBeVisible();
	await theirs.waitForLoadState('networkidle');
	await theirs.getByRole('button', { name: 'E-mail me a link to sign in' }).click();
	await expect(theirs.getByText('Look into your mailbox')).toBeVisible();
	await theirs.goto(await mailedLink(email, '/auth/confirm'));
	await expect(mainLinks(theirs).getByRole('link', { name: 'Bookings' })).toBeVisible();
	await expect(page.getByRole('list', { name: 'Open invitations' }).getByText(email)).toHaveCount(0);
	await expect(page.locator('tbody').getByText(email)).toBeVisible();

	const [granted] = await rowsAs<{ actor: string }>(
		'super_admin@demo.test',
		`audit_log?table_name=eq.user_roles&action=eq.insert&order=occurred_at.desc&limit=1&select=actor`
	);
	expect(granted?.actor).toMatch(/^user:/);
	await context.close();
});

test('an invitation that was taken back opens nothing', async ({ page }) => {
	const email = someEmail('gone');
	const token = await signIn(stackUnderTest(), 'super_admin@demo.test');
	const { id } = await callAs<{ id: string }>(token, 'invite_staff', { p_email: email, p_role: 'admin' });
	const link = await mailedLink(email, '/invite/');
	await callAs(token, 'revoke_invitation', { p_invitation: id });
	await page.goto(link);
	await expect(page.getByText('This invitation was taken back')).toBeVisible();
	await page.goto(panel('/invite/no-such-token'));
	await expect(page.getByText('This invitation is not known.')).toBeVisible();
});

test('a role is given and taken after a question, and nobody changes the own', async ({ page }) => {
	await enter(page, 'super_admin@demo.test', '/users?q=support%40demo.test');
	await live(page);
	await page.locator('tbody').getByRole('link').first().click();
	await page.getByText('Give a role').click();
	await page.getByLabel('Role', { exact: true }).selectOption('station_manager');
	await page.getByLabel('Station', { exact: true }).selectOption({ label: 'Sacramento' });
	await page.getByRole('button', { name: 'Give the role' }).click();
	const given = page.locator('summary', { hasText: 'Station manager · Sacramento' });
	await expect(given).toBeVisible();
	await given.click();
	const deed = page.locator('details', { has: given });
	await expect(deed.getByText('at once, in every open window')).toBeVisible();
	await deed.getByRole('button', { name: 'Take the role away' }).click();
	await expect(given).toHaveCount(0);

	await page.goto(panel('/users?q=super_admin'));
	await page.locator('tbody').getByRole('link').first().click();
	await expect(page.getByText('Nobody changes the own roles.')).toBeVisible();
	await expect(page.getByText('Give a role')).toHaveCount(0);
});

test('an admin sees users and roles, but changes neither', async ({ page }) => {
	await enter(page, 'admin@demo.test', '/users');
	await expect(page.locator('tbody').getByText('support@demo.test')).toBeVisible();
	await expect(page.getByText('Invite somebody')).toHaveCount(0);
	const csv = await page.request.get(panel('/users/export.csv?q=support%40demo'));
	expect(await csv.text()).toContain('Customer support,support@demo.test');
	await page.goto(panel('/roles'));
	await expect(page.getByText('Read the audit log')).toBeVisible();
	await expect(page.getByRole('button', { name: /: audit\.read$/ })).toHaveCount(0);
	const refused = await page.request.post(panel('/roles?/toggle'), {
		form: { toggle: 'admin users.manage on' },
		headers: { origin: new URL(panel('/')).origin }
	});
	expect(refused.status()).toBe(403);
});

test('the preview says what a role will see', async ({ page }) => {
	await enter(page, 'admin@demo.test', '/roles?preview=chef&at=fremont');
	await expect(page.getByRole('list', { name: 'Pages of the role' })).toHaveText('My events');
	await expect(page.getByText(/^Nothing of: .*bookings/)).toBeVisible();
	await page.waitForLoadState('networkidle');
	await page.getByLabel('Role to preview').selectOption('station_manager');
	await expect(page.getByRole('list', { name: 'Pages of the role' })).toContainText('Bookings');
	await expect(page.locator('[data-preview=station_manager]')).toContainText('bookings');
});

test('the fifth wrong password locks an e-mail, with or without an account, and says for how long', async ({
	page
}) => {
	const email = someEmail('nobody');
	await page.goto(panel('/login'));
	await page.waitForLoadState('networkidle');
	for (let attempt = 1; attempt <= 5; attempt += 1) {
		await tryPassword(page, email, `wrong-${attempt}`);
		await expect(page.getByText('E-mail address or password is wrong.')).toBeVisible();
	}
	await tryPassword(page, email, 'wrong-6');
	await expect(page.getByText('Too many wrong passwords. Wait 15 minutes')).toBeVisible();
});

test('a person sees the own sign-ins, the failed ones as well', async ({ page }) => {
	await page.goto(panel('/login'));
	await page.waitForLoadState('networkidle');
	await tryPassword(page, 'manager.sacramento@demo.test', 'not-mine');
	await enter(page, 'manager.sacramento@demo.test');
	await page.locator('summary', { hasText: 'Account of' }).click();
	await page.getByRole('link', { name: 'Your account' }).click();
	await expect(page.getByText('Signed in by password').first()).toBeVisible();
	await expect(page.getByText('Wrong password').first()).toBeVisible();
	await expect(page.getByText('Chrome on').first()).toBeVisible();
});
