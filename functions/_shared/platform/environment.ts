/** What functions find in their environment, hosted or local. */

type Env = { get(name: string): string | undefined };

/** Address and keys of the API. Hosted functions get their keys as JSON by name. */
export function apiEnvironment(env: Env): { url: string; publishableKey: string; secretKey: string } {
	return {
		url: env.get('SUPABASE_URL') ?? '',
		publishableKey: env.get('SUPABASE_PUBLISHABLE_KEY') ?? defaultKey(env.get('SUPABASE_PUBLISHABLE_KEYS')),
		secretKey: env.get('SUPABASE_SECRET_KEY') ?? defaultKey(env.get('SUPABASE_SECRET_KEYS'))
	};
}

function defaultKey(keys: string | undefined): string {
	const parsed: Record<string, string> = keys ? JSON.parse(keys) : {};
	return parsed.default ?? '';
}
