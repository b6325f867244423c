/**
 * A fresh database as the tests see it: platform, every migration, demo people, ZIP codes, seeds, pgTAP and helpers.sql.
 * In memory on PGlite, or a database of its own on the PostgreSQL that `TEST_DATABASE_URL` names.
 */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { seedZipCodes } from '../../seed/zip-codes.ts';
import type { LocalDatabase } from '../../supabase/local/database.ts';
import { createDemoUsers } from '../../supabase/local/demo.ts';
import { migrate, seed } from '../../supabase/local/migrate.ts';
import { preparePlatform } from '../../supabase/local/platform.ts';

const repo = join(import.meta.dirname, '../..');

export interface TestDatabase {
	/** `PGlite` or the server's version, for the report. */
	name: string;
	/** Where it is, for tools that connect by themselves; null for PGlite. */
	url: string | null;
	/** Runs several statements; answers the rows of each, as lists of column values in text. */
	script(sql: string): Promise<unknown[][][]>;
	query<R>(sql: string, params?: unknown[]): Promise<R[]>;
	drop(): Promise<void>;
}

/** Makes the database; takes about six seconds. */
export async function makeTestDatabase(url = process.env.TEST_DATABASE_URL): Promise<TestDatabase> {
	return url ? onPostgres(url) : onPglite();
}

async function onPglite(): Promise<TestDatabase> {
	const { openPglite } = await import('../../supabase/local/database-pglite.ts');
	const db = await openPglite();
	await prepare(db);
	return {
		name: 'PGlite',
		url: null,
		query: db.query,
		script: async (sql) =>
			(await db.pglite.exec(sql, { rowMode: 'array' })).map(({ rows }) => rows as unknown as unknown[][]),
		drop: () => db.close()
	};
}

async function onPostgres(url: string): Promise<TestDatabase> {
	const name = `myhibachi_test_${process.pid}_${randomBytes(3).toString('hex')}`;
	const admin = new pg.Client({ connectionString: url });
	await admin.connect();
	await admin.query(`create database ${name}`);
	const own = Object.assign(new URL(url), { pathname: `/${name}` }).href;
	const { openPostgres } = await import('../../supabase/local/database-postgres.ts');
	const db = await openPostgres(own);
	const client = new pg.Client({ connectionString: own });
	const drop = async () => {
		await client.end();
		await db.close();
		await admin.query(`drop database ${name} with (force)`);
		await admin.end();
	};
	try {
		await prepare(db);
		await client.connect();
		const { rows } = await client.query<{ server_version: string }>('show server_version');
		return {
			name: `PostgreSQL ${rows[0]?.server_version.split(' ')[0] ?? ''}`,
			url: own,
			query: async <R>(sql: string, params?: unknown[]) => (await client.query(sql, params)).rows as R[],
			script: async (sql) => {
				const results = await client.query({ text: sql, rowMode: 'array' });
				return (Array.isArray(results) ? results : [results]).map((result: pg.QueryArrayResult) => result.rows);
			},
			drop
		};
	} catch (error) {
		await drop();
		throw error;
	}
}

async function prepare(db: LocalDatabase): Promise<void> {
	await preparePlatform(db);
	await migrate(db, join(repo, 'migrations'));
	await createDemoUsers(db);
	await seedZipCodes(db);
	await seed(db, join(repo, 'seed'));
	await db.exec(await readFile(join(import.meta.dirname, 'helpers.sql'), 'utf8'));
	await db.exec(`create extension if not exists pgtap with schema extensions;
		grant execute on all functions in schema extensions to anon, authenticated, service_role`);
}
