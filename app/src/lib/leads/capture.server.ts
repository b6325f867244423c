import type { Supabase } from '#kit/server/supabase.ts';
import type { LeadRequest } from '#shared/leads/schema.ts';
import { rpcAs } from '../platform/rpc.server.ts';
import { unreachable, type Failure } from '../platform/rpc.ts';

/** Stores a lead as the visitor; null when it is stored, else what is in the way. */
export async function captureLead(client: Supabase, lead: LeadRequest): Promise<Failure | null> {
	const outcome = await rpcAs(client, 'capture_lead', { p_request: lead }, anyAnswer);
	return outcome.ok ? null : (outcome.refusal ?? unreachable);
}

/** The answer names the lead, which is no business of the visitor's. */
const anyAnswer = { safeParse: (value: unknown) => ({ success: true as const, data: value }) };
