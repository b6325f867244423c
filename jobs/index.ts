/**
 * Background work: pg-boss workers for every job. In process on PGlite (the local stack), or as a process of its own:
 * `DATABASE_URL=… SMTP_URL=… MAIL_FROM=… APP_URL=… ADMIN_URL=…
 * SUPABASE_URL=… SUPABASE_SECRET_KEY=… node jobs/index.ts`. As many processes as you like.
 */
import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { fromPglite, PgBoss, type ConstructorOptions, type JobResult } from 'pg-boss';
import { assignmentJobs } from './assignments.ts';
import { auditJobs } from './audit.ts';
import { whatsAppSettings, type WhatsAppSettings } from '#shared/platform/whatsapp.ts';
import { stripeClient, stripeSettings, type StripeSettings } from '#shared/platform/stripe.ts';
import { bookingJobs } from './booking.ts';
import { openPool, type JobsDatabase } from './database.ts';
import { documentJobs } from './documents.ts';
import { identityJobs } from './identity.ts';
import type { AnyJob, JobContext } from './job.ts';
import { leadJobs } from './leads.ts';
import { createMailer, type MailSettings } from './mail.ts';
import { paymentJobs } from './payments.ts';
import { platformJobs } from './platform.ts';
import { pricingJobs } from './pricing.ts';
import { scalingJobs } from './scaling.ts';
import { jobStats, type JobStats } from './stats.ts';
import { createFileStore, storageSettings, type StorageSettings } from './storage.ts';
import { taxJobs } from './tax.ts';

/** Every job there is. */
export const jobs: AnyJob[] = [
	...platformJobs,
	...bookingJobs,
	...assignmentJobs,
	...leadJobs,
	...identityJobs,
	...auditJobs,
	...scalingJobs,
	...paymentJobs,
	...documentJobs,
	...taxJobs,
	...pricingJobs
];

export interface JobsOptions {
	/** A PostgreSQL of any size; a pooler in transaction mode works, but then jobs wait for the next poll. */
	connectionString?: string;
	/** Instead of it: PGlite in this process, and the queue in front of it. */
	pglite?: Parameters<typeof fromPglite>[0];
	db?: JobsDatabase;
	mail: MailSettings;
	appUrl: string;
	adminUrl: string;
	/** What the environment says of it, unless given: WHATSAPP_PHONE_NUMBER_ID, _ACCESS_TOKEN, _ADMIN_NUMBERS, _API_URL. */
	whatsapp?: WhatsAppSettings | null;
	/** Where files go; what the environment says of it, unless given: SUPABASE_URL, SUPABASE_SECRET_KEY. */
	storage?: StorageSettings | null;
	/** What the environment says of it, unless given: STRIPE_SECRET_KEY, STRIPE_API_URL. */
	stripe?: Pick<StripeSettings, 'secretKey' | 'apiUrl'> | null;
	log?: (line: string) => void;
	/** What is worked; all unless said otherwise. */
	jobs?: AnyJob[];
	/** How often queues are looked at that announced nothing, which is when a delayed or retried job comes due; 10 s. */
	pollSeconds?: number;
}

export interface RunningJobs {
	/** Takes no more jobs, ends those under way. */
	stop(): Promise<void>;
	stats(): Promise<JobStats>;
}

/** Jobs of one queue that run side by side in a process. More than one, or a full queue would be worked one job a poll. */
const batchSize = 4;
/** A queue that fills up is worked at 10 jobs a second in each process: whoever waits for a page goes first. */
const paceMs = 100;

