import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runSteps } from '../../scripts/partition-bookings/run.ts';
import { withScratchDatabase } from '../../scripts/scratch-database.ts';

const server = process.env.TEST_DATABASE_URL;
const fremont = `(select id from public.stations where slug = 'fremont')`;
/** A booking written by hand, as the owner: valid, with nobody reserved. */
const insert = (reference: string, at: string): string =>
	`insert into public.bookings (reference, station_id, customer_id, event_at, event_ends_at, timezone, adults, venue_line1, venue_zip, road_miles,
		quote, total_cents, deposit_cents, price_version, hold_expires_at)
	select '${reference}', ${fremont}, (select id from public.customers order by id limit 1), at, at + interval '2 hours',
		'America/Los_Angeles', 10, '1 Main St', '94538', 5, '{}', 55000, 10000, 'p1', now() + interval '1 hour'
	from (select (${at})::timestamptz as at) t`;

/** All that hangs on the table, as text: who may do what, what acts when, what refers to it. */
const surroundings = `
	select 'policy' as kind, tablename || ': ' || policyname as name, concat_ws(' | ', permissive, roles::text, cmd, qual, with_check) as what
	from pg_policies where schemaname = 'public' and (tablename = 'bookings' or qual ~ 'bookings')
	union all select 'grant', grantee::text, string_agg(privilege_type, ',' order by privilege_type) from information_schema.role_table_grants
	where table_schema = 'public' and table_name = 'bookings' group by grantee
	union all select 'secured', relname, concat_ws(' ', relrowsecurity, relforcerowsecurity, obj_description(oid, 'pg_class')) from pg_class
	where oid = 'public.bookings'::regclass
	union all select 'column', attname, concat_ws(' | ', format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid), attgenerated,
		col_description(attrelid, attnum)) from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
	where attrelid = 'public.bookings'::regclass and attnum > 0 and not attisdropped
	union all select 'check', conname, pg_get_constraintdef(oid) from pg_constraint where conrelid = 'public.bookings'::regclass and contype in ('c', 'f')
	union all select 'index', c.relname, regexp_replace(pg_get_indexdef(i.indexrelid), 'CREATE (UNIQUE )?INDEX|ON (ONLY )?\\S+', '', 'g') from pg_index i
	join pg_class c on c.oid = i.indexrelid where i.indrelid = 'public.bookings'::regclass and not i.indisprimary
	union all select 'reference', conrelid::regclass || '.' || conname, regexp_replace(pg_get_constraintdef(oid), 'REFERENCES \\S+\\(', 'REFERENCES (')
		|| convalidated from pg_constraint
	where contype = 'f' and confrelid in ('public.bookings'::regclass, coalesce(to_regclass('private.bookings_keys'), 'public.bookings'::regclass))
	union all select 'function', p.oid::regprocedure::text, concat_ws(' | ', md5(pg_get_functiondef(p.oid)), p.proacl::text, obj_description(p.oid, 'pg_proc'))
	from pg_proc p where pronamespace = 'private'::regnamespace and p.oid::regprocedure::text ~ '\\mbookings\\M' and proname !~ '^bookings_'
	union all select 'view', viewname, definition from pg_views where schemaname = 'public' and definition ~ 'bookings'
	union all select 'published', pubname, concat(schemaname, '.', tablename, attnames::text, rowfilter) from pg_publication_tables
	order by 1, 2`;

