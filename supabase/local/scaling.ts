/** Tells scaling health what only this process knows: how many sockets the Realtime server holds. */
import type { Child } from './children.ts';
import type { Database } from './database.ts';
import type { Realtime } from './realtime/index.ts';

const everyMs = 30_000;

/** Writes a figure now and every 30 s; does nothing before the migration that keeps them. */
export function startScalingSamples(
	db: Pick<Database, 'query'>,
	realtime: Pick<Realtime, 'stats'> | undefined,
	log: (line: string) => void
): Child {
	let writing: Promise<unknown> = Promise.resolve();
	const write = () => {
		writing = writing
			.then(() => sample(db, realtime))
			.catch((error: unknown) => log(`scaling: ${error instanceof Error ? error.message : String(error)}`));
	};
	const timer = setInterval(write, everyMs);
	write();
	return {
		close: async () => {
			clearInterval(timer);
			await writing;
		}
	};
}

async function sample(db: Pick<Database, 'query'>, realtime: Pick<Realtime, 'stats'> | undefined): Promise<void> {
	if (!realtime) return;
	const [row] = await db.query<{ made: boolean }>(
		`select to_regprocedure('private.record_sample(text, numeric)') is not null as made`
	);
	if (row?.made)
		await db.query(`select private.record_sample('realtime_connections', $1)`, [realtime.stats().connections]);
}
