/**
 * The check before a function with verify_jwt, as on hosted Supabase: a valid session token in `Authorization`. Opaque keys
 * belong in `apikey` and are no tokens: they pass only where verify_jwt is off, and there the function looks at them itself.
 */
import { jwtVerify } from 'jose';

export interface AuthProblem {
	code: string;
	message: string;
}

/** Null when the request may pass. */
export async function problemWith(headers: Headers, jwtSecret: string): Promise<AuthProblem | null> {
	const header = headers.get('authorization');
	if (!header) {
		return {
			code: 'UNAUTHORIZED_NO_AUTH_HEADER',
			message: 'This function needs a signed-in person: Authorization is missing.'
		};
	}
	const token = /^Bearer (\S+)$/i.exec(header)?.[1];
	if (!token) return { code: 'UNAUTHORIZED_INVALID_FORMAT', message: 'Authorization must be "Bearer <token>".' };
	if (token.startsWith('sb_')) {
		return { code: 'UNAUTHORIZED_INVALID_JWT_FORMAT', message: 'An API key is not a token: send it as apikey.' };
	}
	try {
		await jwtVerify(token, new TextEncoder().encode(jwtSecret), {
			algorithms: ['HS256'],
			requiredClaims: ['exp', 'role']
		});
		return null;
	} catch {
		return { code: 'UNAUTHORIZED_INVALID_JWT', message: 'The token is not valid, or no longer.' };
	}
}
