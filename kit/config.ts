/**
 * Where the two SvelteKit servers find Supabase and each other. Read from the environment at run time, so that
 * one build runs against the embedded stack and against hosted Supabase alike.
 */
export interface PublicConfig {
	/** Base URL of the API, without a trailing slash. */
	apiUrl: string;
	/** Opaque publishable key; safe in a browser. */
	publishableKey: string;
	appUrl: string;
	adminUrl: string;
}

/** The settings that a browser may know. Throws with one clear sentence when a required one is absent. */
export function publicConfig(env: Record<string, string | undefined> = process.env): PublicConfig {
	return {
		apiUrl: required(env, 'SUPABASE_URL').replace(/\/$/, ''),
		publishableKey: required(env, 'SUPABASE_PUBLISHABLE_KEY'),
		appUrl: (env.APP_URL ?? 'http://127.0.0.1:5173').replace(/\/$/, ''),
		adminUrl: (env.ADMIN_URL ?? 'http://127.0.0.1:5174').replace(/\/$/, '')
	};
}

/**
 * Where server-side code reaches the API. Differs from the public address only where the two servers share a
 * private network (`SUPABASE_INTERNAL_URL`).
 */
export function serverApiUrl(env: Record<string, string | undefined> = process.env): string {
	return (env.SUPABASE_INTERNAL_URL ?? publicConfig(env).apiUrl).replace(/\/$/, '');
}

/** Where list reads go: a read replica when one is named (`SUPABASE_READ_URL`), else the primary. */
export function readApiUrl(env: Record<string, string | undefined> = process.env): string {
	return (env.SUPABASE_READ_URL ?? serverApiUrl(env)).replace(/\/$/, '');
}

function required(env: Record<string, string | undefined>, name: string): string {
	const value = env[name];
	if (!value) throw new Error(`${name} is not set. Start with "npm start", or see docs/deploy.md.`);
	return value;
}
