import * as z from 'zod/mini';
import { dataOf, type Api } from '#admin/platform/api.ts';
import { actorLabel, readActors } from './people.ts';
import { auditEntry, describe, type TimelineEntry } from './timeline.ts';

const entry = z.extend(auditEntry, { actor_roles: z.array(z.string()) });

/** Tables whose rows are told with another's, by the same id. */
const toldWith: Record<string, readonly string[]> = { bookings: ['booking_assignments'] };

/** The latest entries of one row's history that the reader may see, newest first; a booking's with what its chefs did. */
export async function readTimeline(
	api: Api,
	table: string,
	id: string,
	timezone: string,
	chefs: ReadonlyMap<string, string>
): Promise<TimelineEntry[]> {
	const answer = await api
		.from('audit_log')
		.select('id, occurred_at, actor, actor_id, actor_roles, table_name, action, changes')
		.in('table_name', [table, ...(toldWith[table] ?? [])])
		.eq('row_id', id)
		.order('occurred_at', { ascending: false })
		.order('id', { ascending: false })
		.limit(50);
	const entries = z.array(entry).parse(dataOf(answer));
	const actors = await readActors(api, entries);
	return entries.map((one) => ({
		id: one.id,
		at: one.occurred_at,
		who: actorLabel(one, actors),
		what: describe(one, timezone, chefs)
	}));
}
