/**
 * Runs what is scheduled in `cron.job`, in UTC, where the database has cron.sql instead of the extension pg_cron: to the
 * minute (or every n seconds), one run of a job at a time, each run told in `cron.job_run_details`. As with pg_cron, what
 * came due while nothing ran is not made up for.
 */
import { Cron } from 'croner';
import type { Database } from './database.ts';

export interface CronJob {
	jobid: number;
	schedule: string;
	command: string;
	database: string;
	username: string;
}

/** Time as the scheduler needs it; tests give their own. */
export interface CronClock {
	/** Milliseconds since 1970. */
	now(): number;
	/** Resolves after `ms`, or at once when `signal` aborts. */
	sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export interface CronOptions {
	db: Pick<Database, 'query' | 'exec' | 'transaction'>;
	log?: (line: string) => void;
	clock?: CronClock;
	/** How soon a changed schedule is seen, in ms. */
	refreshMs?: number;
}

export interface CronScheduler {
	/** Which ticks here: the extension, or this scheduler. */
	kind: 'extension' | 'scheduler';
	/** Ends after the runs under way. */
	close(): Promise<void>;
}

/** Starts the scheduler; does nothing where the real pg_cron is installed. */
export async function startCron(options: CronOptions): Promise<CronScheduler> {
	const [row] = await options.db.query<{ real: boolean }>(
		`select exists (select from pg_catalog.pg_extension where extname = 'pg_cron') as real`
	);
	if (row?.real) return { kind: 'extension', close: async () => {} };

	const { clock = systemClock, refreshMs = 2000, log } = options;
	const stopped = new AbortController();
	const running = new Map<number, Promise<void>>();

	async function tick(since: number, now: number): Promise<number> {
		let wait = refreshMs;
		for (const job of await jobs(options.db)) {
			const due = nextRun(job.schedule, since);
			if (due === null) continue;
			if (due > now) {
				wait = Math.min(wait, due - now);
				continue;
			}
			if (running.has(job.jobid)) log?.(`cron: job ${job.jobid} is still running and is left out this time`);
			else
				running.set(
					job.jobid,
					run(options, job).finally(() => running.delete(job.jobid))
				);
			const next = nextRun(job.schedule, now);
			if (next !== null) wait = Math.min(wait, next - now);
		}
		return wait;
	}

	async function loop(): Promise<void> {
		let since = clock.now();
		while (!stopped.signal.aborted) {
			const now = clock.now();
			let wait = refreshMs;
			try {
				wait = await tick(since, now);
				since = now;
			} catch (error) {
				log?.(`cron: ${messageOf(error)}`); // A lost database: looked at again, what was due meanwhile still runs once.
			}
			await clock.sleep(Math.max(wait, 1), stopped.signal);
		}
	}

	const looping = loop();
	return {
		kind: 'scheduler',
		close: async () => {
			stopped.abort();
			await looping;
			await Promise.all(running.values());
		}
	};
}

/** When a schedule comes due next after `since` (ms, UTC); null when never, or when it can't be read. */
export function nextRun(schedule: string, since: number): number | null {
	const seconds = /^(\d+) seconds?$/.exec(schedule)?.[1];
	if (seconds) {
		const step = Number(seconds) * 1000;
		return step > 0 ? (Math.floor(since / step) + 1) * step : null;
	}
	try {
		// pg_cron writes the last day of a month as $.
		const pattern = schedule.replaceAll('$', 'L');
		return new Cron(pattern, { timezone: 'UTC', paused: true }).nextRun(new Date(since))?.getTime() ?? null;
	} catch {
		return null;
	}
}

async function jobs(db: CronOptions['db']): Promise<CronJob[]> {
	return db.query<CronJob>(
		'select jobid, schedule, command, database, username from cron.job where active order by jobid'
	);
}

/** One run. Its transaction is its own, so a failing command leaves no half-done work; the failure is told, not thrown. */
async function run({ db, log }: CronOptions, job: CronJob): Promise<void> {
	let runid: number | undefined;
	try {
		const [row] = await db.query<{ runid: number }>(
			`insert into cron.job_run_details (jobid, job_pid, database, username, command, status, start_time)
			values ($1, pg_backend_pid(), $2, $3, $4, 'running', clock_timestamp()) returning runid`,
			[job.jobid, job.database, job.username, job.command]
		);
		runid = row?.runid;
		await db.transaction(async (query) => void (await query(job.command)));
		await finish(db, runid, 'succeeded', 'OK');
	} catch (error) {
		log?.(`cron: job ${job.jobid} failed: ${messageOf(error)}`);
		await finish(db, runid, 'failed', messageOf(error)).catch(() => {});
	}
}

async function finish(
	db: CronOptions['db'],
	runid: number | undefined,
	status: string,
	message: string
): Promise<void> {
	await db.query(
		`update cron.job_run_details set status = $2, return_message = $3, end_time = clock_timestamp() where runid = $1`,
		[runid ?? null, status, message]
	);
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

const systemClock: CronClock = {
	now: () => Date.now(),
	sleep: (ms, signal) =>
		new Promise((resolve) => {
			const timer = setTimeout(done, ms);
			signal.addEventListener('abort', done, { once: true });
			function done() {
				clearTimeout(timer);
				signal.removeEventListener('abort', done);
				resolve();
			}
		})
};
