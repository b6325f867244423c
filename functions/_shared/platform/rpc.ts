/** Calls the database's functions from an edge function, as the caller or as the server. */
import { asRefusal } from '../errors.ts';
import { Refused } from './http.ts';

export interface RpcOptions {
	url: string;
	/** The publishable key, or the secret one to act as the server. */
	key: string;
	fetch: (url: string, init: RequestInit) => Promise<Response>;
	timeoutMs?: number;
}

/** What of the request that is being answered goes along. */
export interface Caller {
	requestId: string;
	/** `Bearer <token>` of a session. */
	authorization?: string | null;
	/** The address that rate limits count. */
	address?: string | null;
}

/**
 * The answer of a function of the API.
 * @throws Refused with the database's own refusal, or TRY_AGAIN where it does not answer.
 */
export async function callRpc(options: RpcOptions, name: string, args: object, caller: Caller): Promise<unknown> {
	const { url, key, timeoutMs = 10_000 } = options;
	const response = await options
		.fetch(`${url}/rest/v1/rpc/${name}`, {
			method: 'POST',
			headers: {
				apikey: key,
				'content-type': 'application/json',
				'x-request-id': caller.requestId,
				...(caller.authorization && { authorization: caller.authorization }),
				...(caller.address && { 'x-forwarded-for': caller.address })
			},
			body: JSON.stringify(args),
			signal: AbortSignal.timeout(timeoutMs)
		})
		.catch(() => null);
	const body: unknown = await response?.json().catch(() => null);
	if (response?.ok) return body;
	const refusal = asRefusal(body);
	if (response && refusal) {
		throw new Refused(response.status, refusal.code, refusal.message, refusal.details, refusal.hint);
	}
	if (response && response.status === 401) {
		throw new Refused(401, 'NOT_SIGNED_IN', 'Your session is over.', null, 'Sign in again.');
	}
	if (response && response.status < 500) throw new Error(`${name} answered ${response.status}`);
	throw new Refused(503, 'TRY_AGAIN', 'We could not reach our database.', null, 'Try again in a moment.', {
		'retry-after': '2'
	});
}

/** Who called the function: their session, if it is one (a key is none), and where they are. */
export function callerOf(request: Request, requestId: string): Caller {
	const authorization = request.headers.get('authorization');
	const isSession = /^Bearer (?!sb_)\S+$/i.test(authorization ?? '');
	return {
		requestId,
		authorization: isSession ? authorization : null,
		address: request.headers.get('x-forwarded-for')?.split(',').at(-1)?.trim() ?? null
	};
}

/** Whether two secrets are the same, in a time that does not tell where they differ. */
export async function sameSecret(given: string, secret: string): Promise<boolean> {
	const digest = async (text: string) =>
		new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
	const [one, other] = await Promise.all([digest(given), digest(secret)]);
	return secret !== '' && one.reduce((difference, byte, index) => difference | (byte ^ (other[index] ?? 0)), 0) === 0;
}
