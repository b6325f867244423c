import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { adminPages, adminPageStates, pageStates, publicPages } from '../pages.ts';
import { enter, panel, rowsAs, someBooking } from '../e2e/admin-steps.ts';
import { cards, confirmedDinner, openPage, payWith, someDinner, toCardPage } from '../e2e/payment-steps.ts';

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

test.use({ contextOptions: { reducedMotion: 'reduce' } });

/** What a colour decides: all that another theme can get wrong. */
const ofColours = ['color-contrast', 'link-in-text-block'];

/** Expects that axe finds nothing on the page as it is: all of it in light, and in dark what depends on colours. */
async function clean(page: Page): Promise<void> {
	await lacks(page, 'light', (axe) => axe.withTags(rules));
	await lacks(page, 'dark', (axe) => axe.withRules(ofColours));
	// The next page begins as most people see it.
	await page.emulateMedia({ colorScheme: 'light' });
}

async function lacks(
	page: Page,
	colorScheme: 'light' | 'dark',
	choose: (axe: AxeBuilder) => AxeBuilder
): Promise<void> {
	await page.emulateMedia({ colorScheme });
	await page.evaluate(() => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted))));
	// In the page itself: no page of ours has frames, and for those axe opens a second page each time.
	const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).setLegacyMode();
	const { violations } = await choose(axe).analyze();
	const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
	const width = page.viewportSize()?.width ?? 0;
	expect.soft(found, `${new URL(page.url()).pathname} in ${colorScheme} at ${width} px`).toEqual([]);
}

for (const path of [...publicPages, ...pageStates]) {
	test(`${path} has nothing that axe objects to`, async ({ page }) => {
		await page.goto(path);
		await page.waitForLoadState('networkidle');
		await clean(page);
	});
}

test('paying has nothing that axe objects to', async ({ page }) => {
	test.slow();
	const [held, confirmed] = [await someDinner(), await confirmedDinner()];
	for (const path of [held.path, `${confirmed.path}&tip=custom&custom=lots`, `${held.path}&way=zelle`]) {
		await openPage(page, path);
		await clean(page);
	}
});

test('what was paid has nothing that axe objects to', async ({ page }) => {
	test.slow();
	await openPage(page, (await someDinner()).path);
	await toCardPage(page);
	await payWith(page, cards.good);
	await expect(page).toHaveURL(/\/payment\/success/);
	// another journey may hold the card company's word back for a while
	await expect(page.getByTestId('payment-success')).toBeVisible({ timeout: 40_000 });
	await clean(page);
});

test('the chef view has nothing that axe objects to', async ({ page }) => {
	await enter(page, 'chef.fremont@demo.test');
	await expect(page.getByRole('heading', { level: 1, name: 'My events' })).toBeVisible();
	const days = await page.getByRole('link', { name: 'My days and photo' }).getAttribute('href');
	for (const path of ['/chef', days ?? '']) {
		await page.goto(panel(path));
		await expect(page.getByRole('main')).toBeVisible();
		await clean(page);
	}
});

// The pages of one record are known only while it runs, so these come by their place in the list; a handful a test, so that none
// takes as long as all together.
const placeholders = { booking: '', lead: '', chef: '' };
const panelPages = (ids: typeof placeholders): string[] => [...adminPages, ...adminPageStates(ids)];
for (const { first, from, to } of handfuls(panelPages(placeholders)))
	test(`the panel at ${first} and after has nothing that axe objects to, at a desk or on a phone`, async ({ page }, {
		project
	}) => {
		test.slow();
		test.skip(project.name !== 'desktop', 'both widths are looked at here');
		await enter(page, 'super_admin@demo.test');
		const [lead] = await rowsAs<{ id: string }>('admin@demo.test', 'leads?select=id&limit=1');
		const [chef] = await rowsAs<{ id: string }>('admin@demo.test', 'chefs?select=id&limit=1');
		const { booking_id: booking } = await someBooking();
		for (const path of panelPages({ booking, lead: lead?.id ?? '', chef: chef?.id ?? '' }).slice(from, to)) {
			await page.setViewportSize({ width: 1280, height: 900 });
			await page.goto(panel(path));
			await page.waitForLoadState('networkidle');
			await clean(page);
			await page.setViewportSize({ width: 375, height: 812 });
			await lacks(page, 'light', (axe) => axe.withTags(rules));
			expect.soft(await sideways(page), `${path} scrolls sideways at 375 px`).toBeLessThanOrEqual(0);
		}
	});

test('every public page says its language, has one h1 and headings in order', async ({ page }) => {
	for (const path of publicPages) {
		await page.goto(path);
		expect(await page.locator('html').getAttribute('lang'), path).toBe('en');
		const levels = await page
			.locator('h1, h2, h3, h4, h5, h6')
			.evaluateAll((headings) => headings.map(({ tagName }) => Number(tagName[1])));
		expect(
			levels.filter((level) => level === 1),
			path
		).toHaveLength(1);
		for (const [index, level] of levels.entries())
			expect(level, `${path}, heading ${index + 1}`).toBeLessThanOrEqual((levels[index - 1] ?? 0) + 1);
	}
});

test('the first Tab on a page offers to skip to its content', async ({ page }) => {
	await page.goto('/');
	await page.keyboard.press('Tab');
	await expect(page.locator(':focus')).toContainText(/skip to/i);
	await page.keyboard.press('Enter');
	await expect(page.locator(':focus')).toHaveAttribute('id', /.+/);
});

test('no page scrolls sideways at 320 px, which is 200 % zoom on a phone', async ({ page }) => {
	await page.setViewportSize({ width: 320, height: 640 });
	for (const path of publicPages) {
		await page.goto(path);
		expect(await sideways(page), path).toBeLessThanOrEqual(0);
	}
});

/** How many px a page is wider than its window. */
function sideways(page: Page): Promise<number> {
	return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

function handfuls(paths: readonly string[], size = 7): { first: string; from: number; to: number }[] {
	return Array.from({ length: Math.ceil(paths.length / size) }, (_, n) => ({
		first: paths[n * size] ?? '',
		from: n * size,
		to: (n + 1) * size
	}));
}
