import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { schemaSql } from '../../supabase/local/realtime/index.ts';
import { backends, openTestDatabase, uniqueTopic, type TestDatabase } from './harness.ts';

describe.each(backends)('the realtime schema on %s', (backend) => {
	let database: TestDatabase;

	beforeAll(async () => {
		database = await openTestDatabase(backend);
	}, 60_000);
	afterAll(() => database?.drop());

	const rows = <R>(sql: string, params: unknown[] = []) => database.db.query<R>(sql, params);
	const sent = (topic: string) =>
		rows<{ id: string; event: string; private: boolean; payload: Record<string, unknown>; bytes: string | null }>(
			`select id, event, private, payload, encode(binary_payload, 'hex') as bytes from realtime.messages where topic = $1`,
			[topic]
		);

	test('can be applied again', async () => {
		await database.db.exec(schemaSql);
		await database.db.exec(schemaSql);
	});

	test('has partitions from yesterday to three days ahead, each guarded, and drops those over 72 hours', async () => {
		const partitions = async () =>
			(
				await rows<{ name: string; guarded: boolean }>(
					`select c.relname as name, c.relrowsecurity as guarded from pg_inherits i join pg_class c on c.oid = i.inhrelid
					where i.inhparent = 'realtime.messages'::regclass order by 1`
				)
			).map(({ name, guarded }) => (guarded ? name : `${name} unguarded`));
		await rows(`select realtime.maintain_partitions('2031-03-01 23:30-05')`);
		expect((await partitions()).slice(-5)).toEqual(
			['01', '02', '03', '04', '05'].map((day) => `messages_2031_03_${day}`)
		);
		await rows(`select realtime.maintain_partitions('2031-03-05 12:00Z')`);
		expect(await partitions()).toEqual(
			['02', '03', '04', '05', '06', '07', '08'].map((day) => `messages_2031_03_${day}`)
		);
		// Today's were dropped with the rest, as time had gone on; bring them back for the other tests.
		await rows('select realtime.maintain_partitions()');
	});

	test('send stores the payload with its id, private unless said otherwise', async () => {
		const topic = uniqueTopic();
		await rows(`select realtime.send('{"n":1}', 'changed', $1)`, [topic]);
		const [message] = await sent(topic);
		expect(message).toMatchObject({ event: 'changed', private: true, payload: { n: 1, id: message?.id } });
	});

	test('send keeps an id that the payload has', async () => {
		const topic = uniqueTopic();
		await rows(`select realtime.send('{"id":7}', 'changed', $1, false)`, [topic]);
		expect(await sent(topic)).toMatchObject([{ private: false, payload: { id: 7 } }]);
	});

	test('send_binary stores bytes', async () => {
		const topic = uniqueTopic();
		await rows(`select realtime.send_binary('\\x00ff', 'changed', $1)`, [topic]);
		expect(await sent(topic)).toMatchObject([{ payload: null, bytes: '00ff' }]);
	});

	test('a broadcast that fails never breaks the transaction that it tells about', async () => {
		const topic = uniqueTopic();
		const result = await database.db.transaction(async (query) => {
			await query(`select realtime.send('[1]', 'changed', $1)`, [topic]);
			await query(`select set_config('role', 'anon', true)`);
			await query(`select realtime.send('{}', 'changed', $1)`, [topic]);
			return await query<{ alive: number }>('select 1 as alive');
		});
		expect(result).toEqual([{ alive: 1 }]);
		expect(await sent(topic)).toEqual([]);
	});

	test('broadcast_changes sends the row before and after', async () => {
		const topic = uniqueTopic();
		await database.db.exec(`
			create table if not exists public.dishes (id int primary key, name text);
			create or replace function public.dishes_changed() returns trigger language plpgsql security definer as $$ begin
				perform realtime.broadcast_changes('${topic}', tg_op, tg_op, tg_table_name, tg_table_schema, new, old);
				return null;
			end $$;
			create trigger dishes_changed after insert or update or delete on public.dishes
				for each row execute function public.dishes_changed();
			insert into public.dishes values (1, 'shrimp');
			update public.dishes set name = 'scallops';
			delete from public.dishes;`);
		const payloads = (await sent(topic)).map(({ payload: { id: _, ...payload } }) => payload);
		const at = { schema: 'public', table: 'dishes' };
		const [shrimp, scallops] = ['shrimp', 'scallops'].map((name) => ({ id: 1, name }));
		expect(payloads).toHaveLength(3);
		expect(payloads).toEqual(
			expect.arrayContaining([
				{ ...at, operation: 'INSERT', record: shrimp, old_record: null },
				{ ...at, operation: 'UPDATE', record: scallops, old_record: shrimp },
				{ ...at, operation: 'DELETE', record: null, old_record: scallops }
			])
		);
	});

	test.each([
		['STATEMENT', 'INSERT'],
		['ROW', 'TRUNCATE']
	])('broadcast_changes refuses level %s with operation %s', async (level, operation) => {
		const call = rows(
			`select realtime.broadcast_changes('t', 'e', $1, 'x', 'public', null::public.members, null::public.members, $2)`,
			[operation, level]
		);
		await expect(call).rejects.toThrow('Failed to process the row');
	});

	test('topic() is the topic of this statement, or null', async () => {
		expect(await rows(`select realtime.topic() as topic`)).toEqual([{ topic: null }]);
		const [row] = await database.db.rollback(async (query) => {
			await query(`select set_config('realtime.topic', 'station:1', true)`);
			return await query<{ topic: string }>('select realtime.topic() as topic');
		});
		expect(row?.topic).toBe('station:1');
	});

	test('rows lie in UTC days whatever the session thinks the time is', async () => {
		const topic = uniqueTopic();
		await database.db.transaction(async (query) => {
			await query(`set local timezone = 'Pacific/Kiritimati'`);
			await query(`select realtime.send('{}', 'changed', $1)`, [topic]);
		});
		const [row] = await rows<{ seconds: number }>(
			`select abs(extract(epoch from inserted_at - (now() at time zone 'utc')))::float8 as seconds
			from realtime.messages where topic = $1`,
			[topic]
		);
		expect(row?.seconds).toBeLessThan(60);
	});
});
