/**
 * The one place that decides ports, folders, addresses and keys of the local stack.
 * `MYHIBACHI_PORT_BASE` and `MYHIBACHI_DATA` let two stacks run side by side; `DATABASE_URL` replaces PGlite.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { demoAccounts, type DemoAccount } from './demo.ts';

export interface Ports {
	api: number;
	app: number;
	admin: number;
	smtp: number;
	/** The Deno gateway that runs edge functions; reached through the API only. */
	functions: number;
	/** PostgreSQL's protocol in front of PGlite, for psql and the Supabase CLI. */
	database: number;
}

/** Keys of one data folder: made once, so that open browser sessions outlive a restart. */
export interface Keys {
	publishable: string;
	secret: string;
	/** Signs session tokens (HS256). */
	jwtSecret: string;
}

export interface StripeConfig {
	/** `sk_…`. */
	secretKey: string;
	/** `whsec_…`: what webhooks are signed with. */
	webhookSecret: string;
	/** Null is Stripe itself. */
	apiUrl: string | null;
}

export interface LocalConfig {
	repoDir: string;
	dataDir: string;
	migrationsDir: string;
	seedDir: string;
	ports: Ports;
	apiUrl: string;
	appUrl: string;
	adminUrl: string;
	mailUrl: string;
	simulatorsUrl: string;
	smtpUrl: string;
	/** Where psql and the CLI reach the database. */
	dbUrl: string;
	/** Set when the stack runs on a PostgreSQL of yours; null means PGlite in the data folder. */
	databaseUrl: string | null;
	keys: Keys;
	/** Where payments go: Stripe with a key of yours, else the simulator. */
	stripe: StripeConfig;
	rateLimits: 'on' | 'off';
	/** `off` runs the API without the customer site and the admin panel. */
	apps: 'on' | 'off';
	/** Flags held by `FEATURE_<KEY>`, keyed in lower case; they win over the table. */
	features: Record<string, boolean>;
	/** Whose verified e-mail makes the first super admin, where there is none. */
	firstSuperAdmin: string | null;
	accounts: DemoAccount[];
}

/** A reason not to start that the person at the terminal can mend; shown without a stack trace. */
export class SetupError extends Error {
	override name = 'SetupError';
}

const host = '127.0.0.1';

/**
 * Reads the environment; makes the data folder's keys at the first call.
 * @throws SetupError when a setting can't be used.
 */
export function localConfig(env: NodeJS.ProcessEnv = process.env): LocalConfig {
	const repoDir = resolve(import.meta.dirname, '../..');
	const dataDir = resolve(repoDir, env.MYHIBACHI_DATA ?? '.data');
	const ports = portsFrom(env.MYHIBACHI_PORT_BASE);
	const databaseUrl = env.DATABASE_URL || null;
	const apiUrl = `http://${host}:${ports.api}`;
	const keys = keysOf(dataDir);
	return {
		repoDir,
		dataDir,
		migrationsDir: resolve(repoDir, env.MYHIBACHI_MIGRATIONS ?? 'migrations'),
		seedDir: resolve(repoDir, env.MYHIBACHI_SEED ?? 'seed'),
		ports,
		apiUrl,
		appUrl: `http://${host}:${ports.app}`,
		adminUrl: `http://${host}:${ports.admin}`,
		mailUrl: `${apiUrl}/_mail`,
		simulatorsUrl: `${apiUrl}/_simulators`,
		smtpUrl: `smtp://${host}:${ports.smtp}`,
		dbUrl: databaseUrl ?? `postgres://postgres@${host}:${ports.database}/postgres?sslmode=disable`,
		databaseUrl,
		keys,
		stripe: stripeFrom(env, simulatedStripe({ keys, apiUrl })),
		rateLimits: onOff(env, 'MYHIBACHI_RATE_LIMITS'),
		apps: onOff(env, 'MYHIBACHI_APPS'),
		features: featuresFrom(env),
		firstSuperAdmin: env.FIRST_SUPER_ADMIN_EMAIL || null,
		accounts: demoAccounts
	};
}

