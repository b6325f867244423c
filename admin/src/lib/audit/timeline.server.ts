import * as z from 'zod/mini';
import { dataOf, type Api } from '#admin/platform/api.ts';
import { actorName, auditEntry, describe, type TimelineEntry } from './timeline.ts';

const named = z.array(z.object({ user_id: z.nullable(z.string()), name: z.string() }));

/** The latest entries of one row's history that the reader may see, newest first. */
export async function readTimeline(
	api: Api,
	table: string,
	id: string,
	timezone: string,
	chefs: ReadonlyMap<string, string>
): Promise<TimelineEntry[]> {
	const answer = await api
		.from('audit_log')
		.select('id, occurred_at, actor, actor_id, action, changes')
		.eq('table_name', table)
		.eq('row_id', id)
		.order('occurred_at', { ascending: false })
		.limit(50);
	const entries = z.array(auditEntry).parse(dataOf(answer));
	const people = [...new Set(entries.flatMap(({ actor_id }) => actor_id ?? []))];
	const staff = people.length
		? named.parse(dataOf(await api.from('staff').select('user_id, name').in('user_id', people)))
		: [];
	const names = new Map(staff.flatMap(({ user_id, name }) => (user_id ? [[user_id, name] as const] : [])));
	return entries.map((entry) => ({
		id: entry.id,
		at: entry.occurred_at,
		who: actorName(entry, names),
		what: describe(entry, timezone, chefs)
	}));
}
