import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const repo = join(import.meta.dirname, '../..');
const url = process.env.TEST_DATABASE_URL;
/** As many as the threshold says; fewer while nobody has a minute. */
const rows = Number(process.env.PARTITION_ROWS ?? 100_000);

/** A copy of the table of bookings as the migration makes it, without what hangs on other tables. */
async function copyOfBookings(): Promise<string> {
	const sql = await readFile(join(repo, 'migrations/20261122001200_booking.sql'), 'utf8');
	const table = /create table public\.bookings \(([\s\S]*?)\n\);/.exec(sql)?.[1] ?? '';
	return `create table scratch.bookings (${table.replaceAll('private.uuid_v7()', 'gen_random_uuid()').replace(/ references public\.\w+ \(id\) on delete \w+/g, '')}\n)`;
}

describe.skipIf(!url)(`scripts/partition-bookings.sql on a copy with ${rows} rows`, () => {
	const name = `partition_${process.pid}_${randomBytes(3).toString('hex')}`;
	let admin: pg.Client;
	let db: pg.Client;
	const notices: string[] = [];

	beforeAll(async () => {
		admin = new pg.Client({ connectionString: url });
		await admin.connect();
		await admin.query(`create database ${name}`);
		db = new pg.Client({
			connectionString: Object.assign(new URL(url ?? ''), { pathname: `/${name}` }).href,
			options: '-c partition.source=scratch.bookings -c partition.target=scratch.bookings_partitioned'
		});
		await db.connect();
		db.on('notice', ({ message }) => notices.push(message ?? ''));
		await db.query('create schema scratch');
		await db.query(await copyOfBookings());
		await db.query(`alter table scratch.bookings drop constraint bookings_reference_readable`);
		await db.query(
			`insert into scratch.bookings (reference, station_id, customer_id, status, event_at, event_ends_at, timezone, adults,
				venue_line1, venue_zip, road_miles, quote, total_cents, deposit_cents, price_version, hold_expires_at)
			select 'MH-' || n, ('00000000-0000-0000-0000-00000000000' || n % 3)::uuid, gen_random_uuid(), 'confirmed', at, at + interval '2 hours',
				'America/Los_Angeles', 10, '1 Main St', '94538', 5, '{}', 55000 + n, 10000, 'p1', null
			from generate_series(1, $1::int) n, lateral (select timestamptz '2023-01-01' + n % 1400 * interval '1 day' as at) t`,
			[rows]
		);
		await db.query(await readFile(join(repo, 'scripts/partition-bookings.sql'), 'utf8'));
	}, 300_000);
	afterAll(async () => {
		await db?.end();
		await admin?.query(`drop database if exists ${name} with (force)`);
		await admin?.end();
	});

	const one = async (sql: string): Promise<Record<string, unknown>> =>
		((await db.query(sql)).rows[0] ?? {}) as Record<string, unknown>;

	it('copies every booking with its money, and leaves the source alone', async () => {
		const sums = (table: string) => one(`select count(*)::int as count, sum(total_cents)::text as cents from ${table}`);
		expect(await sums('scratch.bookings_partitioned')).toEqual(await sums('scratch.bookings'));
		expect((await sums('scratch.bookings')).count).toBe(rows);
		expect(notices.at(-1)).toContain('every month is the same in both');
	});
	it('keeps references unique over all months', async () => {
		expect(await one('select count(*)::int as count from scratch.bookings_partitioned_keys')).toEqual({ count: rows });
		await expect(
			db.query(
				`insert into scratch.bookings_partitioned_keys (id, reference, event_at) values (gen_random_uuid(), 'MH-1', now())`
			)
		).rejects.toMatchObject({ code: '23505' });
	});
	it('lets a week read no more than two partitions', async () => {
		const plan = await db.query(
			`explain (costs off) select * from scratch.bookings_partitioned where event_at >= '2024-05-28' and event_at < '2024-06-04'`
		);
		const text = plan.rows.map((row: Record<string, unknown>) => String(row['QUERY PLAN'])).join('\n');
		expect([...new Set(text.match(/bookings_partitioned_\d{4}_\d{2}(?=\W|$)/g))].sort()).toEqual([
			'bookings_partitioned_2024_05',
			'bookings_partitioned_2024_06'
		]);
	});
	it('has room for months to come and never refuses a date', async () => {
		const next = await db.query(
			`insert into scratch.bookings_partitioned (reference, station_id, customer_id, status, event_at, event_ends_at, timezone, adults,
				venue_line1, venue_zip, road_miles, quote, total_cents, deposit_cents, price_version)
			values ('MH-X', gen_random_uuid(), gen_random_uuid(), 'confirmed', now() + interval '1 year', now() + interval '366 days', 'UTC', 1, 'x', '94538',
				1, '{}', 1, 1, 'p'), ('MH-Y', gen_random_uuid(), gen_random_uuid(), 'confirmed', '2090-01-01', '2090-01-02', 'UTC', 1, 'x', '94538', 1, '{}', 1, 1, 'p')
			returning tableoid::regclass::text as part`
		);
		expect(next.rows.map(({ part }: { part: string }) => part.replace(/\d{4}_\d{2}/, 'month'))).toEqual([
			'scratch.bookings_partitioned_month',
			'scratch.bookings_partitioned_default'
		]);
	});
	it('stops at a second run instead of mixing copies', async () => {
		const script = await readFile(join(repo, 'scripts/partition-bookings.sql'), 'utf8');
		await expect(db.query(script)).rejects.toMatchObject({ code: '42P07' });
	});
});
