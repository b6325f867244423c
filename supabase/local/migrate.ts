/** Applies migrations and seeds, recorded in the tables that the Supabase CLI reads and writes. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from './database.ts';

/** A migration or seed that failed, with the place in its file. */
export class MigrationError extends Error {
	override name = 'MigrationError';
}

const history = `
	create schema if not exists supabase_migrations;
	create table if not exists supabase_migrations.schema_migrations (version text primary key, statements text[], name text);
	create table if not exists supabase_migrations.seed_files (path text primary key, hash text not null);
`;

/**
 * Applies what is not yet recorded of `<version>_<name>.sql`, in the order of the versions, one transaction each.
 * Returns the names of the files that it applied.
 * @throws MigrationError naming file and line; what was applied before it stays.
 */
export async function migrate(db: Database, folder: string): Promise<string[]> {
	await db.exec(history);
	const done = new Set(
		(await db.query<{ version: string }>('select version from supabase_migrations.schema_migrations')).map(
			({ version }) => version
		)
	);
	const applied: string[] = [];
	for (const file of await sqlFiles(folder)) {
		const [, version, name] = /^(\d+)_(.+)\.sql$/.exec(file) ?? [];
		if (!version || !name) throw new MigrationError(`${file} is not named <timestamp>_<name>.sql.`);
		if (done.has(version)) continue;
		const text = await readFile(join(folder, file), 'utf8');
		await apply(db, file, text, 'insert into supabase_migrations.schema_migrations (version, name) values ($1, $2)', [
			version,
			name
		]);
		done.add(version);
		applied.push(file);
	}
	return applied;
}

/**
 * Runs each seed file once; again when its text has changed, so seeds insert with `on conflict do nothing`.
 * Returns the names of the files that it ran.
 * @throws MigrationError naming file and line.
 */
export async function seed(db: Database, folder: string): Promise<string[]> {
	const done = new Map(
		(await db.query<{ path: string; hash: string }>('select path, hash from supabase_migrations.seed_files')).map(
			({ path, hash }) => [path, hash]
		)
	);
	const ran: string[] = [];
	for (const file of await sqlFiles(folder)) {
		const text = await readFile(join(folder, file), 'utf8');
		const hash = createHash('sha256').update(text).digest('hex');
		const path = `seed/${file}`;
		if (done.get(path) === hash) continue;
		await apply(
			db,
			path,
			text,
			`insert into supabase_migrations.seed_files (path, hash) values ($1, $2)
				on conflict (path) do update set hash = excluded.hash`,
			[path, hash]
		);
		ran.push(file);
	}
	return ran;
}

async function sqlFiles(folder: string): Promise<string[]> {
	if (!existsSync(folder)) return [];
	return (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
}

async function apply(db: Database, file: string, text: string, record: string, params: string[]): Promise<void> {
	try {
		await db.transaction(async (query) => {
			await query(text);
			await query('reset all');
			await query(record, params);
		});
	} catch (error) {
		throw new MigrationError(describe(file, text, error), { cause: error });
	}
	// A file may have changed the session that PGlite shares.
	if (db.kind === 'pglite') await db.exec(`set timezone = 'UTC'`);
}

function describe(file: string, text: string, error: unknown): string {
	const { message, position, detail, where } = error as Record<'message' | 'position' | 'detail' | 'where', unknown>;
	const line = position ? `:${text.slice(0, Number(position)).split('\n').length}` : '';
	return [`${file}${line}: ${String(message)}`, detail, where].filter(Boolean).join('\n  ');
}
