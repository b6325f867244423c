import { expect, test } from '@playwright/test';
import { request, stackUnderTest } from '../api.ts';
import { enter, live, panel, rowsAs, someBooking } from './admin-steps.ts';
import { soon } from './live.ts';

/** A number that nobody else has. */
const somePhone = () => `+1510${200 + Math.floor(Math.random() * 700)}${1000 + Math.floor(Math.random() * 9000)}`;

/** Books as a guest of a number; the name is new each time. */
async function someCustomer(phone: string) {
	const key = crypto.randomUUID().slice(0, 8);
	const name = `Twin ${key}`;
	const contact = { name, email: `twin.${key}@example.test`, phone, sms_consent: false };
	const { booking_id, reference } = await someBooking({}, '94538', contact);
	const [row] = await rowsAs<{ customer_id: string }>(
		'admin@demo.test',
		`bookings?id=eq.${booking_id}&select=customer_id`
	);
	return { id: row?.customer_id ?? '', name, reference, email: contact.email };
}

test('a customer is found by name, by number and by booking, and is on an open list at once', async ({ page }) => {
	await enter(page, 'support@demo.test', '/customers');
	await live(page);
	const phone = somePhone();
	const { id, name, reference } = await someCustomer(phone);
	const row = page.locator(`tr[data-row="${id}"]`);
	await expect(row).toContainText(name, soon);
	for (const text of [name, phone, reference]) {
		await page.getByRole('searchbox').fill(text);
		await expect(page).toHaveURL(/q=/);
		await expect(page.locator('tr[data-row]')).toHaveCount(1);
		await expect(row).toBeVisible();
	}
	await row.getByRole('link').click();
	await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
	await expect(page.getByRole('link', { name: reference })).toBeVisible();
	const csv = await page.request.get(panel(`/customers/export.csv?q=${encodeURIComponent(name)}`));
	expect(await csv.text()).toContain(name);
});

test('edits in two windows are merged, and both see a note that the customer never does', async ({ page, context }) => {
	const { id, name } = await someCustomer(somePhone());
	test.slow();
	await enter(page, 'support@demo.test');
	const other = await context.newPage();
	for (const window of [page, other]) {
		await window.goto(panel(`/customers/${id}`));
		await live(window);
	}
	await other.getByLabel('Notes that the customer sees').fill('No sesame');
	await page.getByLabel('Name', { exact: true }).fill(`${name} Jr.`);
	await page.getByRole('button', { name: 'Save' }).first().click();
	await expect(other.getByText('Somebody else just saved this.')).toBeVisible();
	await other.getByRole('button', { name: 'Save' }).first().click();
	await expect(page.getByLabel('Notes that the customer sees')).toHaveValue('No sesame');
	await expect(page.getByLabel('Name', { exact: true })).toHaveValue(`${name} Jr.`);

	await page.getByLabel('New note').fill('Pays in cash');
	await page.getByRole('button', { name: 'Add note' }).click();
	await expect(other.getByText('Pays in cash').first()).toBeVisible();
	await expect(other.getByText(/^Sam Okafor, /)).toBeVisible();
});

test('one person entered twice becomes one again, with every booking', async ({ page, context }) => {
	test.slow();
	const phone = somePhone();
	const [keep, merge] = [await someCustomer(phone), await someCustomer(phone)];
	await enter(page, 'admin@demo.test');
	const other = await context.newPage();
	await other.goto(panel(`/customers/${merge.id}`));
	await live(other);
	await page.goto(panel(`/customers/${keep.id}`));
	await live(page);
	await expect(page.getByText('same phone')).toBeVisible();
	await page.getByRole('link', { name: `Merge… ${merge.name}` }).click();
	const dialog = page.getByRole('dialog', { name: 'Merge two customers' });
	await expect(dialog.getByText('1 booking of')).toBeVisible();
	await expect(dialog.getByText('can’t be undone')).toBeVisible();
	await dialog.getByRole('radio', { name: merge.email }).check();
	await dialog.getByLabel('Why they are the same').fill('short');
	await dialog.getByRole('button', { name: 'Merge' }).click();
	await expect(dialog.getByText('Say why, in 10 to 500 characters.')).toBeVisible();
	await expect(dialog.getByRole('radio', { name: merge.email })).toBeChecked();
	await dialog.getByLabel('Why they are the same').fill('The same family, booked twice');
	await dialog.getByRole('button', { name: 'Merge' }).click();
	await expect(dialog).toHaveCount(0);
	await expect(page.getByText('1 booking moved here.')).toBeVisible();
	for (const { reference } of [keep, merge]) await expect(page.getByRole('link', { name: reference })).toBeVisible();
	await expect(page.getByLabel('E-mail', { exact: true })).toHaveValue(merge.email);
	// The other one's open page follows to the one that stays, and so does its address.
	await expect(other.getByRole('heading', { level: 1, name: keep.name })).toBeVisible();
	await page.goto(panel(`/customers/${merge.id}`));
	await expect(page).toHaveURL(panel(`/customers/${keep.id}`));
});

