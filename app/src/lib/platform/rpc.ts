import { asRefusal, type Refusal } from '#shared/errors.ts';

/** What an RPC came to. `UNREACHABLE` is ours: there was no answer, or none that we understand. */
export type Outcome<T> = { ok: true; data: T } | { ok: false; refusal: Failure };
export type Failure = Omit<Refusal, 'code'> & { code: Refusal['code'] | 'UNREACHABLE' };

/** Anything that checks an answer's shape; every zod schema does. */
export interface Parser<T> {
	safeParse(value: unknown): { success: true; data: T } | { success: false };
}

/** Where and as whom a browser calls the API. */
export interface ApiAccess {
	url: string;
	key: string;
}

/** The outcome of an answer's body. Refusals of the register stay what they are; all else is `UNREACHABLE`. */
export function readAnswer<T>(ok: boolean, body: unknown, schema: Parser<T>): Outcome<T> {
	if (ok) {
		const read = schema.safeParse(body);
		if (read.success) return { ok: true, data: read.data };
	}
	return { ok: false, refusal: asRefusal(body) ?? unreachable };
}

/** Calls a public RPC from the browser as an anonymous visitor, without any client library. */
export async function callRpc<T>(
	api: ApiAccess,
	name: string,
	args: object,
	schema: Parser<T>,
	signal?: AbortSignal
): Promise<Outcome<T>> {
	try {
		const response = await fetch(`${api.url}/rest/v1/rpc/${name}`, {
			method: 'POST',
			headers: { apikey: api.key, 'content-type': 'application/json' },
			body: JSON.stringify(args),
			...(signal && { signal })
		});
		return readAnswer(response.ok, await response.json(), schema);
	} catch {
		return { ok: false, refusal: unreachable };
	}
}

export const unreachable: Failure = {
	code: 'UNREACHABLE',
	message: 'We could not reach our kitchen just now. Check your connection and try again.',
	details: null,
	hint: null
};
