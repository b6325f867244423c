import type { Supabase } from '#kit/server/supabase.ts';
import { publicConfig } from '#kit/config.ts';
import { readAnswer, type ApiAccess, type Outcome, type Parser } from './rpc.ts';

/** Calls an RPC as the visitor (their own JWT, or anonymously) and checks its answer. Never throws on a refusal. */
export async function rpcAs<T>(client: Supabase, name: string, args: object, schema: Parser<T>): Promise<Outcome<T>> {
	const { data, error } = await client.rpc(name as never, args as never);
	return error ? readAnswer(false, error, schema) : readAnswer(true, data, schema);
}

/** What a page gives its browser so that it can call public RPCs and listen. */
export function apiAccess(): ApiAccess {
	const { apiUrl, publishableKey } = publicConfig();
	return { url: apiUrl, key: publishableKey };
}
