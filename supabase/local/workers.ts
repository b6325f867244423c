/** The same job workers as in production: in this process on PGlite, in one of their own on PostgreSQL. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startChild } from './children.ts';
import type { LocalConfig } from './config.ts';
import type { LocalDatabase } from './database.ts';

export async function startWorkers(
	config: LocalConfig,
	db: LocalDatabase,
	log: (line: string) => void
): Promise<{ close(): Promise<void> }> {
	const entry = join(config.repoDir, 'jobs/index.ts');
	if (!existsSync(entry)) return { close: async () => undefined };
	const env = {
		SMTP_URL: config.smtpUrl,
		MAIL_FROM: 'My Hibachi <hello@myhibachi.test>',
		APP_URL: config.appUrl
	};
	if (db.kind === 'postgres') return startChild('jobs', entry, [], { ...env, DATABASE_URL: db.url }, log);
	const { startJobs } = (await import(entry)) as {
		startJobs(options: unknown): Promise<{ stop?(): Promise<void>; close?(): Promise<void> }>;
	};
	const jobs = await startJobs({ pglite: db.pglite, db, ...env });
	return { close: async () => (jobs.close ?? jobs.stop)?.call(jobs) };
}
