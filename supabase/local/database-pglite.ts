import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite, type Results, type Transaction } from '@electric-sql/pglite';
import { btree_gist } from '@electric-sql/pglite/contrib/btree_gist';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { pgcrypto } from '@electric-sql/pglite/contrib/pgcrypto';
import { pgtap } from '@electric-sql/pglite/pgtap';
import { vector } from '@electric-sql/pglite/vector';
import type { PgliteDatabase, Query } from './database.ts';
import { keepTemplate, readTemplate } from './pglite-template.ts';
import { valueParsers } from './values.ts';

/**
 * Opens PGlite on a folder, or in memory when none is named (tests). PGlite has one session: its own lock orders
 * transactions, so everything in this process must share this instance and use `transaction`, never a bare BEGIN.
 */
export async function openPglite(folder?: string): Promise<PgliteDatabase> {
	if (folder) mkdirSync(folder, { recursive: true });
	const isNew = !folder || !existsSync(join(folder, 'PG_VERSION'));
	const template = isNew ? await readTemplate() : null;
	const pglite = await PGlite.create({
		...(folder && { dataDir: folder }),
		...(template && { loadDataDir: template }),
		// Every commit is on disk before it is answered: data must outlive `kill -9`.
		relaxedDurability: false,
		extensions: { vector, btree_gist, pg_trgm, pgcrypto, pgtap },
		parsers: valueParsers
	});
	if (isNew && !template) await keepTemplate(pglite);
	await pglite.exec(`set timezone = 'UTC'`);
	return pgliteDatabase(pglite);
}

function pgliteDatabase(pglite: PGlite): PgliteDatabase {
	const query = queryOn(pglite);
	return {
		kind: 'pglite',
		pglite,
		query,
		exec: async (sql) => void (await pglite.exec(sql)),
		transaction: (run) => pglite.transaction((tx) => run(queryOn(tx))),
		rollback: (run) =>
			pglite.transaction(async (tx) => {
				const result = await run(queryOn(tx));
				await tx.rollback();
				return result;
			}),
		listen: async (channel, onNotify) => {
			const stop = await pglite.listen(channel, onNotify);
			return () => stop();
		},
		close: () => pglite.close()
	};
}

function queryOn(target: Pick<PGlite | Transaction, 'query' | 'exec'>): Query {
	return async <R>(sql: string, params?: unknown[]) => {
		if (params) return (await target.query<R>(sql, params)).rows;
		const results: Results[] = await target.exec(sql);
		return (results.at(-1)?.rows ?? []) as R[];
	};
}
