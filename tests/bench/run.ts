/**
 * `npm run bench`: measures every budget on this machine and prints the table as Markdown.
 *   npm run bench               all; needs native PostgreSQL (TEST_DATABASE_URL, or tests/native-postgres.sh)
 *   npm run bench -- requests   only some: start pages lighthouse requests sql realtime payments
 * `start` builds both apps anew: no stack should be served from this folder meanwhile.
 * Exits with 1 when a figure is over its hard limit.
 */
import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { withScratchDatabase } from '../../scripts/scratch-database.ts';
import { startTestStack } from '../stack.ts';
import { holds, table, type Figure } from './figures.ts';
import { fillBookings } from './fill.ts';
import { lighthouseFigures } from './lighthouse.ts';
import { pageWeights } from './pages.ts';
import { realtimeFigures } from './realtime-figures.ts';
import { paymentFigures } from './payments.ts';
import { requestFigures } from './requests.ts';
import { sqlFigures } from './sql.ts';

const wanted = process.argv.slice(2);
const asked = (part: string): boolean => wanted.length === 0 || wanted.includes(part);
const figures: Figure[] = [];

// The load first: Lighthouse leaves a heap behind whose collection would stop the clients that measure answers.
if (['requests', 'sql', 'realtime', 'payments'].some(asked)) {
	await withScratchDatabase(nativeServer(), { seeded: true }, async (url) => {
		await fillBookings(url, 100_000);
		if (asked('sql')) figures.push(...(await sqlFigures(url)));
		if (!asked('requests') && !asked('realtime') && !asked('payments')) return;
		const stack = await startTestStack({ portBase: 32_100, databaseUrl: url, apps: false });
		try {
			// Requests last: they leave a thousand mails to send, which would take their share of what is measured after them.
			if (asked('payments')) figures.push(...(await paymentFigures(stack.status)));
			if (asked('realtime')) figures.push(...(await realtimeFigures(stack.status)));
			if (asked('requests')) figures.push(...(await requestFigures(stack.status)));
		} finally {
			await stack.stop();
		}
	});
}

if (['start', 'pages', 'lighthouse'].some(asked)) {
	// As on a fresh clone: nothing is built yet.
	if (asked('start')) await rm(join(import.meta.dirname, '../../build'), { recursive: true, force: true });
	const begun = performance.now();
	let shown = NaN;
	const stack = await startTestStack({ portBase: 32_000, shown: () => (shown = performance.now()) });
	const up = performance.now();
	try {
		if (asked('start')) {
			figures.push({
				what: '`npm start` on a fresh clone to first page',
				measured: (shown - begun) / 1000,
				unit: 's',
				must: 30,
				aim: 10,
				note: `with both builds; the panel follows at ${((up - begun) / 1000).toFixed(0)} s`
			});
		}
		if (asked('pages')) figures.push(...(await pageWeights(stack.status)));
		if (asked('lighthouse')) figures.push(...(await lighthouseFigures(stack.status)));
	} finally {
		await stack.stop();
	}
}

console.info(
	`\nMeasured on ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.versions.node}.\n`
);
console.info(table(figures));
const over = figures.filter((figure) => !holds(figure));
if (over.length > 0) console.error(`\n${over.length} over the limit: ${over.map(({ what }) => what).join('; ')}`);
process.exit(over.length > 0 ? 1 : 0);

function nativeServer(): string {
	if (process.env.TEST_DATABASE_URL) return process.env.TEST_DATABASE_URL;
	return (
		execFileSync('bash', [join(import.meta.dirname, '../native-postgres.sh')], { encoding: 'utf8' })
			.trim()
			.split('\n')
			.at(-1) ?? ''
	);
}
