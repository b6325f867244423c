/** Brings an empty database to where a new Supabase project starts: roles, extensions, auth, storage, realtime, cron. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getAuthSchemaSql, getStorageSchemaSql } from '@supabase/lite';
import { SetupError } from './config.ts';
import type { Database } from './database.ts';

const here = import.meta.dirname;

/**
 * Repeatable; called at every start, before migrations, and by tests on a fresh database.
 * @throws SetupError when PostgreSQL lacks an extension.
 */
export async function preparePlatform(db: Database): Promise<void> {
	await db.transaction(async (query) => {
		try {
			await query(await readFile(join(here, 'platform.sql'), 'utf8'));
		} catch (error) {
			if (isMissingExtension(error)) {
				throw new SetupError(`The database lacks an extension: ${error.message}. Install it, then start again.`);
			}
			throw error;
		}
		await query(getAuthSchemaSql());
		await query(getStorageSchemaSql());
		for (const file of ['auth.sql', 'realtime/schema.sql']) {
			const path = join(here, file);
			if (existsSync(path)) await query(await readFile(path, 'utf8'));
		}
		if (!(await makePgCron(query))) {
			const path = join(here, 'cron.sql');
			if (existsSync(path)) await query(await readFile(path, 'utf8'));
		}
	});
}

/** Whether the real pg_cron ticks in this database; it may live in one database of a cluster only. */
async function makePgCron(query: Database['query']): Promise<boolean> {
	const [row] = await query<{ here: boolean }>(
		`select coalesce(current_setting('cron.database_name', true) = current_database(), false)
			and exists (select from pg_catalog.pg_available_extensions where name = 'pg_cron') as here`,
		[]
	);
	if (row?.here) await query('create extension if not exists pg_cron');
	return row?.here ?? false;
}

function isMissingExtension(error: unknown): error is Error {
	return error instanceof Error && 'code' in error && (error.code === '0A000' || error.code === '58P01');
}
