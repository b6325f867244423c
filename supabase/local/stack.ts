/** The local stack in this process: database, REST, auth, realtime, functions, mailbox, cron and jobs on one server. */
import { join } from 'node:path';
import { ensureZipCodes } from '../../seed/zip-codes.ts';
import { metricsToken, simulatedStripe, stripeEnvironment, type LocalConfig } from './config.ts';
import { startCron } from './cron.ts';
import { openDatabase, type LocalDatabase } from './database.ts';
import { createDemoUsers } from './demo.ts';
import { functionsEnvironment, startFunctions } from './functions/index.ts';
import { createGateway, type Services } from './gateway.ts';
import { startLite } from './lite.ts';
import { startMailbox } from './mailbox.ts';
import { migrate, seed } from './migrate.ts';
import { preparePlatform } from './platform.ts';
import { createRealtime, withoutRateLimits } from './realtime/index.ts';
import { startScalingSamples } from './scaling.ts';
import { writeSettings } from './settings.ts';
import { createSimulators } from './simulators/index.ts';
import type { StripeSimulatorOptions } from './simulators/stripe/index.ts';
import { serveWire } from './wire.ts';
import { startWorkers } from './workers.ts';

export interface Stack {
	db: LocalDatabase;
	/** What was done to the database at this start. */
	applied: { migrations: string[]; seeds: string[] };
	/** Ends everything in the opposite order; what was answered is on disk. */
	stop(): Promise<void>;
}

/**
 * Starts everything but the two apps; resolves when the API answers. Jobs wait for `workersAfter`: a first start has documents to
 * draw, and nobody is to wait for them before the first page.
 * @throws SetupError for what the person can mend, MigrationError for SQL that fails; what had started is stopped again.
 */
export async function startStack(
	config: LocalConfig,
	log: (line: string) => void = console.error,
	workersAfter?: Promise<void>
): Promise<Stack> {
	const undo: (() => unknown)[] = [];
	const stop = async () => {
		for (const step of undo.splice(0).reverse()) await step();
	};
	const keep = <T extends { close(): unknown }>(service: T): T => {
		undo.push(() => service.close());
		return service;
	};
	try {
		const db = keep(await openDatabase(config));
		const applied = await prepareDatabase(db, config);
		let started = false;
		const services: Services = { isReady: async () => started && answers(db) };
		undo.push(await listen(config, services));
		if (db.kind === 'pglite') keep(await serveWire(db.pglite, config.ports.database));
		services.mailbox = keep(await startMailbox({ smtpPort: config.ports.smtp, dataDir: config.dataDir }));
		services.simulators = keep(createSimulators({ stripe: stripeSimulatorOptions(config) }));
		services.lite = keep(await startLite(config, db));
		const { jwtSecret, publishable: publishableKey, secret: secretKey } = config.keys;
		const limits = config.rateLimits ? {} : withoutRateLimits;
		services.realtime = keep(await createRealtime({ db, jwtSecret, publishableKey, secretKey, limits, log }));
		services.functions = keep(
			await startFunctions({
				port: config.ports.functions,
				repoDir: config.repoDir,
				jwtSecret,
				env: {
					...functionsEnvironment({
						apiUrl: config.apiUrl,
						databaseUrl: config.dbUrl,
						publishableKey,
						secretKey,
						metricsToken: metricsToken(config)
					}),
					APP_URL: config.appUrl,
					ADMIN_URL: config.adminUrl,
					...stripeEnvironment(config.stripe)
				},
				log
			})
		);
		keep(await startCron({ db, log }));
		const workers = keep(later(workersAfter, () => startWorkers(config, db, log)));
		if (workersAfter) workers.begun.catch((error: unknown) => log(`jobs did not start: ${String(error)}`));
		else await workers.begun;
		keep(startScalingSamples(db, services.realtime, log));
		started = true;
		undo.push(() => (started = false));
		return { db, applied, stop };
	} catch (error) {
		await stop();
		throw error;
	}
}

/** Brings the database up to date: platform, migrations, demo people, settings of the environment, seeds. */
export async function prepareDatabase(db: LocalDatabase, config: LocalConfig): Promise<Stack['applied']> {
	await preparePlatform(db);
	const migrations = await migrate(db, config.migrationsDir);
	await createDemoUsers(db, config.accounts);
	await writeSettings(db, config);
	await ensureZipCodes(db);
	const seeds = await seed(db, config.seedDir);
	return { migrations, seeds };
}

/** The simulator runs in any case; with a key of yours nothing is pointed at it. */
export function stripeSimulatorOptions(config: LocalConfig): StripeSimulatorOptions {
	const { apiUrl, secretKey, webhookSecret } = simulatedStripe(config);
	const inUse = config.stripe.apiUrl === apiUrl;
	return {
		dataDir: join(config.dataDir, 'simulators'),
		origin: config.apiUrl,
		secretKey,
		webhookSecret,
		webhookUrl: inUse ? `${config.apiUrl}/functions/v1/stripe-webhook` : null,
		inUse
	};
}

/** Starts a service at its time; closed before that, it never starts. */
function later(time: Promise<void> | undefined, start: () => Promise<{ close(): unknown }>) {
	let closed = false;
	let service: Promise<{ close(): unknown }> | undefined;
	const begin = async () => void (closed || (await (service = start())));
	return {
		begun: time ? time.then(begin) : begin(),
		close: async () => {
			closed = true;
			await (await service)?.close();
		}
	};
}

async function listen(config: LocalConfig, services: Services): Promise<() => Promise<unknown>> {
	const server = createGateway(services);
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(config.ports.api, '127.0.0.1', resolve);
	});
	return () => {
		const closed = new Promise((resolve) => server.close(resolve));
		server.closeAllConnections();
		return closed;
	};
}

function answers(db: LocalDatabase): Promise<boolean> {
	return db.query('select 1').then(
		() => true,
		() => false
	);
}
