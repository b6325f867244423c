import { expect, test } from '@playwright/test';
import { adminPages, adminPageStates } from '../pages.ts';
import { enter, panel, rowsAs, someBooking } from '../e2e/admin-steps.ts';
import { expectClean, expectCleanLayout, sideways } from './axe.ts';

test.use({ contextOptions: { reducedMotion: 'reduce' } });

// The pages of one record are known only while it runs, so these come by their place in the list; a handful a test, so that none
// takes as long as all together.
const placeholders = { booking: '', lead: '', chef: '' };
const panelPages = (ids: typeof placeholders): string[] => [...adminPages, ...adminPageStates(ids)];
for (const { first, from, to } of handfuls(panelPages(placeholders)))
	test(`the panel at ${first} and after has nothing that axe objects to, at a desk or on a phone`, async ({ page }) => {
		test.slow();
		await enter(page, 'super_admin@demo.test');
		const [lead] = await rowsAs<{ id: string }>('admin@demo.test', 'leads?select=id&limit=1');
		const [chef] = await rowsAs<{ id: string }>('admin@demo.test', 'chefs?select=id&limit=1');
		const { booking_id: booking } = await someBooking();
		for (const path of panelPages({ booking, lead: lead?.id ?? '', chef: chef?.id ?? '' }).slice(from, to)) {
			await page.setViewportSize({ width: 1280, height: 900 });
			await page.goto(panel(path));
			await page.waitForLoadState('networkidle');
			await expectClean(page);
			await page.setViewportSize({ width: 375, height: 812 });
			await expectCleanLayout(page);
			expect.soft(await sideways(page), `${path} scrolls sideways at 375 px`).toBeLessThanOrEqual(0);
		}
	});

function handfuls(paths: readonly string[], size = 7): { first: string; from: number; to: number }[] {
	return Array.from({ length: Math.ceil(paths.length / size) }, (_, n) => ({
		first: paths[n * size] ?? '',
		from: n * size,
		to: (n + 1) * size
	}));
}
