import { error } from '@sveltejs/kit';
import type { Supabase } from '#kit/server/supabase.ts';
import { siteCatalog, type SiteCatalog } from '#shared/catalog/schema.ts';
import { rpcAs } from '../platform/rpc.server.ts';

/** Prices and menu change by an editor's hand: a few seconds old is as good as new, and spares each page a call. */
const freshMs = 5_000;
let kept: { catalog: SiteCatalog; at: number } | null = null;

/** Stations, prices, menu and flags, the same for every visitor. Answers 503 while the database can't be reached. */
export async function loadCatalog(client: Supabase, now = Date.now()): Promise<SiteCatalog> {
	if (kept && now - kept.at < freshMs) return kept.catalog;
	const outcome = await rpcAs(client, 'site_catalog', {}, siteCatalog);
	if (outcome.ok) {
		kept = { catalog: outcome.data, at: now };
		return outcome.data;
	}
	if (kept) return kept.catalog;
	error(503, { message: outcome.refusal.message, code: outcome.refusal.code });
}
