import { expect, test, type WebSocketRoute } from '@playwright/test';
import { signIn, stackUnderTest } from '../api.ts';
import { callAs, enter, live, panel, rowsAs, someBooking } from './admin-steps.ts';
import { someFreeSlot } from './booking-steps.ts';
import { soon } from './live.ts';

test('a booking made elsewhere is on an open list within a second', async ({ page }) => {
	await enter(page, 'support@demo.test', '/bookings?sort=-created_at');
	await live(page);
	const { reference, name } = await someBooking();
	const row = page.locator('tr[data-row]').filter({ hasText: reference });
	await expect(row).toBeVisible(soon);
	await expect(row).toContainText(name);
	await expect(page.locator('tr[data-row]').first()).toContainText(reference);
});

test('a live booking appears only where the list’s filter wants it', async ({ page, context }) => {
	await enter(page, 'support@demo.test');
	const other = await context.newPage();
	await page.goto(panel('/bookings?sort=-created_at&station=fremont'));
	await other.goto(panel('/bookings?sort=-created_at&station=sacramento'));
	await Promise.all([live(page), live(other)]);
	const { reference } = await someBooking();
	await expect(page.locator('tr[data-row]').filter({ hasText: reference })).toBeVisible(soon);
	await expect(other.getByText(reference)).toHaveCount(0);
});

test('after a cut connection, with more changes than are ever replayed, the list equals the database', async ({
	page
}) => {
	let isCut = false;
	const sockets = new Set<WebSocketRoute>();
	await page.routeWebSocket(/\/realtime\/v1\/websocket/, (socket) => {
		if (isCut) return void socket.close();
		sockets.add(socket);
		socket.connectToServer();
	});
	await enter(page, 'admin@demo.test', '/bookings?station=san-jose');
	await live(page);
	isCut = true;
	for (const socket of sockets) await socket.close();
	await expect(page.getByText('Reconnecting…')).toBeVisible();

	const token = await signIn(stackUnderTest(), 'admin@demo.test');
	const [station] = await rowsAs<{ id: string }>('admin@demo.test', 'stations?slug=eq.san-jose&select=id');
	const made = [];
	for (let n = 0; n < 4; n += 1) {
		const venue = { line1: '1 Test Street', line2: '', city: 'San Jose', state: 'CA', zip: '95112' };
		made.push(await someBooking({ zip: '95112', venue }, '95112'));
	}
	let version = 1;
	for (let n = 0; n < 24; n += 1) {
		const change = {
			p_booking: made[0]?.booking_id,
			p_version: version,
			p_changes: { contact: { name: `Name ${n}` } }
		};
		version = (await callAs<{ version: number }>(token, 'update_booking', change)).version;
	}
	await callAs(token, 'cancel_booking', { p_booking: made[1]?.booking_id, p_reason: 'Missed while cut off' });
	await callAs(token, 'confirm_booking', { p_booking: made[2]?.booking_id });

	isCut = false;
	await live(page);
	const today = new Date();
	today.setHours(0, 0, 0, 0);
	const truth = async () =>
		(
			await rowsAs<{ id: string; status: string }>(
				'admin@demo.test',
				`bookings?select=id,status&station_id=eq.${station?.id}&event_at=gte.${today.toISOString()}&order=event_at,id&limit=20`
			)
		).map(({ id, status }) => `${id} ${status}`);
	const screen = () =>
		page
			.locator('tr[data-row]')
			.evaluateAll((rows) =>
				rows.map((row) => `${row.getAttribute('data-row')} ${row.lastElementChild?.textContent?.trim().toLowerCase()}`)
			);
	await expect(async () => expect(await screen()).toEqual(await truth())).toPass();
	expect(made.length + 24 + 2).toBeGreaterThan(25);
});

test('a booking is cancelled with a reason, which its page and its timeline then tell', async ({ page }) => {
	const { booking_id, reference } = await someBooking();
	await enter(page, 'admin@demo.test', `/bookings/${booking_id}`);
	await expect(page.getByRole('heading', { level: 1, name: reference })).toBeVisible();
	await live(page);
	await page.locator('summary', { hasText: 'Cancel the booking' }).click();
	await page.getByLabel('Reason').fill('x');
	await page.getByRole('button', { name: 'Cancel the booking' }).click();
	await expect(page.getByText('Tell us why, in 3 to 500 characters.')).toBeVisible();
	await page.getByLabel('Reason').fill('Rain is forecast');
	await page.getByRole('button', { name: 'Cancel the booking' }).click();
	await expect(page.getByText('This booking is cancelled')).toBeVisible();
	await expect(page.getByText('Cancelled: Rain is forecast')).toBeVisible();
	await expect(page.getByRole('heading', { name: 'Do', exact: true })).toHaveCount(0);
});

test('a pending booking is confirmed by hand, and another open screen sees it without a reload', async ({
	page,
	context
}) => {
	const { booking_id } = await someBooking();
	await enter(page, 'admin@demo.test');
	const other = await context.newPage();
	for (const screen of [page, other]) {
		await screen.goto(panel(`/bookings/${booking_id}`));
		await live(screen);
	}
	await page.locator('summary', { hasText: 'Confirm' }).click();
	await page.getByRole('button', { name: 'The deposit is here, confirm' }).click();
	for (const screen of [page, other])
		await expect(screen.getByText('Confirmed', { exact: true }).first()).toBeVisible();
});

