import { defineConfig, devices } from '@playwright/test';
import { browser } from './tests/browser.ts';
import type { StackStatus } from './tests/stack.ts';

const { executablePath, env, args } = await browser();
const status = process.env.TEST_STACK ? (JSON.parse(process.env.TEST_STACK) as StackStatus) : null;

const switches = '**/switches.spec.ts';

/** Tests run against a stack that is already up (`tests/run.ts` starts one); without one, against the default ports. */
export default defineConfig({
	testDir: 'tests',
	testMatch: ['e2e/**/*.spec.ts', 'visual/**/*.spec.ts', 'a11y/**/*.spec.ts'],
	outputDir: 'test-results',
	snapshotPathTemplate: '{testDir}/visual/__screens__/{projectName}/{arg}{ext}',
	fullyParallel: false,
	workers: Number(process.env.TEST_WORKERS ?? 2),
	// A shared CI machine stalls at times; a test that passes only when repeated is reported as flaky.
	retries: process.env.CI ? 2 : 0,
	forbidOnly: Boolean(process.env.CI),
	timeout: 60_000,
	expect: { timeout: 10_000, toHaveScreenshot: { maxDiffPixelRatio: 0.001, animations: 'disabled', caret: 'hide' } },
	reporter: process.env.TEST_REPORT ? [['list'], ['json', { outputFile: process.env.TEST_REPORT }]] : [['list']],
	use: {
		baseURL: status?.APP_URL ?? 'http://127.0.0.1:5173',
		locale: 'en-US',
		timezoneId: 'America/Los_Angeles',
		// Keeping a trace of everything costs a third of the time; a machine that repeats a failure keeps that one.
		trace: process.env.CI ? 'on-first-retry' : 'retain-on-failure',
		launchOptions: { executablePath, env, args }
	},
	projects: [
		{ name: 'desktop', use: { ...devices['Desktop Chrome'] }, testIgnore: switches },
		// What differs on a phone: layout and touch. The panel's pages are looked at in both widths at once.
		{
			name: 'phone',
			use: { ...devices['Pixel 7'] },
			testIgnore: ['**/admin*.spec.ts', '**/account.spec.ts', '**/site.spec.ts', '**/a11y/panel.spec.ts', switches]
		},
		{
			name: 'tablet',
			use: { ...devices['iPad (gen 7)'], defaultBrowserType: 'chromium' },
			testMatch: ['e2e/booking.spec.ts', 'e2e/admin-bookings.spec.ts'],
			grep: /a visitor books|open list/
		},
		// Flags are the whole house's: runs alone, after the others.
		{ name: 'switches', use: { ...devices['Desktop Chrome'] }, testMatch: switches }
	]
});
