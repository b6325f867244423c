import { expect, test, type Locator, type Page } from '@playwright/test';
import { signIn, stackUnderTest } from '../api.ts';
import { callAs, enter, live, panel, rowsAs, someBooking, type Made } from './admin-steps.ts';
import { someFreeSlot } from './booking-steps.ts';
import { soon } from './live.ts';

// The whole day fits, so that nothing scrolls under the mouse.
test.use({ viewport: { width: 1280, height: 1200 } });

const manager = 'manager.fremont@demo.test';
interface Row {
	id: string;
	event_at: string;
	chef_id: string;
}
interface Chef {
	id: string;
	staff: { name: string };
}

const bookingOf = async ({ booking_id }: Made) => {
	const [row] = await rowsAs<Row>(manager, `bookings?id=eq.${booking_id}&select=id,event_at,chef_id`);
	if (!row) throw new Error(`No booking ${booking_id}`);
	return row;
};
const dayOf = (row: Row) =>
	new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Los_Angeles' }).format(new Date(row.event_at));
const chefsOf = () => rowsAs<Chef>(manager, 'chefs?select=id,staff(name)&active=eq.true');

/** Two bookings at one time, each with a chef of its own, and a chef who is free then. */
async function twoAndAFreeChef(): Promise<{ taken: Made; moved: Made; free: Chef }> {
	const token = await signIn(stackUnderTest(), manager);
	for (;;) {
		const taken = await someBooking();
		const { event_at } = await bookingOf(taken);
		const moved = await someBooking({ starts_at: event_at }).catch(() => null);
		if (!moved) continue;
		const answer = await callAs<{ code?: string }>(token, 'assign_chef', {
			p_booking: moved.booking_id,
			p_chef: (await bookingOf(taken)).chef_id
		}).catch((error: unknown) => String(error));
		const [, list = ''] = /"free":\[([^\]]*)\]/.exec(String(answer)) ?? [];
		const own = (await bookingOf(moved)).chef_id;
		const free = (await chefsOf()).find(({ id }) => list.includes(id) && id !== own);
		if (free) return { taken, moved, free };
	}
}

async function openLanes(page: Page, row: Row): Promise<void> {
	await page.goto(panel(`/bookings/calendar?view=chefs&date=${dayOf(row)}&station=fremont`));
	await live(page);
	await expect(eventOf(page, row.id)).toBeVisible();
}

const eventOf = (page: Page, id: string): Locator =>
	page.locator('.ec-event').filter({ has: page.locator(`a[href="/bookings/${id}"]`) });

/** Drags an event by the mouse into the middle of a chef's lane, at its own height. */
async function dragToLane(page: Page, id: string, chef: string): Promise<void> {
	const event = eventOf(page, id);
	await event.scrollIntoViewIfNeeded();
	const from = await event.boundingBox();
	const lane = await page.locator('.ec-col-head').filter({ hasText: chef }).first().boundingBox();
	if (!from || !lane) throw new Error('The calendar is not drawn.');
	const y = from.y + 12;
	await page.mouse.move(from.x + 12, y);
	await page.mouse.down();
	await page.mouse.move(from.x + 30, y, { steps: 4 });
	await page.mouse.move(lane.x + lane.width / 2, y, { steps: 12 });
	await page.mouse.up();
}

test('dragged to a busy chef an event springs back, with the booking that takes the chef; to a free one it moves everywhere', async ({
	page,
	browser
}) => {
	const { taken, moved, free } = await twoAndAFreeChef();
	const before = await bookingOf(moved);
	const { chef_id: takenChef } = await bookingOf(taken);
	const takenBy = (await chefsOf()).find(({ id }) => id === takenChef)?.staff.name ?? '';
	await enter(page, manager);
	await openLanes(page, before);
	const other = await (await browser.newContext()).newPage();
	await enter(other, 'admin@demo.test');
	await openLanes(other, before);

	const lane = await eventOf(page, moved.booking_id).boundingBox();
	await dragToLane(page, moved.booking_id, takenBy);
	await expect(page.getByText(`${takenBy} is taken then by ${taken.reference}`)).toBeVisible();
	await expect.poll(async () => (await eventOf(page, moved.booking_id).boundingBox())?.x).toBeCloseTo(lane?.x ?? 0, 0);
	expect((await bookingOf(moved)).chef_id).toBe(before.chef_id);

	await page.getByRole('button', { name: 'Dismiss' }).first().click();
	const elsewhere = await eventOf(other, moved.booking_id).boundingBox();
	await dragToLane(page, moved.booking_id, free.staff.name);
	await expect(page.getByText(`Given to ${free.staff.name}.`)).toBeVisible();
	expect((await bookingOf(moved)).chef_id).toBe(free.id);
	await expect
		.poll(async () => (await eventOf(other, moved.booking_id).boundingBox())?.x, soon)
		.not.toBeCloseTo(elsewhere?.x ?? 0, 0);

	await page.getByRole('button', { name: 'Undo' }).last().click();
	await expect.poll(async () => (await bookingOf(moved)).chef_id).toBe(before.chef_id);
	await other.context().close();
});

test('without a mouse: the dialog moves an event to another time, which chef and customer see at once', async ({
	page,
	browser
}) => {
	const made = await someBooking();
	const before = await bookingOf(made);
	await enter(page, manager);
	await openLanes(page, before);
	const guest = await (await browser.newContext()).newPage();
	await guest.goto(`${stackUnderTest().APP_URL}/booking-success?token=${encodeURIComponent(made.access_token)}`);
	await guest.waitForLoadState('networkidle');
	await page.getByRole('button', { name: `Move or reassign ${made.name}` }).focus();
	await page.keyboard.press('Enter');
	const dialog = page.getByRole('dialog', { name: 'Move or reassign' });
	const { event_date: day, start_time } = await someFreeSlot('94538');
	await dialog.getByLabel('Day').fill(day);
	await dialog.getByLabel('Start').selectOption(start_time);
	await dialog.getByLabel('Chef').selectOption({ label: 'Any free chef' });
	await dialog.getByRole('button', { name: 'Move' }).click();
	await expect(page.getByText(/Moved to .* The customer gets an e-mail\./)).toBeVisible();
	await expect(dialog).toBeHidden();
	const after = await bookingOf(made);
	expect(dayOf(after)).toBe(day);
	const told = new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeZone: 'America/Los_Angeles' });
	await expect(guest.getByText(told.format(new Date(after.event_at)), { exact: false }).first()).toBeVisible(soon);
	await guest.context().close();
});
