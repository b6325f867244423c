import * as z from 'zod/mini';
import { dataOf, type Api } from '#admin/platform/api.ts';
import type { ListSpec, ListState } from '#admin/platform/list-state.ts';
import type { LivePage } from '#admin/platform/live-merge.ts';
import { Route } from '#admin/platform/routes.ts';

export const trashList: ListSpec = {
	path: Route.trash,
	filters: ['table'],
	sorts: ['deleted_at'],
	defaultSort: { by: 'deleted_at', ascending: false },
	columns: [],
	pageSize: 20
};

/** What can lie in the trash, by the words of the house. */
export const trashTables: Record<string, string> = {
	bookings: 'Bookings',
	customers: 'Customers',
	leads: 'Leads',
	chefs: 'Chefs',
	menu_items: 'Menu items'
};

const trashItem = z.object({
	table_name: z.string(),
	id: z.string(),
	label: z.nullable(z.string()),
	detail: z.nullable(z.string()),
	station_id: z.nullable(z.string()),
	deleted_at: z.string(),
	deleted_by_name: z.nullable(z.string()),
	reason: z.nullable(z.string()),
	restorable_until: z.string()
});
export type TrashItem = z.infer<typeof trashItem>;

/** One page of what the reader may restore, newest first. */
export async function readTrash(api: Api, { filters, cursor }: ListState): Promise<LivePage<TrashItem>> {
	const { table = '' } = filters;
	const answer = await api.rpc('trash_items', {
		p_table: table in trashTables ? table : null,
		p_before: cursor?.value ?? null,
		p_before_id: cursor?.id ?? null,
		p_limit: trashList.pageSize + 1
	});
	const rows = z.array(trashItem).parse(dataOf(answer));
	return { rows: rows.slice(0, trashList.pageSize), hasMore: rows.length > trashList.pageSize };
}

const restoreChoice = z.object({
	chef: z.nullable(z.object({ name: z.string() })),
	held_by: z.nullable(z.object({ booking_id: z.string(), reference: z.string() })),
	free: z.array(z.object({ chef_id: z.string(), name: z.string(), load: z.number() }))
});
export type RestoreChoice = z.infer<typeof restoreChoice>;

/** What can be chosen where a booking's chef was taken meanwhile; null for other problems. */
export function choiceOf(details: unknown): RestoreChoice | null {
	return restoreChoice.safeParse(details).data ?? null;
}

/** Whole days until an instant, at least 0. */
export function daysLeft(until: string, now: number): number {
	return Math.max(0, Math.floor((Date.parse(until) - now) / 86_400_000));
}