describe.skipIf(!server)('scripts/partition-bookings', () => {
	let db: pg.Client;
	let url: string;
	let drop: () => void;
	let dropped: Promise<void>;
	let before: unknown[];

	const rows = async <R extends Record<string, unknown>>(sql: string): Promise<R[]> => (await db.query<R>(sql)).rows;
	const one = async (sql: string): Promise<Record<string, unknown>> => (await rows(sql))[0] ?? {};
	const all = () =>
		one(`select count(*)::int as count, md5(string_agg(b::text, ',' order by id)) as rows from public.bookings b`);

	beforeAll(async () => {
		await new Promise<void>((ready, fail) => {
			dropped = withScratchDatabase(server ?? '', { seeded: true }, async (own) => {
				url = own;
				ready();
				await new Promise<void>((resolve) => (drop = resolve));
			});
			dropped.catch(fail);
		});
		db = new pg.Client(url);
		await db.connect();
		await db.query('create publication mirror for table public.bookings (id, event_at, status) where (id is not null)');
		before = await rows(surroundings);
	}, 120_000);
	afterAll(async () => {
		await db?.end();
		drop();
		await dropped;
	});

	it('refuses, by name, what it can not carry over', async () => {
		await db.query('create table public.extras (kind public.bookings)');
		await expect(runSteps(url, ['1-tools'])).rejects.toThrow('A column of public.extras has its row type');
		await db.query('drop table public.extras');
		await db.query('alter publication mirror set table public.bookings (id, status)');
		await expect(runSteps(url, ['1-tools'])).rejects.toThrow('The publication mirror leaves out event_at');
		await db.query('alter publication mirror set table public.bookings (id, event_at, status) where (id is not null)');
	});
	it('takes along what is written while it copies, and every row is the same afterwards', async () => {
		await runSteps(url, ['1-tools', '2-copy']);
		await db.query(insert('MH-22222', `now() + interval '40 days'`));
		await db.query(insert('MH-33333', `now() + interval '50 days'`));
		await db.query(`update public.bookings set event_at = event_at + interval '90 days', event_ends_at = event_ends_at + interval '90 days'
			where reference = 'MH-22222'`);
		await db.query(`delete from public.bookings where reference = 'MH-33333'`);
		const was = await all();
		const notices = await runSteps(url, ['3-swap']);
		expect(await all()).toEqual(was);
		expect(notices.join()).toMatch(/Swapped, with 0 rows that had changed: nobody could read or write for \d+ ms/);
		expect(await one(`select relkind from pg_class where oid = 'public.bookings'::regclass`)).toEqual({ relkind: 'p' });
	}, 60_000);
	it('keeps policies, grants, comments, checks, indexes, references, functions and views', async () => {
		expect(await rows(surroundings)).toEqual(before);
	});
	it('keeps a reference unique over all months', async () => {
		await expect(db.query(insert('MH-22222', `now() + interval '300 days'`))).rejects.toMatchObject({
			code: '23505',
			constraint: 'bookings_reference_key'
		});
	});
	it('shows a change of the month as one change, to the audit and to everything that acts on it', async () => {
		const trace = () =>
			one(`select (select string_agg(action, ',' order by id) from public.audit_log where table_name ~ 'bookings' and row_id = b.id::text and occurred_at > '2000-01-01') as log,
				k.event_at = b.event_at as keyed, (select count(*)::int from private.bookings) as aside, b.tableoid::regclass::text ~ to_char(b.event_at, 'YYYY_MM') as filed
				from public.bookings b join private.bookings_keys k using (id) where b.reference = 'MH-44444'`);
		await db.query(insert('MH-44444', `date_trunc('month', now()) + interval '40 days'`));
		expect(await trace()).toEqual({ log: 'insert', keyed: true, aside: 0, filed: true });
		await db.query(`update public.bookings set event_at = event_at + interval '2 months', event_ends_at = event_ends_at + interval '2 months'
			where reference = 'MH-44444'`);
		expect(await trace()).toEqual({ log: 'insert,update', keyed: true, aside: 0, filed: true });
		const [entry] =
			await rows(`select changes from public.audit_log where table_name = 'bookings' and action = 'update' and row_id =
			(select id::text from public.bookings where reference = 'MH-44444')`);
		expect(Object.keys((entry?.changes ?? {}) as object).sort()).toEqual(['event_at', 'event_ends_at']);
	});
	it('moves several at once, and deletes one right after in the same transaction', async () => {
		await db.query(insert('MH-55555', `now() + interval '41 days'`));
		await db.query('begin');
		await db.query(`update public.bookings set event_at = event_at - interval '1 month', event_ends_at = event_ends_at - interval '1 month'
			where reference in ('MH-44444', 'MH-55555')`);
		await db.query(`delete from public.bookings where reference = 'MH-55555'`);
		await db.query('commit');
		expect(
			await one(`select count(*)::int as keys from private.bookings_keys where reference in ('MH-44444', 'MH-55555')`)
		).toEqual({ keys: 1 });
	});
	it('reads a week from no more than two partitions, and one booking from one', async () => {
		const plan = async (sql: string): Promise<string[]> => {
			const text = (await rows(`explain (analyze, costs off, timing off) ${sql}`)).map((row) =>
				String(row['QUERY PLAN'])
			);
			return [
				...new Set(
					text
						.filter((line) => !line.includes('never executed'))
						.join('\n')
						.match(/bookings_(\d{4}_\d{2}|default)/g)
				)
			];
		};
		const week = await plan(
			`select * from public.bookings where event_at >= now() + interval '30 days' and event_at < now() + interval '37 days'`
		);
		expect(week.length).toBeLessThanOrEqual(2);
		expect(
			await rows(
				`select reference from private.bookings_by_key((select id from public.bookings where reference = 'MH-44444'))`
			)
		).toEqual([{ reference: 'MH-44444' }]);
	});
	it('lets the API embed what belongs together: one where there is one, a list where there may be more', async () => {
		expect(
			await rows(`select proname || '(' || pg_get_function_arguments(oid) || ')' as pair, prorows::int as rows from pg_proc
				where pronamespace = 'public'::regnamespace and proargtypes[0] in ('public.bookings'::regtype, 'public.booking_items'::regtype)
					and proname in ('bookings', 'booking_items', 'booking_assignments') order by 1`)
		).toEqual([
			{ pair: 'booking_assignments(bookings)', rows: 1 },
			{ pair: 'booking_items(bookings)', rows: 10 },
			{ pair: 'bookings(booking_items)', rows: 1 }
		]);
		expect(
			await one(`select count(*)::int as items, (select count(*)::int from public.booking_items) as all
				from public.bookings b, public.booking_items(b)`)
		).toMatchObject({ items: (await one('select count(*)::int as n from public.booking_items')).n });
	});
	it('has room for any date, and for months to come', async () => {
		await db.query(insert('MH-66666', `timestamptz '2090-01-01'`));
		expect(
			await one(`select tableoid::regclass::text as part from public.bookings where reference = 'MH-66666'`)
		).toEqual({
			part: 'private.bookings_default'
		});
		expect(await one('select private.ensure_bookings_partitions(30) as made')).toEqual({ made: 6 });
	});
	it('goes back with what was written since, and leaves nothing behind', async () => {
		const was = await all();
		const notices = await runSteps(url, ['back']);
		expect(await all()).toEqual(was);
		expect(notices.join()).toMatch(/Back, with [1-9]\d* rows that had changed/);
		expect(await rows(surroundings)).toEqual(before);
		expect(
			await rows(`select oid::regclass::text as left from pg_class where relname ~ '^bookings_(keys|default|\\d{4})' or relnamespace::regnamespace::text ~ '^partitioning'
				union all select tgname from pg_trigger where tgname ~ 'partitioning|00_keys|~moves'
				union all select oid::regprocedure::text from pg_proc where proname ~ 'bookings_(moves|keys|by_key|as_it_is|partitions)'`)
		).toEqual([]);
	}, 60_000);
	it('can be done again, and finished', async () => {
		const was = await all();
		await runSteps(url, ['1-tools', '2-copy', '3-swap', '4-finish']);
		expect(await all()).toEqual(was);
		await db.query(insert('MH-77777', `now() + interval '42 days'`));
		await db.query(`update public.bookings set notes = 'Gate 4' where reference = 'MH-77777'`);
	}, 60_000);
});
