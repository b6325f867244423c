/**
 * One interface over the two databases the local stack runs on: PGlite in this process, or a PostgreSQL server.
 * Both give the same JavaScript values: timestamps, dates and times as ISO text (UTC), bigint and numeric as number
 * where one holds them, json parsed.
 */
import { join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import type { LocalConfig } from './config.ts';

/** Without parameters the text may hold several statements; the rows of the last one come back. */
export type Query = <R>(sql: string, params?: unknown[]) => Promise<R[]>;

export interface Database {
	kind: 'pglite' | 'postgres';
	query<R>(sql: string, params?: unknown[]): Promise<R[]>;
	exec(sql: string): Promise<void>;
	/** One transaction that is always rolled back, for checks that must leave no trace. */
	rollback<R>(run: (query: Query) => Promise<R>): Promise<R>;
	/** One transaction: committed when `run` resolves, rolled back when it rejects. */
	transaction<R>(run: (query: Query) => Promise<R>): Promise<R>;
	/** `onReconnect` runs after a lost connection listens again: what was notified meanwhile is gone. */
	listen(channel: string, onNotify: (payload: string) => void, onReconnect: () => void): Promise<() => Promise<void>>;
	close(): Promise<void>;
}

export interface PgliteDatabase extends Database {
	kind: 'pglite';
	pglite: PGlite;
}

export interface PostgresDatabase extends Database {
	kind: 'postgres';
	url: string;
}

export type LocalDatabase = PgliteDatabase | PostgresDatabase;

/**
 * Opens the database that the configuration names. Imports only the driver it needs: PGlite alone weighs megabytes.
 * @throws SetupError when PostgreSQL can't be reached or lacks an extension.
 */
export async function openDatabase(config: Pick<LocalConfig, 'databaseUrl' | 'dataDir'>): Promise<LocalDatabase> {
	if (config.databaseUrl) return (await import('./database-postgres.ts')).openPostgres(config.databaseUrl);
	return (await import('./database-pglite.ts')).openPglite(join(config.dataDir, 'pglite'));
}