test('two whom nobody suggested are found by search and merged', async ({ page }) => {
	const [keep, merge] = [await someCustomer(somePhone()), await someCustomer(somePhone())];
	await enter(page, 'admin@demo.test', `/customers/${keep.id}`);
	await live(page);
	const search = page.getByRole('searchbox', { name: 'Find another customer to merge' });
	await search.fill('Nobody Of That Name');
	await page.getByRole('button', { name: 'Find' }).click();
	await expect(page.getByText('Nobody else has “Nobody Of That Name”', { exact: false })).toBeVisible();
	await search.fill(merge.email);
	await page.getByRole('button', { name: 'Find' }).click();
	await expect(page).toHaveURL(/[?]same=/);
	await page
		.getByRole('list', { name: 'Found' })
		.getByRole('link', { name: `Merge… ${merge.name}` })
		.click();
	const dialog = page.getByRole('dialog', { name: 'Merge two customers' });
	await dialog.getByLabel('Why they are the same').fill('Called from a new number and address');
	await dialog.getByRole('button', { name: 'Merge' }).click();
	await expect(dialog).toHaveCount(0);
	await expect(page.getByRole('link', { name: merge.reference })).toBeVisible();
});

test('a manager reads customers of the own station and changes nothing', async ({ page }) => {
	const { id, name } = await someCustomer(somePhone());
	await enter(page, 'manager.fremont@demo.test', `/customers/${id}`);
	await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
	await expect(page.getByRole('button', { name: 'Save' })).toHaveCount(0);
	await page.context().clearCookies();
	await enter(page, 'manager.sacramento@demo.test');
	expect((await page.request.get(panel(`/customers/${id}`))).status()).toBe(404);
});

test('a customer whom no station knows is live too, to head office', async ({ page }) => {
	await enter(page, 'admin@demo.test');
	const email = `walkin.${crypto.randomUUID().slice(0, 8)}@example.test`;
	await page.goto(panel(`/customers?q=${email}`));
	await live(page);
	const answer = await request<[{ id: string }]>(stackUnderTest(), '/rest/v1/customers', {
		method: 'POST',
		key: stackUnderTest().SECRET_KEY,
		headers: { prefer: 'return=representation' },
		body: JSON.stringify({ name: 'Walk-in', email })
	});
	expect(answer.status).toBe(201);
	await expect(page.getByRole('link', { name: /Walk-in/ }).first()).toBeVisible(soon);
});

test('the palette jumps to a customer', async ({ page }) => {
	const { id, name, email } = await someCustomer(somePhone());
	await enter(page, 'support@demo.test');
	await live(page);
	await page.keyboard.press('Control+k');
	await page.keyboard.type(name);
	await page.getByRole('option').filter({ hasText: email }).click();
	await expect(page).toHaveURL(panel(`/customers/${id}`));
});

