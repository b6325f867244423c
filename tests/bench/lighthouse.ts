import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch } from 'chrome-launcher';
import lighthouse, { type Result } from 'lighthouse';
import { computeMedianRun } from 'lighthouse/core/lib/median-run.js';
import { browser as testBrowser } from '../browser.ts';
import type { StackStatus } from '../stack.ts';
import type { Figure } from './figures.ts';

const pages = ['/', '/menu', '/quote', '/BookUs', '/contact', '/blog'];
const scores = [
	{ key: 'performance', must: 95, aim: 99 },
	{ key: 'accessibility', must: 100, aim: 100 },
	{ key: 'best-practices', must: 95, aim: 100 },
	{ key: 'seo', must: 100, aim: 100 }
] as const;
const metrics = [
	{ key: 'largest-contentful-paint', what: 'LCP', unit: 'ms', must: 2000, aim: 1200 },
	{ key: 'cumulative-layout-shift', what: 'CLS', unit: 'shift', must: 0.05, aim: 0 },
	{ key: 'total-blocking-time', what: 'TBT', unit: 'ms', must: 150, aim: 50 }
] as const;

/** Lighthouse's own advice against the noise of a machine is the median run of several. */
const runs = 3;

/** Lighthouse (mobile) over the public pages, the median run of each: the worst page counts. */
export async function lighthouseFigures(stack: StackStatus): Promise<Figure[]> {
	const { executablePath, env, args } = await testBrowser();
	const userDataDir = await mkdtemp(join(tmpdir(), 'myhibachi-lighthouse-'));
	const chrome = await launch({
		chromePath: executablePath,
		chromeFlags: args,
		envVars: env as NodeJS.ProcessEnv,
		userDataDir
	});
	try {
		const results: { path: string; score: Record<string, number>; metric: Record<string, number> }[] = [];
		for (const path of pages) {
			const tries: Result[] = [];
			for (let run = 0; run < runs; run += 1) tries.push(await audit(stack.APP_URL + path, chrome.port));
			results.push({ path, ...figuresOf(computeMedianRun(tries)) });
		}
		const worst = (
			value: (result: (typeof results)[number]) => number,
			highest: boolean
		): { measured: number; note: string } => {
			const [result] = results.toSorted((a, b) => (highest ? value(b) - value(a) : value(a) - value(b)));
			return { measured: result ? value(result) : NaN, note: `worst of ${results.length}: ${result?.path ?? '–'}` };
		};
		return [
			...scores.map(({ key, must, aim }): Figure => ({
				what: `Lighthouse ${key}`,
				unit: 'score',
				must,
				aim,
				...worst(({ score }) => score[key] ?? NaN, false)
			})),
			...metrics.map(({ key, what, unit, must, aim }): Figure => ({
				what,
				unit,
				must,
				aim,
				...worst(({ metric }) => metric[key] ?? NaN, true)
			}))
		];
	} finally {
		chrome.kill();
		await rm(userDataDir, { recursive: true, force: true, maxRetries: 5 });
	}
}

async function audit(url: string, port: number): Promise<Result> {
	const result = await lighthouse(url, { port, logLevel: 'error', onlyCategories: scores.map(({ key }) => key) });
	if (!result || result.lhr.runtimeError)
		throw new Error(`Lighthouse could not measure ${url}: ${result?.lhr.runtimeError?.message ?? 'no result'}`);
	return result.lhr;
}

/** The scores (of 100) and the measures of a run; what the page lacks is printed. */
function figuresOf({ requestedUrl, categories, audits }: Result): {
	score: Record<string, number>;
	metric: Record<string, number>;
} {
	for (const { key } of scores) {
		for (const { id } of categories[key]?.auditRefs ?? []) {
			const found = audits[id];
			if (key !== 'performance' && found?.score !== null && found !== undefined && found.score < 1)
				console.info(`  ${requestedUrl} ${key}: ${id} – ${found.title}`);
		}
	}
	return {
		score: Object.fromEntries(scores.map(({ key }) => [key, Math.round((categories[key]?.score ?? NaN) * 100)])),
		metric: Object.fromEntries(metrics.map(({ key }) => [key, audits[key]?.numericValue ?? NaN]))
	};
}
