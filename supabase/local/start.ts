/** `node supabase/local/start.ts start|dev|status|reset`: what `npm start` and its siblings run. */
import { rmSync } from 'node:fs';
import { localConfig, SetupError, type LocalConfig } from './config.ts';
import { assertPortsFree, lockDataFolder, runningStack } from './lock.ts';

const commands: Record<string, () => Promise<void>> = {
	start: () => run('start'),
	dev: () => run('dev'),
	status,
	reset
};

const oldestNode = [22, 17] as const;

async function main(): Promise<void> {
	const name = process.argv[2] ?? 'start';
	const command = commands[name];
	if (!command) throw new SetupError(`There is no command "${name}"; there are ${Object.keys(commands).join(', ')}.`);
	const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
	if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
		throw new SetupError(`This is Node ${process.versions.node}; run it by "npm start", which brings its own.`);
	}
	await command();
}

async function run(mode: 'start' | 'dev'): Promise<void> {
	const config = localConfig();
	const unlock = await lockDataFolder(config.dataDir);
	process.once('exit', unlock);
	await assertPortsFree(portsInUse(config));

	const stopping = Promise.withResolvers<void>();
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.resolve());
	const { buildApps, startApps } = await import('./apps.ts');
	// A first start has both a database to fill and apps to build: side by side they take half the time.
	const builds = config.apps === 'on' && mode === 'start' ? buildApps(config) : undefined;
	void Promise.allSettled(Object.values(builds ?? {})); // a failure is told below
	const { startStack } = await import('./stack.ts');
	const shown = Promise.withResolvers<void>();
	if (config.apps === 'off') shown.resolve();
	const stack = await startStack(config, console.error, shown.promise);
	let apps: { close(): Promise<void> } | undefined;
	try {
		if (config.apps === 'on') {
			const started = startApps(config, mode, builds, console.log);
			apps = await Promise.race([started, stopping.promise.then(() => undefined)]);
			if (apps) shown.resolve();
		}
		if (config.apps === 'off' || apps) announce(config, stack.applied, mode);
		await stopping.promise;
	} finally {
		setTimeout(() => process.exit(1), 10_000).unref(); // Whatever hangs must not hold the terminal.
		await apps?.close();
		await stack.stop();
	}
	process.exit(0);
}

async function status(): Promise<void> {
	const config = localConfig();
	const { apiUrl, appUrl, adminUrl, dbUrl, mailUrl, simulatorsUrl, keys, stripe, accounts } = config;
	const answer = {
		API_URL: apiUrl,
		APP_URL: appUrl,
		ADMIN_URL: adminUrl,
		DB_URL: dbUrl,
		MAIL_URL: mailUrl,
		SIMULATORS_URL: simulatorsUrl,
		PUBLISHABLE_KEY: keys.publishable,
		SECRET_KEY: keys.secret,
		STRIPE_API_URL: stripe.apiUrl,
		STRIPE_WEBHOOK_SECRET: stripe.webhookSecret,
		running: runningStack(config.dataDir) !== null,
		ready: await isReady(apiUrl),
		accounts: accounts.map(({ email, password, role }) => ({ email, password, role }))
	};
	process.stdout.write(`${JSON.stringify(answer, null, '\t')}\n`);
}

/** Whether the API serves requests already: a stack that has just been started runs before it does. */
async function isReady(apiUrl: string): Promise<boolean> {
	const answer = await fetch(`${apiUrl}/ready`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
	return answer?.ok ?? false;
}

async function reset(): Promise<void> {
	const { dataDir, databaseUrl } = localConfig();
	const pid = runningStack(dataDir);
	if (pid !== null) throw new SetupError(`My Hibachi runs on ${dataDir} (process ${pid}). Stop it first, then reset.`);
	rmSync(dataDir, { recursive: true, force: true });
	const rest = databaseUrl ? ' DATABASE_URL is left as it is: drop and create that database yourself.' : '';
	console.log(`Deleted ${dataDir}; the next start begins anew.${rest}`);
}

function portsInUse({ ports, apps, databaseUrl }: LocalConfig): [number, string][] {
	const used: [number, string][] = [
		[ports.api, 'API'],
		[ports.smtp, 'mail'],
		[ports.functions, 'functions']
	];
	if (apps === 'on') used.push([ports.app, 'customer site'], [ports.admin, 'admin panel']);
	if (!databaseUrl) used.push([ports.database, 'database']);
	return used;
}

function announce(config: LocalConfig, applied: { migrations: string[]; seeds: string[] }, mode: string): void {
	const lines = [
		'',
		`My Hibachi is up${mode === 'dev' ? ' (reloads as you edit)' : ''}. Ctrl-C ends it; data stay in ${config.dataDir}.`,
		'',
		`  Customer site   ${config.appUrl}`,
		`  Admin panel     ${config.adminUrl}`,
		`  Mailbox         ${config.mailUrl}`,
		`  Simulators      ${config.simulatorsUrl}`,
		`  API             ${config.apiUrl}`,
		`  Database        ${config.databaseUrl ? 'DATABASE_URL' : config.dbUrl}`,
		'',
		`  Sign in with the password ${config.accounts[0]?.password}:`,
		...config.accounts.map(({ email, role }) => `    ${email.padEnd(34)} ${role}`),
		''
	];
	if (applied.migrations.length > 0) lines.push(`  Applied ${applied.migrations.length} migrations.`, '');
	console.log(lines.join('\n'));
}

main().catch((error: unknown) => {
	const known = error instanceof SetupError || (error instanceof Error && error.name === 'MigrationError');
	console.error(known ? error.message : error);
	process.exit(1);
});
