import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';

/** The scripts that take `public.bookings` to a partitioned table, in their order; `back` undoes them until `4-finish`. */
export const steps = ['1-tools', '2-copy', '3-swap'] as const;
export type Step = (typeof steps)[number] | '4-finish' | 'back';

/** Runs steps on a database as psql would; answers what they say of themselves. Throws at the first that refuses. */
export async function runSteps(url: string, wanted: readonly Step[], options?: string): Promise<string[]> {
	const db = new pg.Client({ connectionString: url, ...(options ? { options } : {}) });
	const notices: string[] = [];
	db.on('notice', ({ message, severity }) => severity === 'NOTICE' && notices.push(message ?? ''));
	await db.connect();
	try {
		for (const step of wanted) await db.query(await readFile(join(import.meta.dirname, `${step}.sql`), 'utf8'));
	} finally {
		await db.end();
	}
	return notices;
}
