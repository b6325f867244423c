import type { Supabase } from '#kit/server/supabase.ts';
import type { SiteCatalog } from '#shared/catalog/schema.ts';
import { quoteArguments, type QuoteRequest } from '#shared/pricing/request.ts';
import { quote, type Quote } from '#shared/pricing/schema.ts';
import { homeTimezone } from '../booking/slots.server.ts';
import { rpcAs } from '../platform/rpc.server.ts';
import type { Outcome } from '../platform/rpc.ts';

/** The price of what was asked for, or why there is none; null where the request can't have one yet. */
export async function priceOf(
	client: Supabase,
	request: QuoteRequest | null,
	catalog: Pick<SiteCatalog, 'stations'>
): Promise<Outcome<Quote> | null> {
	return request && rpcAs(client, 'quote_event', quoteArguments(request, homeTimezone(catalog)), quote);
}
