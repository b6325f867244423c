import pg from 'pg';
import { percentile, type Figure } from './figures.ts';

const queries = [
	{
		what: 'SQL simple: one booking by reference',
		must: 5,
		sql: "select * from public.bookings where reference = 'MH-22ABC'"
	},
	{
		what: 'SQL join of 3: next 20 with customer and station',
		must: 20,
		sql: `select b.reference, c.name, s.name from public.bookings b join public.customers c on c.id = b.customer_id
			join public.stations s on s.id = b.station_id where b.event_at > now() and b.deleted_at is null order by b.event_at limit 20`
	},
	{
		what: 'SQL aggregate: revenue by station and month of a year',
		must: 100,
		sql: `select station_id, date_trunc('month', event_at) as month, count(*), sum(total_cents) from public.bookings
			where event_at > now() - interval '1 year' and event_at < now() and deleted_at is null group by 1, 2`
	},
	{
		what: 'SQL text: customers by a part of the name',
		must: 50,
		sql: `select id, name from public.customers where name ilike '%omer 1234%' limit 20`
	}
] as const;

const list = `select id, reference, status, event_at, total_cents from public.bookings where deleted_at is null
	and station_id = $1 order by event_at desc, id desc limit 20`;

/** p95 in ms of the named statements on the filled database, and what row-level security adds to a manager's list. */
export async function sqlFigures(url: string): Promise<Figure[]> {
	const db = new pg.Client(url);
	await db.connect();
	try {
		const figures: Figure[] = [];
		for (const { what, must, sql } of queries)
			figures.push({ what, must, measured: percentile(await times(db, sql), 95), unit: 'ms' });
		figures.push({
			what: 'availability of a month in one call',
			must: 50,
			unit: 'ms',
			measured: percentile(
				await times(db, `select * from public.available_slots('94538', current_date + 3, current_date + 33)`),
				95
			)
		});
		figures.push(await rlsRatio(db));
		return figures;
	} finally {
		await db.end();
	}
}

async function times(db: pg.Client, sql: string, runs = 60): Promise<number[]> {
	for (let warm = 0; warm < 5; warm += 1) await db.query(sql);
	const measured: number[] = [];
	for (let run = 0; run < runs; run += 1) {
		const begun = performance.now();
		await db.query(sql);
		measured.push(performance.now() - begun);
	}
	return measured;
}

/** The same list as its owner and as a station manager under row-level security, run in turn: the ratio of the medians. */
async function rlsRatio(db: pg.Client): Promise<Figure> {
	const { rows } = await db.query<{ id: string }>(
		"select id from auth.users where email = 'manager.fremont@demo.test'"
	);
	const { rows: stations } = await db.query<{ id: string }>("select id from public.stations where slug = 'fremont'");
	const station = [stations[0]?.id];
	const claims = JSON.stringify({ sub: rows[0]?.id, role: 'authenticated' });
	const asManager = async (): Promise<number> => {
		await db.query('begin');
		await db.query(
			`select set_config('role', 'authenticated', true), set_config('request.jwt.claims', $1, true), set_config('request.jwt.claim.sub', $2, true)`,
			[claims, rows[0]?.id]
		);
		const begun = performance.now();
		const result = await db.query(list, station);
		const time = performance.now() - begun;
		await db.query('rollback');
		if (result.rowCount !== 20)
			throw new Error('The manager of Fremont does not see 20 bookings; the measurement would mean nothing.');
		return time;
	};
	const asOwner = async (): Promise<number> => {
		await db.query('begin');
		await db.query(
			`select set_config('role', 'none', true), set_config('request.jwt.claims', $1, true), set_config('request.jwt.claim.sub', $2, true)`,
			['', '']
		);
		const begun = performance.now();
		await db.query(list, station);
		const time = performance.now() - begun;
		await db.query('rollback');
		return time;
	};
	const manager: number[] = [];
	const owner: number[] = [];
	for (let run = 0; run < 200; run += 1) {
		owner.push(await asOwner());
		manager.push(await asManager());
	}
	const ratio = percentile(manager.slice(20), 50) / percentile(owner.slice(20), 50);
	return {
		what: 'list of 20 of 100,000: row-level security / without',
		measured: ratio,
		unit: 'ratio',
		must: 1.5,
		note: `${percentile(owner, 50).toFixed(2)} ms without`
	};
}
