/** REST, auth and storage paths of the API: `@supabase/lite` in this process, on the database that the stack opened. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, setExperimental } from '@supabase/lite';
import { PostgresConnection } from '@supabase/lite/postgres';
import { Kysely } from 'kysely';
import type { PostgresType } from 'postgres';
import { parse } from 'smol-toml';
import { authMailDriver } from './auth-mail.ts';
import type { LocalConfig } from './config.ts';
import type { LocalDatabase } from './database.ts';
import { narrowSchema } from './shims/api-schema.ts';
import { mendErrors } from './shims/errors.ts';
import { pgliteDialect } from './shims/pglite-dialect.ts';
import { prepareStatements } from './shims/prepared-statements.ts';
import { mendRequestContext, requestFacts, type RequestFacts, type RoleSettings } from './shims/request-context.ts';
import { storageFiles } from './shims/storage-files.ts';
import { largestUpload, mendStorage } from './shims/storage-requests.ts';
import { verifyEmail } from './shims/verify-email.ts';
import { valueParsers } from './values.ts';

export interface Lite {
	/** Answers `/rest/v1`, `/auth/v1` and `/storage/v1`. */
	fetch(request: Request, facts: RequestFacts, peerAddress: string | null): Promise<Response>;
	/** After the schema has changed; also on `notify pgrst`. */
	reloadSchema(): Promise<void>;
	close(): Promise<void>;
}

/** Connections for requests. More would only wait for the machine's cores, and each compiles every function for itself. */
const poolSize = 3;

export async function startLite(config: LocalConfig, db: LocalDatabase): Promise<Lite> {
	const connection = connectionOn(db);
	let roleSettings: RoleSettings = new Map();
	mendRequestContext(connection, () => roleSettings);
	mendErrors(connection);

	const app = new App({
		connection,
		auth: {
			...authSettings(config),
			enabled: true,
			jwt_secret: config.keys.jwtSecret,
			publishable_key: config.keys.publishable,
			secret_key: config.keys.secret,
			site_url: config.appUrl,
			additional_redirect_urls: [config.appUrl, config.adminUrl].flatMap((url) => [url, `${url}/**`])
		},
		api: { schemas: ['public'] },
		storage: { enabled: true, file_size_limit: `${largestUpload}B` },
		options: {
			server: { disableStudio: true },
			drivers: {
				email: authMailDriver({
					smtpUrl: config.smtpUrl,
					from: 'My Hibachi <hello@myhibachi.test>',
					appUrl: config.appUrl,
					adminUrl: config.adminUrl,
					templatesDir: join(config.repoDir, 'supabase/templates')
				})
			}
		}
	});
	setExperimental('storage', true);
	app._storageAdapter = storageFiles(join(config.dataDir, 'storage'));
	await app.init();

	const reloadSchema = async () => {
		roleSettings = await readRoleSettings(db);
		await connection.clearSchemaCache();
		await connection.introspect({ useCache: true });
		narrowSchema(connection);
	};
	await reloadSchema();
	const stopListening = await db.listen(
		'pgrst',
		() => void reloadSchema().catch((error) => console.error('Reading the schema again failed:', error)),
		() => void reloadSchema().catch(() => undefined)
	);
	return {
		fetch: (request, facts, peerAddress) =>
			requestFacts.run(facts, () =>
				mendStorage(request, config.keys.jwtSecret, (stored) =>
					verifyEmail(stored, async (asked) => app.fetch(asked, { peerAddress }))
				)
			),
		reloadSchema,
		close: async () => {
			await stopListening();
			await connection.close();
		}
	};
}

/** On PGlite nothing is ever asked of the driver that lite opens lazily; queries go to the shared instance. */
function connectionOn(db: LocalDatabase): PostgresConnection {
	if (db.kind === 'postgres') {
		const connection = new PostgresConnection({
			url: db.url,
			postgresOptions: { max: poolSize, onnotice: () => undefined, types: postgresTypes() }
		});
		prepareStatements(connection.driver);
		return connection;
	}
	const connection = new PostgresConnection({ url: 'postgres://127.0.0.1:1/unused' });
	connection.kysely = new Kysely({ dialect: pgliteDialect(db.pglite) });
	return connection;
}

/** lite prints timestamps as PostgreSQL does; PostgREST, and every browser, wants ISO. */
function postgresTypes(): Record<string, PostgresType> {
	// lite hands JSON over as text already
	const json = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
	return Object.fromEntries(
		Object.entries(valueParsers).map(([id, parse]) => {
			const serialize = id === '114' || id === '3802' ? json : String;
			return [liteTypeNames[id] ?? id, { to: Number(id), from: [Number(id)], serialize, parse }];
		})
	);
}

/** The names under which lite gives its own parsers, which ours replace. */
const liteTypeNames: Record<string, string> = {
	20: 'bigint',
	114: 'json',
	1082: 'date',
	1083: 'time',
	1114: 'timestamp',
	1184: 'timestamptz',
	1266: 'timetz',
	1700: 'numeric',
	3802: 'jsonb'
};

/** The `[auth]` table of supabase/config.toml holds what does not depend on the machine. */
function authSettings({ repoDir }: LocalConfig): Record<string, unknown> {
	const { auth = {} } = parse(readFileSync(join(repoDir, 'supabase/config.toml'), 'utf8')) as {
		auth?: Record<string, unknown>;
	};
	const { email = {}, ...rest } = auth as { email?: { template?: Record<string, { subject?: string }> } };
	// The pages of the mails are ours to fill (auth-mail.ts); lite would fill them without escaping.
	const template = Object.entries(email.template ?? {}).map(([name, { subject }]) => [name, { subject }]);
	return { ...rest, email: { ...email, template: Object.fromEntries(template) } };
}

async function readRoleSettings(db: LocalDatabase): Promise<RoleSettings> {
	const rows = await db.query<{ role: string; settings: string[] | null }>(
		`select rolname as role, rolconfig as settings from pg_catalog.pg_roles
			where rolname in ('anon', 'authenticated', 'service_role') and rolconfig is not null`
	);
	return new Map(
		rows.map(({ role, settings }) => [
			role,
			(settings ?? []).map((setting): [string, string] => {
				const [name = '', ...value] = setting.split('=');
				return [name, value.join('=')];
			})
		])
	);
}