test('a station opens, is edited with what is wrong at the field, and asks before coming bookings are left as they are', async ({
	page
}) => {
	test.slow();
	await someBooking();
	await enter(page, 'admin@demo.test', '/stations');
	await live(page);
	const name = `Town ${crypto.randomUUID().slice(0, 6)}`;
	await page.getByText('Open a station').click();
	await page.getByLabel('Name', { exact: true }).fill(name);
	await page.getByLabel('Base ZIP code').fill('00000');
	await page.getByRole('button', { name: 'Open', exact: true }).click();
	await expect(page.getByText('Check the five digits.').first()).toBeVisible();
	await page.getByLabel('Base ZIP code').fill('93721');
	await page.getByRole('button', { name: 'Open', exact: true }).click();
	await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
	await expect(page.getByText('Fresno, CA')).toBeVisible();
	await page.getByLabel('Another time').fill('18:30');
	await page.getByRole('button', { name: 'Add', exact: true }).click();
	await expect(page.getByRole('button', { name: 'Remove 6:30 PM' })).toBeVisible();
	await page.getByLabel('Length of an event').fill('10');
	await page.getByLabel('Length of an event').evaluate((input: HTMLInputElement) => input.removeAttribute('min'));
	await page.getByRole('button', { name: 'Save' }).click();
	await expect(page.getByText('Enter 30 to 720 minutes.').first()).toBeVisible();
	await page.getByLabel('Length of an event').fill('150');
	await page.getByRole('button', { name: 'Save' }).click();
	await expect(page.getByText('Saved. It holds for new bookings')).toBeVisible();

	const [fremont] = await rowsAs<{ id: string; event_minutes: number }>(
		'admin@demo.test',
		'stations?slug=eq.fremont&select=id,event_minutes'
	);
	await page.goto(panel(`/stations/${fremont?.id}`));
	await live(page);
	for (const minutes of [130, fremont?.event_minutes ?? 120]) {
		await page.getByLabel('Length of an event').fill(String(minutes));
		await page.getByRole('button', { name: 'Save' }).click();
		await page.getByRole('checkbox', { name: /coming bookings? keeps? (its|their) time/ }).check();
		await page.getByRole('button', { name: 'Save' }).click();
		await expect(page.getByRole('checkbox')).toHaveCount(0);
		await expect(page.getByLabel('Length of an event')).toHaveValue(String(minutes));
	}
});

test('what an editor changes on the menu is on the site, in the order that was chosen', async ({ page, context }) => {
	test.slow();
	await enter(page, 'admin@demo.test', '/menu/new');
	await page.waitForLoadState('networkidle');
	const name = `Wagyu ${crypto.randomUUID().slice(0, 6)}`;
	await page.getByLabel('Name').fill(name);
	await page.getByLabel('Kind').selectOption('upgrade');
	await page.getByRole('button', { name: 'Add to the menu' }).click();
	await expect(page.getByText('Upgrades and add-ons need a price.').first()).toBeVisible();
	await page.getByLabel('Price').selectOption('upgrade_filet');
	await page.getByRole('checkbox', { name: 'Soy' }).check();
	await page.getByRole('button', { name: 'Add to the menu' }).click();
	await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
	await expect(page.getByRole('checkbox', { name: 'Soy' })).toBeChecked();

	const site = await context.newPage();
	const onSite = async (seen: boolean) =>
		expect(async () => {
			await site.goto(`${stackUnderTest().APP_URL}/menu`);
			await expect(site.getByRole('heading', { name, exact: true })).toHaveCount(seen ? 1 : 0, { timeout: 500 });
		}).toPass({ timeout: 20_000 });
	await onSite(true);

	const list = await context.newPage();
	await list.goto(panel('/menu'));
	await live(list);
	const upgrades = list.getByRole('region', { name: 'Upgrades' }).getByRole('listitem');
	const place = async () => (await upgrades.allInnerTexts()).findIndex((text) => text.includes(name));
	const before = await place();
	await list.getByRole('button', { name: `Move ${name} up` }).press('Enter');
	await expect.poll(place).toBe(before - 1);
	await expect(list.getByRole('button', { name: `Move ${name} up` })).toBeFocused();

	await page.getByText('Delete the menu item').click();
	await page.getByLabel('Why it is deleted').fill('Only for this test');
	await page.getByRole('button', { name: 'Delete', exact: true }).click();
	await expect(upgrades.filter({ hasText: name })).toHaveCount(0);
	await onSite(false);
});
