/**
 * What scripts/partition-bookings costs and gains on native PostgreSQL: `node tests/bench/partition.ts 1000000`, with
 * TEST_DATABASE_URL. Works on a database of its own and prints Markdown for docs/guides/partitioning-bookings.md.
 */
import pg from 'pg';
import { runSteps, steps } from '../../scripts/partition-bookings/run.ts';
import { scratchServer, withScratchDatabase } from '../../scripts/scratch-database.ts';
import { fillBookings } from './fill.ts';

const rows = Number(process.argv[2] ?? 1_000_000);
/** Before it counts: PostgreSQL plans a prepared statement anew five times before it keeps a plan. */
const warmUp = 6;
const runs = 9;

const day = 86_400_000;
/** Moments are written out, as the API gets them: PostgreSQL then knows the months when it plans. */
const inDays = (days: number): string => `'${new Date(Date.now() + days * day).toISOString()}'`;
const today = new Date();
const month = (ahead: number): string =>
	`'${new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + ahead)).toISOString()}'`;

/** What is asked, and how it is best asked once the table is partitioned, where that differs. */
const queries: { what: string; sql: string; partitioned?: string }[] = [
	{
		what: 'bookings of the coming week, first 50',
		sql: `select * from public.bookings where event_at >= ${inDays(0)} and event_at < ${inDays(7)} and deleted_at is null order by event_at limit 50`
	},
	{
		what: 'revenue of a month',
		sql: `select count(*), sum(total_cents) from public.bookings where event_at >= ${month(0)} and event_at < ${month(1)}`
	},
	{
		what: 'a station’s next 20',
		sql: `select * from public.bookings where station_id = (select id from public.stations order by slug limit 1) and event_at >= ${inDays(0)} and deleted_at is null order by event_at limit 20`
	},
	{ what: 'one by its id, planned each time', sql: `select * from public.bookings where id = :id` },
	{
		what: 'one by its id, prepared (as functions do)',
		sql: `execute by_id(:id)`
	},
	{
		what: 'one by its id, through the keys',
		sql: `execute by_id(:id)`,
		partitioned: `select * from private.bookings_by_key(:id)`
	},
	{ what: 'one by its reference', sql: `select * from public.bookings where reference = :reference` },
	{
		what: 'a change of notes with all its triggers, prepared',
		sql: 'execute take_note(:id)'
	},
	{
		what: 'a change of notes with all its triggers, planned each time',
		sql: `update public.bookings set notes = 'Gate ' || clock_timestamp() where id = :id`
	},
	{
		what: 'another day, into another month',
		sql: `update public.bookings set event_at = event_at + interval '40 days', event_ends_at = event_ends_at + interval '40 days' where id = :id`
	}
];

await withScratchDatabase(scratchServer(), { seeded: true }, async (url) => {
	await fillBookings(url, rows, 3);
	const before = await measureAll(url, ({ sql }) => sql);
	for (const step of steps) {
		const began = performance.now();
		const notices = await runSteps(url, [step]);
		console.info(`${step}: ${((performance.now() - began) / 1000).toFixed(1)} s\n  ${notices.join('\n  ')}`);
	}
	const after = await measureAll(url, ({ sql, partitioned }) => partitioned ?? sql);
	console.info('\n| query | before, median ms | partitioned, median ms | partitions read |\n| --- | --: | --: | --: |');
	for (const [index, { what }] of queries.entries())
		console.info(`| ${what} | ${before[index]?.ms} | ${after[index]?.ms} | ${after[index]?.partitions || ''} |`);
	const began = performance.now();
	console.info(
		`\nback: ${(await runSteps(url, ['back'])).join(' ')} ${((performance.now() - began) / 1000).toFixed(1)} s`
	);
});

async function measureAll(
	url: string,
	pick: (query: (typeof queries)[number]) => string
): Promise<{ ms: string; partitions: number }[]> {
	const db = new pg.Client(url);
	await db.connect();
	await db.query('vacuum analyze');
	const { rows: found } = await db.query<{ id: string; reference: string }>(
		`select id, reference from public.bookings where event_at >= now() + interval '20 days' and status = 'confirmed' order by event_at limit 1`
	);
	await db.query(
		"prepare take_note(uuid) as update public.bookings set notes = 'Gate ' || clock_timestamp() where id = $1"
	);
	await db.query('prepare by_id(uuid) as select * from public.bookings where id = $1');
	const measured: { ms: string; partitions: number }[] = [];
	try {
		for (const query of queries) {
			const sql = pick(query)
				.replaceAll(':id', `'${found[0]?.id}'`)
				.replaceAll(':reference', `'${found[0]?.reference}'`);
			measured.push(await measure(db, sql));
		}
	} finally {
		await db.end();
	}
	return measured;
}

async function measure(db: pg.Client, sql: string): Promise<{ ms: string; partitions: number }> {
	const times: number[] = [];
	let partitions = 0;
	for (let run = -warmUp; run < runs; run += 1) {
		await db.query('begin');
		const began = performance.now();
		const { rows: plan } = await db.query<{ 'QUERY PLAN': unknown[] }>(
			`explain (analyze, timing off, format json) ${sql}`
		);
		if (run >= 0) times.push(performance.now() - began);
		await db.query('rollback');
		partitions = new Set(JSON.stringify(plan).match(/bookings_(\d{4}_\d{2}|default)/g)).size;
	}
	return { ms: (times.sort((a, b) => a - b)[Math.floor(runs / 2)] ?? 0).toFixed(2), partitions };
}
