import { createHash } from 'node:crypto';
import pg from 'pg';
import { SetupError } from './config.ts';
import type { PostgresDatabase, Query } from './database.ts';
import { valueParsers } from './values.ts';

const types = {
	getTypeParser: ((id: number, format?: 'text' | 'binary') =>
		(format !== 'binary' && valueParsers[id]) || pg.types.getTypeParser(id, format)) as typeof pg.types.getTypeParser
};

const names = new Map<string, string>();

const firstWaitMs = 100;
const longestWaitMs = 5_000;

/**
 * Connects to a PostgreSQL of at least version 15.
 * @throws SetupError, in one sentence, when it can't be reached or is too old.
 */
export async function openPostgres(url: string): Promise<PostgresDatabase> {
	const connection = {
		connectionString: url,
		options: '-c timezone=UTC -c plan_cache_mode=force_generic_plan',
		application_name: 'myhibachi',
		types
	};
	const pool = new pg.Pool({ ...connection, max: 10 });
	pool.on('error', () => undefined); // An idle connection was cut; the pool opens another at the next query.
	await checkServer(pool, url);

	const query = queryOn(pool);
	const within = async <R>(run: (query: Query) => Promise<R>, end: 'commit' | 'rollback'): Promise<R> => {
		const client = await pool.connect();
		let broken: Error | undefined;
		try {
			await client.query('begin');
			const result = await run(queryOn(client));
			await client.query(end);
			return result;
		} catch (error) {
			await client.query('rollback').catch((cause: Error) => (broken = cause));
			throw error;
		} finally {
			client.release(broken);
		}
	};
	const listeners = new Set<() => Promise<void>>();
	return {
		kind: 'postgres',
		url,
		query,
		exec: async (sql) => void (await pool.query(sql)),
		transaction: (run) => within(run, 'commit'),
		rollback: (run) => within(run, 'rollback'),
		listen: async (channel, onNotify, onReconnect) => {
			const stop = await listenOn(connection, channel, onNotify, onReconnect);
			listeners.add(stop);
			return async () => {
				listeners.delete(stop);
				await stop();
			};
		},
		close: async () => {
			await Promise.all([...listeners].map((stop) => stop()));
			await pool.end();
		}
	};
}

async function checkServer(pool: pg.Pool, url: string): Promise<void> {
	try {
		const { rows } = await pool.query<{ version: string }>(`select current_setting('server_version_num') as version`);
		const major = Math.floor(Number(rows[0]?.version) / 10_000);
		if (major < 15) throw new SetupError(`DATABASE_URL is PostgreSQL ${major}; My Hibachi needs 15 or later.`);
	} catch (error) {
		await pool.end();
		if (error instanceof SetupError) throw error;
		const reason = error instanceof Error ? error.message || (error as NodeJS.ErrnoException).code : String(error);
		throw new SetupError(`DATABASE_URL (${withoutPassword(url)}) can't be reached: ${reason}.`, { cause: error });
	}
}

/** Safe to print. */
function withoutPassword(url: string): string {
	if (!URL.canParse(url)) return 'not a URL';
	const parsed = new URL(url);
	if (parsed.password) parsed.password = '…';
	return parsed.href;
}

/** Statements with parameters are prepared, and planned once: there are few, each is asked for often, and planning costs more than running. */
function queryOn(target: Pick<pg.Pool | pg.PoolClient, 'query'>): Query {
	return async <R>(sql: string, params?: unknown[]) => {
		const statement = params?.length ? { name: nameOf(sql), text: sql, values: params } : { text: sql };
		const result: pg.QueryResult | pg.QueryResult[] = await target.query(statement);
		const last = Array.isArray(result) ? result.at(-1) : result;
		return (last?.rows ?? []) as R[];
	};
}

/** PostgreSQL cuts names at 63 bytes, so a statement is named after its hash. */
function nameOf(sql: string): string {
	let name = names.get(sql);
	if (!name) names.set(sql, (name = createHash('sha1').update(sql).digest('hex')));
	return name;
}

/** A connection of its own that listens again by itself when it is lost. */
async function listenOn(
	connection: pg.ClientConfig,
	channel: string,
	onNotify: (payload: string) => void,
	onReconnect: () => void
): Promise<() => Promise<void>> {
	let client: pg.Client | undefined;
	let timer: NodeJS.Timeout | undefined;
	let stopped = false;
	let waitMs = firstWaitMs;

	const connect = async () => {
		const next = new pg.Client({ ...connection, keepAlive: true });
		let lost = false;
		const onLoss = () => {
			if (lost) return;
			lost = true;
			next.removeAllListeners('notification');
			next.end().catch(() => undefined);
			if (client === next) retry();
		};
		next.on('error', onLoss);
		next.on('end', onLoss);
		next.on('notification', (message) => onNotify(message.payload ?? ''));
		try {
			await next.connect();
			await next.query(`listen ${next.escapeIdentifier(channel)}`);
		} catch (error) {
			next.end().catch(() => undefined);
			throw error;
		}
		if (stopped) return void next.end().catch(() => undefined);
		client = next;
		waitMs = firstWaitMs;
		if (lost) retry();
	};
	const retry = () => {
		if (stopped) return;
		timer = setTimeout(() => {
			connect().then(onReconnect, retry);
		}, waitMs);
		waitMs = Math.min(waitMs * 2, longestWaitMs);
	};

	await connect();
	return async () => {
		stopped = true;
		clearTimeout(timer);
		await client?.end().catch(() => undefined);
	};
}
