import { gzipSync } from 'node:zlib';
import { chromium } from '@playwright/test';
import { browser as testBrowser } from '../browser.ts';
import { bookingRequest, rpc, slots } from '../api.ts';
import type { StackStatus } from '../stack.ts';
import type { Figure } from './figures.ts';

const budgets = [
	{ path: '/', must: 80, aim: 45 },
	{ path: '/menu', must: 70, aim: 40 },
	{ path: '/quote', must: 80, aim: 50 },
	{ path: '/BookUs', must: 110, aim: 70 },
	{ path: '/blog', must: 70, aim: 40 }
];

/** JavaScript that a first visit loads, in kB after gzip (1 kB = 1,000 bytes), by what the browser really fetched. */
export async function pageWeights(stack: StackStatus): Promise<Figure[]> {
	const { executablePath, env, args } = await testBrowser();
	const browser = await chromium.launch({ executablePath, env, args });
	try {
		const figures: Figure[] = [];
		for (const { path, must, aim } of budgets) {
			figures.push({
				what: `JS on first load, gzip: ${path}`,
				measured: await weigh(stack.APP_URL + path),
				unit: 'kB',
				must,
				aim
			});
		}
		figures.push({
			what: 'JS on first load, gzip: payment',
			measured: await weigh(stack.APP_URL + (await somePayment(stack))),
			unit: 'kB',
			must: 90,
			aim: 60
		});
		figures.push({
			what: 'JS on first load, gzip: admin dashboard',
			measured: await weigh(stack.ADMIN_URL, stack),
			unit: 'kB',
			must: 180,
			aim: 120
		});
		return figures;
	} finally {
		await browser.close();
	}

	async function weigh(url: string, signInTo?: StackStatus): Promise<number> {
		const context = await browser.newContext();
		const page = await context.newPage();
		if (signInTo) {
			await page.goto(`${signInTo.ADMIN_URL}/login`);
			await page.getByLabel('E-mail').fill('admin@demo.test');
			await page.getByLabel('Password', { exact: true }).fill('hibachi-demo');
			await page.getByRole('button', { name: 'Sign in', exact: true }).click();
			await page.waitForURL((at) => !at.pathname.startsWith('/login'));
		}
		// A fresh page, so that nothing counts as already loaded.
		const visit = await context.newPage();
		// By address: a page fetches its scripts first and runs them then, from the cache that is off here.
		const bodies = new Map<string, Promise<number>>();
		visit.on('response', (response) => {
			if (!/javascript/.test(response.headers()['content-type'] ?? '')) return;
			bodies.set(
				response.url(),
				response.body().then(
					(body) => gzipSync(body).length,
					() => 0
				)
			);
		});
		const client = await context.newCDPSession(visit);
		await client.send('Network.setCacheDisabled', { cacheDisabled: true });
		await visit.goto(url);
		await visit.waitForLoadState('networkidle');
		const bytes = (await Promise.all(bodies.values())).reduce((sum, size) => sum + size, 0);
		await context.close();
		return bytes / 1000;
	}
}

/** The payment page of a dinner that was just booked. */
async function somePayment(stack: StackStatus): Promise<string> {
	const free = (await slots(stack)).find(({ capacity }) => capacity > 0);
	const booked = await rpc<{ booking_id: string; access_token: string }>(stack, 'create_booking', {
		p_request: bookingRequest({ starts_at: free?.starts_at ?? '' })
	});
	if (booked.status !== 200) throw new Error(`create_booking answered ${booked.status} ${JSON.stringify(booked.body)}`);
	return `/payment/${booked.body.booking_id}?token=${booked.body.access_token}`;
}
