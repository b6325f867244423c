import * as z from 'zod/mini';
import { dataOf, type Api } from '#admin/platform/api.ts';
import type { LogEntry } from './log.ts';
import { actorName } from './timeline.ts';

const person = z.object({
	user_id: z.string(),
	kind: z.enum(['staff', 'customer', 'former']),
	name: z.nullable(z.string())
});
export type Person = z.infer<typeof person>;

const systemActor = z.object({ user_id: z.null(), kind: z.literal('system'), name: z.string() });

/** Whom the log can be filtered by: the value of `actor`, and what it is called. */
export interface ActorChoice {
	actor: string;
	label: string;
}

/** Everybody and everything that the reader may filter by. */
export async function readActorChoices(api: Api): Promise<ActorChoice[]> {
	const rows = z.array(z.union([person, systemActor])).parse(dataOf(await api.rpc('audit_people')));
	return rows.map(({ user_id, name }) => {
		const actor = user_id ? `user:${user_id}` : (name ?? '');
		return { actor, label: user_id ? (name ?? '') : actorName({ actor, actor_id: null }, new Map()) };
	});
}

/** Who acted in some entries, by the user's id. */
export async function readActors(
	api: Api,
	entries: readonly { actor_id: string | null }[]
): Promise<Map<string, Person>> {
	const ids = [...new Set(entries.flatMap(({ actor_id }) => actor_id ?? []))];
	if (ids.length === 0) return new Map();
	const people = z.array(person).parse(dataOf(await api.rpc('audit_people', { p_ids: ids })));
	return new Map(people.map((one) => [one.user_id, one]));
}

/** What an actor is called: a name while there is one; after the account is gone the role it acted in. */
export function actorLabel(
	entry: Pick<LogEntry, 'actor' | 'actor_id' | 'actor_roles'>,
	actors: ReadonlyMap<string, Person>
): string {
	const known = entry.actor_id ? actors.get(entry.actor_id) : undefined;
	if (known?.kind === 'former') return `Former ${entry.actor_roles[0]?.replaceAll('_', ' ') ?? 'customer'}`;
	return actorName(entry, new Map(known?.name ? [[known.user_id, known.name]] : []));
}
