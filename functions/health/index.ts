import { health } from './handler.ts';

Deno.serve(
	health({
		url: Deno.env.get('SUPABASE_URL') ?? '',
		publishableKey: Deno.env.get('SUPABASE_PUBLISHABLE_KEY') ?? defaultKey(Deno.env.get('SUPABASE_PUBLISHABLE_KEYS')),
		fetch,
		now: () => performance.now()
	})
);

/** Hosted functions get their keys as JSON by name. */
function defaultKey(keys: string | undefined): string {
	const parsed: Record<string, string> = keys ? JSON.parse(keys) : {};
	return parsed.default ?? '';
}
