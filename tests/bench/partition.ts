/**
 * What scripts/partition-bookings.sql costs and gains on native PostgreSQL: `node tests/bench/partition.ts 1000000`, with
 * TEST_DATABASE_URL. Works on a database of its own and prints Markdown for docs/guides/partitioning-bookings.md.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { scratchServer, withScratchDatabase } from '../../scripts/scratch-database.ts';
import { fillBookings } from './fill.ts';

const rows = Number(process.argv[2] ?? 1_000_000);
const runs = 9;

const queries: [string, (table: string) => string][] = [
	[
		'bookings of the coming week',
		(table) =>
			`select * from ${table} where event_at >= now() and event_at < now() + interval '7 days' and deleted_at is null order by event_at limit 50`
	],
	[
		'revenue of a month',
		(table) =>
			`select count(*), sum(total_cents) from ${table} where event_at >= date_trunc('month', now()) and event_at < date_trunc('month', now()) + interval '1 month'`
	],
	[
		'a station’s next 20',
		(table) =>
			`select * from ${table} where station_id = (select id from public.stations order by slug limit 1) and event_at >= now() order by event_at limit 20`
	],
	['one by its id', (table) => `select * from ${table} where id = (select id from ${table} limit 1)`]
];

await withScratchDatabase(scratchServer(), { seeded: true }, async (url) => {
	await fillBookings(url, rows, 3);
	const db = new pg.Client(url);
	await db.connect();
	db.on('notice', ({ message }) => console.info(message));
	const script = await readFile(join(import.meta.dirname, '../../scripts/partition-bookings.sql'), 'utf8');
	const began = performance.now();
	await db.query(script);
	console.info(`\nThe script took ${((performance.now() - began) / 1000).toFixed(1)} s for ${rows} rows.\n`);
	await db.query('vacuum analyze');
	console.info('| query | before, median ms | partitioned, median ms | partitions read |\n| --- | --: | --: | --: |');
	for (const [what, sql] of queries) {
		const before = await measure(db, sql('public.bookings'));
		const after = await measure(db, sql('public.bookings_partitioned'));
		console.info(`| ${what} | ${before.ms} | ${after.ms} | ${after.partitions} |`);
	}
	await db.end();
});

async function measure(db: pg.Client, sql: string): Promise<{ ms: string; partitions: number }> {
	const times: number[] = [];
	let partitions = 0;
	for (let run = 0; run < runs; run += 1) {
		const { rows: plan } = await db.query<{ 'QUERY PLAN': [{ 'Execution Time': number; 'Planning Time': number }] }>(
			`explain (analyze, format json) ${sql}`
		);
		const [first] = plan[0]?.['QUERY PLAN'] ?? [];
		times.push((first?.['Execution Time'] ?? 0) + (first?.['Planning Time'] ?? 0));
		partitions = new Set(JSON.stringify(plan).match(/bookings_partitioned_(\d{4}_\d{2}|default)/g)).size;
	}
	return { ms: (times.sort((a, b) => a - b)[Math.floor(runs / 2)] ?? 0).toFixed(2), partitions };
}
