import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { openPostgres } from '../supabase/local/database-postgres.ts';
import { createDemoUsers } from '../supabase/local/demo.ts';
import { migrate, seed } from '../supabase/local/migrate.ts';
import { preparePlatform } from '../supabase/local/platform.ts';
import { seedZipCodes } from '../seed/zip-codes.ts';

const repo = join(import.meta.dirname, '..');

/**
 * Runs `use` with the URL of a database that is made for it on the given server, migrated (and seeded where asked), and
 * dropped afterwards.
 */
export async function withScratchDatabase<T>(
	server: string,
	{ seeded }: { seeded: boolean },
	use: (url: string) => Promise<T>
): Promise<T> {
	const name = `myhibachi_scratch_${process.pid}_${randomBytes(3).toString('hex')}`;
	const admin = new pg.Client(server);
	await admin.connect();
	await admin.query(`create database ${name}`);
	const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
	try {
		const db = await openPostgres(url);
		await preparePlatform(db);
		await migrate(db, join(repo, 'migrations'));
		if (seeded) {
			await createDemoUsers(db);
			await seedZipCodes(db);
			await seed(db, join(repo, 'seed'));
		}
		await db.close();
		return await use(url);
	} finally {
		await admin.query(`drop database ${name} with (force)`);
		await admin.end();
	}
}

/** The PostgreSQL that scripts may make scratch databases on. Throws with the line that provides one. */
export function scratchServer(): string {
	const url = process.env.TEST_DATABASE_URL;
	if (!url)
		throw new Error('TEST_DATABASE_URL is not set. Run: export TEST_DATABASE_URL=$(bash tests/native-postgres.sh)');
	return url;
}
