import { randomUUID } from 'node:crypto';
import type { Database, Query } from '../database.ts';
import { Refusal } from './refusal.ts';
import type { Claims } from './tokens.ts';

export type Extension = 'broadcast' | 'presence';

/** What row-level security on realtime.messages lets a member do; null = not asked. */
export type Rights = Record<Extension, boolean | null>;

/** Who asks, for which channel; `headers` are the `x-…` headers of the request, which policies may read. */
export interface Asker {
	claims: Claims;
	topic: string;
	headers: Record<string, string>;
}

const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * Asks the policies what the asker may read on a private channel: probe rows are inserted by the owner, looked for as
 * the asker, and rolled back. So a policy sees `topic`, `extension`, `realtime.topic()` and `auth.*`; nothing else.
 * Errors: `Refusal` RlsPolicyError when a policy raises, UnableToConnectToProject when the database is away.
 */
export async function readRights(db: Database, asker: Asker, withPresence: boolean): Promise<Rights> {
	const probes = new Map<string, Extension>([[randomUUID(), 'broadcast']]);
	if (withPresence) probes.set(randomUUID(), 'presence');
	const ids = [...probes.keys()];
	const visible = await asked(() =>
		db.rollback(async (query) => {
			await query(
				`insert into realtime.messages (id, topic, extension)
				select probe.id, $2, probe.extension from unnest($1::uuid[], $3::text[]) as probe(id, extension)`,
				[ids, asker.topic, [...probes.values()]]
			);
			await become(query, asker);
			return await query<{ id: string }>('select id from realtime.messages where id = any($1::uuid[])', [ids]);
		})
	);
	const rights: Rights = { broadcast: false, presence: withPresence ? false : null };
	for (const { id } of visible) {
		const extension = probes.get(id);
		if (extension) rights[extension] = true;
	}
	return rights;
}

/** Asks whether the asker may send on a private channel. Errors: as `readRights`. */
export async function mayWrite(db: Database, asker: Asker, extension: Extension): Promise<boolean> {
	return await asked(() =>
		db.rollback(async (query) => {
			await become(query, asker);
			try {
				await query('insert into realtime.messages (topic, extension) values ($1, $2)', [asker.topic, extension]);
				return true;
			} catch (error) {
				if (sqlState(error) === INSUFFICIENT_PRIVILEGE) return false;
				throw error;
			}
		})
	);
}

async function become(query: Query, { claims, topic, headers }: Asker): Promise<void> {
	await query(
		`select set_config('role', $1, true), set_config('realtime.topic', $2, true),
			set_config('request.jwt.claims', $3, true), set_config('request.jwt.claim.sub', $4, true),
			set_config('request.jwt.claim.role', $1, true), set_config('request.headers', $5, true)`,
		[claims.role, topic, JSON.stringify(claims), claims.sub ?? '', JSON.stringify(headers)]
	);
}

async function asked<R>(ask: () => Promise<R>): Promise<R> {
	try {
		return await ask();
	} catch (error) {
		const state = sqlState(error);
		const message = error instanceof Error ? error.message : String(error);
		// Classes 08, 53, 57 and errors without a state come from the connection or the server, not from a policy.
		if (state && !/^(08|53|57)/.test(state)) throw new Refusal('RlsPolicyError', message);
		throw new Refusal('UnableToConnectToProject', 'Realtime was unable to connect to the project database');
	}
}

function sqlState(error: unknown): string | undefined {
	const code = error instanceof Error && 'code' in error ? error.code : undefined;
	return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}
