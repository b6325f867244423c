import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openPglite } from './database-pglite.ts';
import type { PgliteDatabase } from './database.ts';
import { migrate, seed } from './migrate.ts';

let db: PgliteDatabase;
let folder: string;
beforeAll(async () => void (db = await openPglite()));
afterAll(() => db.close());
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'myhibachi-migrate-'))));
afterEach(async () => {
	rmSync(folder, { recursive: true });
	await db.exec('drop schema if exists supabase_migrations cascade; drop schema if exists t cascade');
});

const write = (name: string, sql: string) => writeFileSync(join(folder, name), sql);

test('migrations run in the order of their versions, each once', async () => {
	write('20260102000000_second.sql', 'create table t.a (i int); insert into t.a values (1); select 1;');
	write('20260101000000_first.sql', 'create schema t;');
	expect(await migrate(db, folder)).toEqual(['20260101000000_first.sql', '20260102000000_second.sql']);
	write('20260103000000_third.sql', 'insert into t.a values (3);');
	expect(await migrate(db, folder)).toEqual(['20260103000000_third.sql']);
	expect(await db.query('select i from t.a order by i')).toEqual([{ i: 1 }, { i: 3 }]);
	expect(
		await db.query('select version, name from supabase_migrations.schema_migrations where name = $1', ['third'])
	).toEqual([{ version: '20260103000000', name: 'third' }]);
});

test('a migration that fails leaves nothing behind and is named with its line', async () => {
	write('20260101000000_good.sql', 'create schema t;');
	write('20260102000000_bad.sql', 'create table t.b (i int);\n\nselect nothing_like_it;');
	await expect(migrate(db, folder)).rejects.toThrow(
		'20260102000000_bad.sql:3: column "nothing_like_it" does not exist'
	);
	expect(await db.query(`select to_regclass('t.b') as found, to_regnamespace('t')::text as schema`)).toEqual([
		{ found: null, schema: 't' }
	]);
});

test('a migration without a version in its name is refused', async () => {
	write('notes.sql', 'select 1;');
	await expect(migrate(db, folder)).rejects.toThrow('notes.sql is not named <timestamp>_<name>.sql.');
});

test('a seed runs once, and again only when it has changed', async () => {
	await db.exec('create schema t; create table t.a (i int)');
	await migrate(db, folder);
	write('10_a.sql', 'insert into t.a values (1);');
	expect(await seed(db, folder)).toEqual(['10_a.sql']);
	expect(await seed(db, folder)).toEqual([]);
	write('10_a.sql', 'insert into t.a values (2);');
	expect(await seed(db, folder)).toEqual(['10_a.sql']);
	expect(await db.query('select i from t.a order by i')).toEqual([{ i: 1 }, { i: 2 }]);
});

test('a file that changes the session does not change it for those after it', async () => {
	write('20260101000000_settings.sql', `set time zone 'Asia/Tokyo'; set check_function_bodies = off;`);
	await migrate(db, folder);
	expect(
		await db.query(`select current_setting('timezone') as zone, current_setting('check_function_bodies') as checks`)
	).toEqual([{ zone: 'UTC', checks: 'on' }]);
});