test('two people who edit one booking never overwrite each other', async ({ page, browser }) => {
	const { booking_id } = await someBooking();
	await enter(page, 'admin@demo.test');
	const second = await (await browser.newContext()).newPage();
	await enter(second, 'support@demo.test');
	for (const screen of [page, second]) {
		await screen.goto(panel(`/bookings/${booking_id}`));
		await live(screen);
	}
	await expect(page.getByText('Sam Okafor is here')).toBeVisible();
	await second.getByLabel('Street').fill('2 Second Street');
	await page.getByRole('textbox', { name: 'Notes' }).fill('Two nut allergies');
	await page.getByRole('button', { name: 'Save' }).click();
	await expect(page.getByText('Saved.')).toBeVisible();
	await second.getByRole('button', { name: 'Save' }).click();
	await expect(second.getByText('Saved.')).toBeVisible();
	await expect(second.getByRole('textbox', { name: 'Notes' })).toHaveValue('Two nut allergies');

	await second.getByRole('textbox', { name: 'Notes' }).fill('Mine');
	await page.getByRole('textbox', { name: 'Notes' }).fill('Theirs');
	await page.getByRole('button', { name: 'Save' }).click();
	await expect(second.getByText('Somebody else just saved this.')).toBeVisible();
	await second.getByRole('button', { name: 'Save' }).click();
	await expect(second.getByText('Somebody else changed this while you were typing.')).toBeVisible();
	await expect(second.getByText('Theirs', { exact: true })).toBeVisible();
	await expect(second.getByRole('textbox', { name: 'Notes' })).toHaveValue('Mine');
	await second.context().close();
});

test('staff book for a customer at the price of the site', async ({ page }) => {
	await enter(page, 'support@demo.test');
	await page.goto(
		panel('/bookings/new?zip=94538&adults=10&children=2&item.upgrade_lobster=4&item.upgrade_filet=2&from=2027-03-01')
	);
	await page.waitForLoadState('networkidle');
	await expect(page.getByText('$680.00')).toBeVisible();
	await page.locator('label:has(input[name=starts_at]:enabled)').first().click();
	const unique = crypto.randomUUID().slice(0, 8);
	await page.getByLabel('Name', { exact: true }).fill(`Robin ${unique}`);
	await page.getByLabel('E-mail').fill(`robin.${unique}@example.test`);
	await page.getByLabel('Phone', { exact: true }).fill('510 555 0188');
	await page.getByLabel('Street', { exact: true }).fill('1 Main Street');
	await page.getByRole('button', { name: 'Book', exact: true }).click();
	await expect(page.getByRole('heading', { level: 1, name: /^MH-/ })).toBeVisible();
	await expect(page.getByText(`Robin ${unique}`).first()).toBeVisible();
});

test('staff see the price of the chosen time, and book at another one only when they say so', async ({ page }) => {
	const zip = '95814';
	const slot = await someFreeSlot(zip);
	const token = await signIn(stackUnderTest(), 'admin@demo.test');
	const [station] = await rowsAs<{ id: string }>('admin@demo.test', 'stations?slug=eq.sacramento&select=id');
	const { rule_id } = await callAs<{ rule_id: string }>(token, 'save_price_rule', {
		p_request: {
			label: 'Busy day',
			first_day: slot.event_date,
			last_day: slot.event_date,
			station_id: station?.id,
			rate: 0.1,
			reason: 'A journey'
		}
	});
	try {
		await enter(page, 'support@demo.test', `/bookings/new?zip=${zip}&adults=20&from=${slot.event_date}`);
		await page.waitForLoadState('networkidle');
		const unique = crypto.randomUUID().slice(0, 8);
		const fields = {
			Name: `Robin ${unique}`,
			'E-mail': `robin.${unique}@example.test`,
			Phone: '510 555 0188',
			Street: '1 Main Street'
		};
		for (const [label, text] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(text);
		await page.locator(`label:has(input[value="${slot.starts_at}"])`).click();
		await expect(page.getByTestId('priced-for')).toContainText(String(Number(slot.event_date.slice(8))));
		await expect(page.getByText('$1,210.00').first()).toBeVisible();
		await callAs(token, 'end_price_rule', { p_rule: rule_id, p_reason: 'The journey goes on' });

		await page.getByRole('button', { name: 'Book', exact: true }).click();
		await expect(page.getByTestId('price-changed')).toContainText('costs $1,100.00 now; it was $1,210.00');
		await expect(page.getByText('$1,210.00')).toHaveCount(1);
		for (const [label, text] of Object.entries(fields))
			await expect(page.getByLabel(label, { exact: true })).toHaveValue(text);
		await page.getByRole('button', { name: 'Book at $1,100.00' }).click();
		await expect(page.getByRole('heading', { level: 1, name: /^MH-/ })).toBeVisible();
		await expect(page.getByText('$1,100.00').first()).toBeVisible();
	} finally {
		await callAs(token, 'end_price_rule', { p_rule: rule_id, p_reason: 'The journey is over' }).catch(() => null);
	}
});

test('a list as CSV holds the same bookings', async ({ page }) => {
	await enter(page, 'support@demo.test');
	const { reference } = await someBooking();
	const answer = await page.request.get(panel(`/bookings/export.csv?q=${reference}`));
	expect(answer.headers()['content-type']).toContain('text/csv');
	const lines = (await answer.text()).trim().split('\r\n');
	expect(lines).toHaveLength(2);
	expect(lines[1]).toContain(reference);
});
