import { crc32, deflateSync } from 'node:zlib';
import { expect, test } from '@playwright/test';
import { slots, stackUnderTest } from '../api.ts';
import { enter, rowsAs } from './admin-steps.ts';

const chefEmail = 'chef.sacramento@demo.test';
const managerEmail = 'manager.sacramento@demo.test';

/** A picture as a phone's camera gives it, though small: one colour, as PNG. */
function picture(): Buffer {
	const side = 8;
	const chunk = (type: string, data: Buffer): Buffer => {
		const named = Buffer.concat([Buffer.from(type), data]);
		const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
		length.writeUInt32BE(data.length);
		sum.writeUInt32BE(crc32(named));
		return Buffer.concat([length, named, sum]);
	};
	const head = Buffer.alloc(13);
	head.writeUInt32BE(side, 0);
	head.writeUInt32BE(side, 4);
	head.set([8, 2], 8);
	const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(side * 3, 0xb0)]);
	return Buffer.concat([
		Buffer.from('89504e470d0a1a0a', 'hex'),
		chunk('IHDR', head),
		chunk('IDAT', deflateSync(Buffer.concat(Array.from({ length: side }, () => row)))),
		chunk('IEND', Buffer.alloc(0))
	]);
}

test('a chef puts up a photo, which the office sees and other stations do not, and takes it down', async ({
	page,
	browser
}) => {
	test.slow();
	await enter(page, chefEmail);
	await page.getByRole('link', { name: 'My days and photo' }).click();
	await page.waitForLoadState('networkidle');
	const photo = page.getByRole('img', { name: /^Photo of / });
	await page
		.getByLabel(/^(Another p|P)hoto$/)
		.setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: picture() });
	await page.getByRole('button', { name: /^(Upload|Replace)$/ }).click();
	await expect(photo).toBeVisible();
	await expect.poll(() => photo.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0);

	const office = await (await browser.newContext()).newPage();
	await enter(office, managerEmail);
	await office.goto(page.url());
	await expect(office.getByRole('img', { name: /^Photo of / })).toBeVisible();
	await office.context().clearCookies();
	await enter(office, 'manager.fremont@demo.test');
	expect((await office.request.get(page.url())).status()).toBe(404);
	await office.context().close();

	await page.getByRole('button', { name: 'Remove the photo' }).click();
	await expect(photo).toHaveCount(0);
});

test('what is no picture is refused, and says so', async ({ page }) => {
	await enter(page, chefEmail);
	await page.getByRole('link', { name: 'My days and photo' }).click();
	await page.waitForLoadState('networkidle');
	await page
		.getByLabel(/^(Another p|P)hoto$/)
		.setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: Buffer.from('not a picture') });
	await page.getByRole('button', { name: /^(Upload|Replace)$/ }).click();
	await expect(page.getByRole('alert').first()).toBeVisible();
});

test('a chef’s day off takes them out of that day, and gives them back when it is taken away', async ({ page }) => {
	const ahead = 334;
	const capacity = async () =>
		(await slots(stackUnderTest(), '95814', ahead, ahead)).reduce((most, slot) => Math.max(most, slot.capacity), 0);
	const [slot] = await slots(stackUnderTest(), '95814', ahead, ahead);
	const day = slot?.event_date ?? '';
	const before = await capacity();
	expect(before).toBeGreaterThan(0);
	await enter(page, chefEmail);
	await page.getByRole('link', { name: 'My days and photo' }).click();
	await page.waitForLoadState('networkidle');
	await page.getByLabel('Day', { exact: true }).fill(day);
	await page.getByLabel('Reason', { exact: true }).fill('My sister marries');
	await page.getByRole('button', { name: 'Add', exact: true }).click();
	const line = page.getByRole('listitem').filter({ hasText: 'My sister marries' });
	await expect(line).toContainText('Off');
	expect(await capacity()).toBe(before - 1);
	const seen = () => rowsAs<{ reason: string }>(managerEmail, `chef_exceptions?on_date=eq.${day}&select=reason`);
	expect(await seen()).toEqual([{ reason: 'My sister marries' }]);

	await line.getByRole('button', { name: /^Take away / }).click();
	await expect(line).toHaveCount(0);
	expect(await capacity()).toBe(before);
	expect(await seen()).toEqual([]);
});
