/** The database as jobs see it: statements, and one transaction at a time. Rows are asked for as jsonb, so that values look the same on every driver. */
import pg from 'pg';

export type Query = <R>(sql: string, params?: unknown[]) => Promise<R[]>;

export interface JobsDatabase {
	query: Query;
	/** Committed when `run` resolves, rolled back when it rejects. */
	transaction<R>(run: (query: Query) => Promise<R>): Promise<R>;
}

export interface PooledDatabase extends JobsDatabase {
	close(): Promise<void>;
}

/** A pool on a PostgreSQL server. A connection lost while idle is replaced at its next use. */
export function openPool(connectionString: string, log: (line: string) => void): PooledDatabase {
	const pool = new pg.Pool({ connectionString, max: 4, application_name: 'myhibachi-jobs' });
	pool.on('error', (error) => log(`jobs: an idle connection was lost: ${error.message}`));
	return {
		query: async <R>(sql: string, params?: unknown[]) => (await pool.query(sql, params)).rows as R[],
		async transaction(run) {
			const client = await pool.connect();
			let broken: Error | undefined;
			try {
				await client.query('begin');
				const result = await run(
					async <R>(sql: string, params?: unknown[]) => (await client.query(sql, params)).rows as R[]
				);
				await client.query('commit');
				return result;
			} catch (error) {
				await client.query('rollback').catch((lost: Error) => (broken = lost));
				throw error;
			} finally {
				client.release(broken);
			}
		},
		close: () => pool.end()
	};
}
