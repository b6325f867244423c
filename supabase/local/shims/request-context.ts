/**
 * Mends three things in which lite differs from PostgREST:
 * - it grants everything in every schema with row-level security to the API roles at its first request;
 * - `request.headers`, `request.method` and `request.path` exist in RPC calls only, `request.jwt.claims` not for anon;
 * - settings of a role (`alter role anon set statement_timeout …`) are not applied to its requests.
 * The whole context is set by one statement where lite sends six to ten.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { sql, type Kysely } from 'kysely';

/** What SQL may know of the HTTP request that it serves. */
export interface RequestFacts {
	method: string;
	path: string;
	/** Without the question mark. */
	query: string;
	headers: Record<string, string>;
}

export const requestFacts = new AsyncLocalStorage<RequestFacts>();

/** By role: the settings that PostgREST would set for its transactions, as `alter role … set` gave them. */
export type RoleSettings = Map<string, [name: string, value: string][]>;

interface SessionVars {
	auth?: { role?: string; uid?: unknown; jwt?: unknown };
	storage?: { operation?: unknown };
}

type Runner = Kysely<unknown>;

export function mendRequestContext(connection: object, roleSettings: () => RoleSettings): void {
	Object.assign(connection, {
		ensureRlsContext: async () => true,
		applyJwtSessionContext: (runner: Runner, vars: SessionVars) => applyContext(runner, vars, roleSettings()),
		applyRpcRequestGucs: async () => undefined
	});
}

async function applyContext(runner: Runner, vars: SessionVars, roleSettings: RoleSettings): Promise<void> {
	const role = vars.auth?.role ?? 'anon';
	const claims = vars.auth?.jwt && typeof vars.auth.jwt === 'object' ? vars.auth.jwt : { role };
	const facts = requestFacts.getStore();
	const settings: [string, string][] = [
		['request.jwt.claims', JSON.stringify(claims)],
		['request.jwt.claim.sub', String(vars.auth?.uid ?? '')],
		['request.jwt.claim.role', role],
		['request.method', facts?.method ?? ''],
		['request.path', facts?.path ?? ''],
		['request.headers', JSON.stringify(facts?.headers ?? {})],
		['response.status', ''],
		['response.headers', ''],
		['storage.operation', String(vars.storage?.operation ?? '')],
		...(roleSettings.get(role) ?? []),
		['role', role]
	];
	const calls = settings.map(([name, value]) => sql`set_config(${name}, ${value}, true)`);
	await sql`select ${sql.join(calls)}`.execute(runner);
}
