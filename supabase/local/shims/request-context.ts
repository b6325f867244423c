/**
 * Mends three things in which lite differs from PostgREST:
 * - it grants everything in every schema with row-level security to the API roles at its first request;
 * - `request.headers`, `request.method` and `request.path` exist in RPC calls only, `request.jwt.claims` not for anon;
 * - settings of a role (`alter role anon set statement_timeout …`) are not applied to its requests.
 * The whole context is set by one statement where lite sends six to ten.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { CompiledQuery, type Kysely } from 'kysely';

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
	const ofRole = roleSettings.get(role) ?? [];
	const values = [
		JSON.stringify(claims),
		String(vars.auth?.uid ?? ''),
		role,
		facts?.method ?? '',
		facts?.path ?? '',
		JSON.stringify(facts?.headers ?? {}),
		String(vars.storage?.operation ?? ''),
		...ofRole.flat()
	];
	await runner.executeQuery(CompiledQuery.raw(contextSql(ofRole.length), values));
}

/** The role comes last: what follows it, the request itself, may do only what the role may. */
function contextSql(settingsOfRole: number): string {
	const more = Array.from({ length: settingsOfRole }, (_, i) => `set_config($${8 + 2 * i}, $${9 + 2 * i}, true), `);
	return `select set_config('request.jwt.claims', $1, true), set_config('request.jwt.claim.sub', $2, true),
		set_config('request.method', $4, true), set_config('request.path', $5, true),
		set_config('request.headers', $6, true), set_config('storage.operation', $7, true),
		set_config('response.status', '', true), set_config('response.headers', '', true),
		${more.join('')}set_config('request.jwt.claim.role', $3, true), set_config('role', $3, true)`;
}