/** Starts the workers. Rejects when the database can't be reached or its migrations don't fit this pg-boss. */
export async function startJobs(options: JobsOptions): Promise<RunningJobs> {
	const { log = console.error, pollSeconds = 10 } = options;
	const { boss, db, close } = open(options, log);
	const mailer = createMailer(options.mail);
	const stripe = options.stripe === undefined ? stripeSettings(process.env) : options.stripe;
	const context: JobContext = {
		db,
		send: mailer.send,
		files: createFileStore(options.storage === undefined ? storageSettings(process.env) : options.storage),
		appUrl: options.appUrl,
		adminUrl: options.adminUrl,
		whatsapp: options.whatsapp === undefined ? whatsAppSettings(process.env) : options.whatsapp,
		stripe: stripe && stripeClient(stripe),
		worker: `${hostname()}:${process.pid}`,
		log
	};
	boss.on('error', (error) => log(`jobs: ${error.message}`));
	// PGlite has this process alone: what is under way in its tables was killed with the last one, and need not be waited for.
	if (options.pglite) await db.query(`update pgboss.job set heartbeat_on = 'epoch' where state = 'active'`);
	await boss.start();
	for (const job of options.jobs ?? jobs) {
		await boss.work(
			job.queue,
			{
				pollingIntervalSeconds: Math.min(2, pollSeconds),
				notifyPollingIntervalSeconds: pollSeconds,
				batchSize,
				burstWhenBatchFull: true,
				perJobResults: true
			},
			async (batch) => {
				const paced = setTimeout(batch.length * paceMs);
				const results = await Promise.all(batch.map(({ id, data }) => work(job, id, data, context)));
				await paced;
				return results;
			}
		);
	}
	return {
		stats: () => jobStats(db),
		stop: async () => {
			await boss.stop({ graceful: true, timeout: 10_000 });
			mailer.close();
			await close();
		}
	};
}

/** The schema is a migration's; the clock is pg_cron's. pg-boss keeps to working the queues. */
const settings: ConstructorOptions = {
	schema: 'pgboss',
	migrate: false,
	createSchema: false,
	schedule: false,
	useListenNotify: true,
	superviseIntervalSeconds: 15,
	monitorIntervalSeconds: 15
};

function open(options: JobsOptions, log: (line: string) => void) {
	const { pglite, db, connectionString } = options;
	if (pglite && db) {
		const embedded = {
			...settings,
			backend: 'pglite',
			db: fromPglite(pglite),
			reindex: false,
			monitorVacuum: false
		} as const;
		return { boss: new PgBoss(embedded), db, close: async () => {} };
	}
	if (!connectionString) throw new Error('Jobs need a connectionString, or pglite and db.');
	const pool = openPool(connectionString, log);
	const boss = new PgBoss({ ...settings, connectionString, max: 4, application_name: 'myhibachi-jobs' });
	return { boss, db: pool, close: () => pool.close() };
}

/** Runs one job of a batch; one that fails is tried again without the others. */
async function work(job: AnyJob, id: string, payload: unknown, context: JobContext): Promise<JobResult> {
	const started = performance.now();
	const tell = (outcome: string) =>
		context.log(`jobs: ${job.queue} ${id}: ${outcome} (${Math.round(performance.now() - started)} ms)`);
	try {
		const outcome = await job.run(payload, context);
		if (outcome !== null) tell(outcome);
		return { id, status: 'completed', output: { outcome } };
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		tell(`failed: ${reason}`);
		return { id, status: 'failed', output: { reason } };
	}
}

async function main(): Promise<void> {
	const required = ['DATABASE_URL', 'SMTP_URL', 'MAIL_FROM', 'APP_URL', 'ADMIN_URL'] as const;
	const missing = required.filter((name) => !process.env[name]);
	if (missing.length > 0) {
		console.error(`Jobs need ${missing.join(', ')} in the environment.`);
		process.exit(1);
	}
	const env = (name: (typeof required)[number]) => process.env[name] ?? '';
	const running = await startJobs({
		connectionString: env('DATABASE_URL'),
		mail: { smtpUrl: env('SMTP_URL'), from: env('MAIL_FROM') },
		appUrl: env('APP_URL'),
		adminUrl: env('ADMIN_URL')
	});
	for (const signal of ['SIGINT', 'SIGTERM'] as const) {
		process.once(signal, () => void running.stop().then(() => process.exit(0)));
	}
	console.error(`jobs: working ${jobs.map(({ queue }) => queue).join(', ')}`);
}

if (import.meta.main) {
	await main().catch((error: unknown) => {
		console.error(`jobs: ${error instanceof Error ? error.message : String(error)}`);
		process.exit(1);
	});
}
