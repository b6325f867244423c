import { timingSafeEqual } from 'node:crypto';
import { decodeJwt, errors, jwtVerify, type JWTPayload } from 'jose';
import { Refusal } from './refusal.ts';

/** Who speaks: the verified claims that row-level security sees. `exp` is absent for the opaque API keys. */
export interface Claims extends JWTPayload {
	role: string;
}

export interface TokenKeys {
	jwtSecret: string;
	publishableKey: string;
	secretKey: string;
}

/**
 * Reads API keys and access tokens. `sb_publishable_…` speaks as anon, `sb_secret_…` as service_role, as the gateway of
 * hosted Supabase has it; anything else must be an HS256 JWT of ours with `role` and `exp`.
 * Errors: `Refusal` with the texts that clients of hosted Realtime know.
 */
export class Tokens {
	readonly #keys: TokenKeys;
	readonly #secret: Uint8Array;

	constructor(keys: TokenKeys) {
		this.#keys = keys;
		this.#secret = new TextEncoder().encode(keys.jwtSecret);
	}

	/** Claims of an `apikey` parameter or header. */
	async apiKey(key: string): Promise<Claims> {
		if (!isOpaque(key)) return await this.accessToken(key);
		if (same(key, this.#keys.publishableKey)) return { role: 'anon' };
		if (same(key, this.#keys.secretKey)) return { role: 'service_role' };
		throw new Refusal('InvalidApiKey', 'The API key is not one of this project');
	}

	/** Claims of an access token (JWT). */
	async accessToken(token: string): Promise<Claims> {
		try {
			const { payload } = await jwtVerify(token, this.#secret, { algorithms: ['HS256'] });
			const { role, exp } = payload;
			if (typeof role !== 'string' || typeof exp !== 'number') {
				throw new Refusal('InvalidJWTToken', 'Fields `role` and `exp` are required in JWT');
			}
			return { ...payload, role };
		} catch (error) {
			throw explain(error, token);
		}
	}
}

/** True for keys that are no JWT and stand for the API key itself, also where a bearer token is expected. */
export function isOpaque(token: string): boolean {
	return token.startsWith('sb_');
}

/** Seconds since `exp`, as the refusal of an expired token tells it. */
export function expired(exp: number): Refusal {
	const seconds = Math.max(0, Math.floor(Date.now() / 1000) - exp);
	return new Refusal('InvalidJWTToken', `Token has expired ${seconds} seconds ago`);
}

function explain(error: unknown, token: string): unknown {
	if (error instanceof errors.JWTExpired) return expired(decodeJwt(token).exp ?? 0);
	if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JOSEAlgNotAllowed) {
		return new Refusal('JwtSignatureError', 'Failed to validate JWT signature');
	}
	if (error instanceof errors.JOSEError) {
		return new Refusal('MalformedJWT', 'The token provided is not a valid JWT');
	}
	return error;
}

function same(a: string, b: string): boolean {
	const [left, right] = [Buffer.from(a), Buffer.from(b)];
	return left.length === right.length && timingSafeEqual(left, right);
}
