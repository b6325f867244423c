import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What a colour decides: all that another theme can get wrong. */
const ofColours = ['color-contrast', 'link-in-text-block'];

/** Expects that axe finds nothing on the page as it is: all of it in light, and in dark what depends on colours. */
export async function expectClean(page: Page): Promise<void> {
	await expectCleanLayout(page);
	await expectNone(page, 'dark', (axe) => axe.withRules(ofColours));
	// The next page begins as most people see it.
	await page.emulateMedia({ colorScheme: 'light' });
}

/** Expects that axe finds nothing on the page in light. */
export function expectCleanLayout(page: Page): Promise<void> {
	return expectNone(page, 'light', (axe) => axe.withTags(rules));
}

async function expectNone(
	page: Page,
	colorScheme: 'light' | 'dark',
	choose: (axe: AxeBuilder) => AxeBuilder
): Promise<void> {
	await page.emulateMedia({ colorScheme });
	await page.mouse.move(1, 1); // what lies below the first screens comes to life with the first use
	await page.evaluate(() => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted))));
	// In the page itself: no page of ours has frames, and for those axe opens a second page each time.
	const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).setLegacyMode();
	const { violations } = await choose(axe).analyze();
	const found = violations.flatMap(({ id, nodes }) =>
		nodes.map(({ target, any }) => [id, target.join(' '), ...any.map(({ message }) => message)].join(': '))
	);
	const width = page.viewportSize()?.width ?? 0;
	expect.soft(found, `${new URL(page.url()).pathname} in ${colorScheme} at ${width} px`).toEqual([]);
}

/** How many px a page is wider than its window. */
export function sideways(page: Page): Promise<number> {
	return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