/** What an app's server process needs to know, and no more: it never gets the secret key. */
export function appEnvironment(config: LocalConfig): Record<string, string> {
	const features = Object.entries(config.features).map(([key, on]) => [`FEATURE_${key.toUpperCase()}`, String(on)]);
	return {
		SUPABASE_URL: config.apiUrl,
		SUPABASE_PUBLISHABLE_KEY: config.keys.publishable,
		APP_URL: config.appUrl,
		ADMIN_URL: config.adminUrl,
		METRICS_TOKEN: metricsToken(config),
		// A number of the range kept for fiction: locally nobody is called.
		PUBLIC_CONTACT_PHONE: process.env.PUBLIC_CONTACT_PHONE ?? '+15105550142',
		...Object.fromEntries(features)
	};
}

/** What the simulator takes and signs with: made from the data folder's keys, so that they outlive a restart. */
export function simulatedStripe({ keys, apiUrl }: Pick<LocalConfig, 'keys' | 'apiUrl'>): StripeConfig {
	const secret = (what: string) => createHmac('sha256', keys.jwtSecret).update(what).digest('base64url').slice(0, 32);
	return {
		secretKey: `sk_test_simulated_${secret('stripe key')}`,
		webhookSecret: `whsec_${secret('stripe webhook')}`,
		apiUrl: `${apiUrl}/_simulators/stripe`
	};
}

/** With a key of yours, functions and jobs talk to Stripe: the same code, another address. */
function stripeFrom(env: NodeJS.ProcessEnv, simulated: StripeConfig): StripeConfig {
	if (!env.STRIPE_SECRET_KEY) return simulated;
	const { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: webhookSecret } = env;
	if (!webhookSecret) {
		throw new SetupError('STRIPE_SECRET_KEY is set; set STRIPE_WEBHOOK_SECRET as well (`stripe listen` prints one).');
	}
	return { secretKey, webhookSecret, apiUrl: env.STRIPE_API_URL || null };
}

/** What functions and jobs find of it in their environment. */
export function stripeEnvironment({ secretKey, webhookSecret, apiUrl }: StripeConfig): Record<string, string> {
	return {
		STRIPE_SECRET_KEY: secretKey,
		STRIPE_WEBHOOK_SECRET: webhookSecret,
		...(apiUrl && { STRIPE_API_URL: apiUrl })
	};
}

/** Opens `record_metrics` and nothing else: all that a server of the apps may say of itself. */
export function metricsToken({ keys }: Pick<LocalConfig, 'keys'>): string {
	return createHmac('sha256', keys.jwtSecret).update('metrics').digest('base64url');
}

function portsFrom(base: string | undefined): Ports {
	if (!base) return { api: 54321, app: 5173, admin: 5174, smtp: 54325, functions: 54326, database: 54322 };
	const first = Number(base);
	if (!Number.isInteger(first) || first < 1024 || first > 65_000) {
		throw new SetupError(`MYHIBACHI_PORT_BASE is "${base}"; it must be a port from 1024 to 65000.`);
	}
	return { api: first, app: first + 1, admin: first + 2, smtp: first + 3, functions: first + 4, database: first + 5 };
}

function onOff(env: NodeJS.ProcessEnv, name: string): 'on' | 'off' {
	const value = env[name] ?? 'on';
	if (value !== 'on' && value !== 'off') throw new SetupError(`${name} is "${value}"; it must be on or off.`);
	return value;
}

function featuresFrom(env: NodeJS.ProcessEnv): Record<string, boolean> {
	const features: Record<string, boolean> = {};
	for (const [name, value] of Object.entries(env)) {
		if (!name.startsWith('FEATURE_') || value === undefined || value === '') continue;
		if (value !== 'true' && value !== 'false') throw new SetupError(`${name} is "${value}"; it must be true or false.`);
		features[name.slice('FEATURE_'.length).toLowerCase()] = value === 'true';
	}
	return features;
}

function keysOf(dataDir: string): Keys {
	const file = join(dataDir, 'keys.json');
	if (!existsSync(file)) {
		mkdirSync(dataDir, { recursive: true });
		const keys: Keys = {
			publishable: `sb_publishable_${randomBytes(18).toString('base64url')}`,
			secret: `sb_secret_${randomBytes(24).toString('base64url')}`,
			jwtSecret: randomBytes(32).toString('base64url')
		};
		// Written aside, then linked: whoever comes second (start and status at once) reads the first one's keys.
		const draft = `${file}.${process.pid}`;
		writeFileSync(draft, `${JSON.stringify(keys, null, '\t')}\n`);
		chmodSync(draft, 0o600);
		try {
			linkSync(draft, file);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
		} finally {
			rmSync(draft);
		}
	}
	return JSON.parse(readFileSync(file, 'utf8')) as Keys;
}
