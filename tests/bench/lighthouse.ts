import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch } from 'chrome-launcher';
import lighthouse, { type Result } from 'lighthouse';
import { browser as testBrowser } from '../browser.ts';
import type { StackStatus } from '../stack.ts';
import { percentile, type Figure } from './figures.ts';

const pages = ['/', '/menu', '/quote', '/BookUs', '/contact', '/blog'];
const categories = ['performance', 'accessibility', 'best-practices', 'seo'] as const;

type Measure = Omit<Figure, 'measured' | 'note'> & { of: (result: Result) => number };

const score = (category: (typeof categories)[number], must: number, aim: number): Measure => ({
	what: `Lighthouse ${category}`,
	unit: 'score',
	must,
	aim,
	of: (result) => (result.categories[category]?.score ?? NaN) * 100
});
const metric = (what: string, audit: string, unit: Figure['unit'], must: number, aim: number): Measure => ({
	what,
	unit,
	must,
	aim,
	of: (result) => result.audits[audit]?.numericValue ?? NaN
});
const measures: Measure[] = [
	score('performance', 95, 99),
	score('accessibility', 100, 100),
	score('best-practices', 95, 100),
	score('seo', 100, 100),
	metric('LCP', 'largest-contentful-paint', 'ms', 2000, 1200),
	metric('CLS', 'cumulative-layout-shift', 'shift', 0.05, 0),
	metric('TBT', 'total-blocking-time', 'ms', 150, 50)
];

/** Lighthouse's own advice against the noise of a machine: five runs and their median. */
const runs = 5;

/**
 * Lighthouse (mobile) over the public pages, for each measure its median; the worst page counts, and the note tells its
 * runs. Not Lighthouse's "median run": it is chosen by first paint and interactivity, so its TBT may be the highest of all.
 */
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
		const results = new Map<string, Result[]>();
		for (const path of pages) {
			const tries: Result[] = [];
			for (let run = 0; run < runs; run += 1) tries.push(await audit(stack.APP_URL + path, chrome.port));
			if (tries[0]) printFailures(tries[0]);
			results.set(path, tries);
		}
		return measures.map(({ of, ...measure }) => ({ ...measure, ...worst(results, of, measure.unit === 'score') }));
	} finally {
		chrome.kill();
		await rm(userDataDir, { recursive: true, force: true, maxRetries: 5 });
	}
}

/** The median of the page where it is worst, and every run of that page. */
function worst(
	results: Map<string, Result[]>,
	of: Measure['of'],
	higherIsBetter: boolean
): Pick<Figure, 'measured' | 'note'> {
	const medians = [...results].map(([path, tries]) => ({ path, tries, median: percentile(tries.map(of), 50) }));
	const [page] = medians.toSorted((a, b) => (higherIsBetter ? a.median - b.median : b.median - a.median));
	if (!page) return { measured: NaN };
	const seen = page.tries.map(of).map((value) => value.toFixed(value > 0 && value < 1 ? 2 : 0));
	return { measured: page.median, note: `worst of ${medians.length}: ${page.path} (${seen.join(', ')})` };
}

async function audit(url: string, port: number): Promise<Result> {
	const result = await lighthouse(url, { port, logLevel: 'error', onlyCategories: [...categories] });
	if (!result || result.lhr.runtimeError)
		throw new Error(`Lighthouse could not measure ${url}: ${result?.lhr.runtimeError?.message ?? 'no result'}`);
	return result.lhr;
}

/** Prints what the page lacks in everything but performance, whose audits are the measures themselves. */
function printFailures({ requestedUrl, categories: found, audits }: Result): void {
	for (const category of categories.filter((name) => name !== 'performance')) {
		for (const { id } of found[category]?.auditRefs ?? []) {
			const { score: reached, title } = audits[id] ?? {};
			if (typeof reached === 'number' && reached < 1) console.info(`  ${requestedUrl} ${category}: ${id} – ${title}`);
		}
	}
}
