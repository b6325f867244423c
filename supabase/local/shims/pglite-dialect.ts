/**
 * Mends: lite's own PGlite dialect sends a bare BEGIN on the one session it has, so parallel requests end up inside
 * each other's transactions. This one takes PGlite's transaction lock for as long as a transaction is open.
 */
import type { PGlite, Transaction } from '@electric-sql/pglite';
import {
	PostgresAdapter,
	PostgresIntrospector,
	PostgresQueryCompiler,
	type CompiledQuery,
	type DatabaseConnection,
	type Dialect,
	type Driver,
	type QueryResult
} from 'kysely';

export function pgliteDialect(pglite: PGlite): Dialect {
	return {
		createAdapter: () => new PostgresAdapter(),
		createDriver: () => new LockingDriver(pglite),
		createIntrospector: (db) => new PostgresIntrospector(db),
		createQueryCompiler: () => new PostgresQueryCompiler()
	};
}

class LockingDriver implements Driver {
	readonly #pglite: PGlite;

	constructor(pglite: PGlite) {
		this.#pglite = pglite;
	}

	async init() {}
	async acquireConnection() {
		return new SharedConnection(this.#pglite);
	}
	async beginTransaction(connection: DatabaseConnection) {
		await sharedConnection(connection).begin();
	}
	async commitTransaction(connection: DatabaseConnection) {
		await sharedConnection(connection).end('commit');
	}
	async rollbackTransaction(connection: DatabaseConnection) {
		await sharedConnection(connection).end('rollback');
	}
	async releaseConnection(connection: DatabaseConnection) {
		await sharedConnection(connection).end('rollback');
	}
	async destroy() {} // Whoever opened the database closes it.
}

class SharedConnection implements DatabaseConnection {
	readonly #pglite: PGlite;
	#open: { transaction: Transaction; finish: () => void; settled: Promise<void> } | null = null;

	constructor(pglite: PGlite) {
		this.#pglite = pglite;
	}

	async begin(): Promise<void> {
		const { promise: finished, resolve: finish } = Promise.withResolvers<void>();
		const begun = Promise.withResolvers<Transaction>();
		const settled = this.#pglite.transaction(async (transaction) => {
			begun.resolve(transaction);
			await finished;
		});
		settled.catch(begun.reject);
		this.#open = { transaction: await begun.promise, finish, settled };
	}

	async end(how: 'commit' | 'rollback'): Promise<void> {
		const open = this.#open;
		if (!open) return;
		this.#open = null;
		try {
			if (how === 'rollback') await open.transaction.rollback();
		} finally {
			open.finish();
			await open.settled;
		}
	}

	async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
		const target = this.#open?.transaction ?? this.#pglite;
		const { rows, affectedRows } = await target.query<R>(sql, [...parameters]);
		return { rows, ...(affectedRows !== undefined && { numAffectedRows: BigInt(affectedRows) }) };
	}

	async *streamQuery(): AsyncIterableIterator<never> {
		throw new Error('PGlite does not stream.');
	}
}

function sharedConnection(connection: DatabaseConnection): SharedConnection {
	if (connection instanceof SharedConnection) return connection;
	throw new TypeError('Not a connection of this driver.');
}
