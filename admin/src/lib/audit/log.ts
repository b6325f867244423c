import * as z from 'zod/mini';
import { startOfDay } from '#admin/booking/list.ts';
import { dataOf, type Api } from '#admin/platform/api.ts';
import { after } from '#admin/platform/cursor.ts';
import type { ListSpec, ListState } from '#admin/platform/list-state.ts';
import type { LivePage } from '#admin/platform/live-merge.ts';
import { Route } from '#admin/platform/routes.ts';
import { addDays } from '#shared/platform/time.ts';
import { auditEntry } from './timeline.ts';

export const logList: ListSpec = {
	path: Route.audit,
	filters: ['who', 'table', 'action', 'from', 'to'],
	sorts: ['occurred_at'],
	defaultSort: { by: 'occurred_at', ascending: false },
	columns: [
		{ key: 'when', label: 'When', fixed: true, sort: 'occurred_at' },
		{ key: 'who', label: 'Who' },
		{ key: 'deed', label: 'Deed' },
		{ key: 'table', label: 'Table' },
		{ key: 'changes', label: 'Changed' },
		{ key: 'station', label: 'Station' },
		{ key: 'row', label: 'Row', optional: true },
		{ key: 'address', label: 'Address', optional: true },
		{ key: 'request', label: 'Request', optional: true },
		{ key: 'number', label: 'Number in its month', align: 'end', optional: true }
	],
	pageSize: 50
};

/** An entry as the viewer shows it. */
export const logEntry = z.extend(auditEntry, {
	actor_roles: z.array(z.string()),
	station_id: z.nullable(z.string()),
	table_name: z.string(),
	row_id: z.nullable(z.string()),
	request_id: z.nullable(z.string()),
	address: z.nullable(z.string()),
	chain_no: z.nullable(z.number()),
	hash: z.nullable(z.string())
});
export type LogEntry = z.infer<typeof logEntry>;

const logSelect =
	'id, occurred_at, actor, actor_id, actor_roles, station_id, action, table_name, row_id, changes, request_id, address, chain_no, hash';

export interface LogQuestion {
	state: ListState;
	/** The stations to look at; null for all of them and the company's own rows. */
	stationIds: string[] | null;
	timezone: string;
	/** The rows that the search means; null without a search. */
	rowIds: string[] | null;
}

/** One page of the log, or a page of an export of `size` entries. */
export async function readLog(api: Api, question: LogQuestion, size = logList.pageSize): Promise<LivePage<LogEntry>> {
	const { sort, cursor } = question.state;
	let query = filtered(api, logSelect, question);
	if (cursor) {
		// the bound alone is what an index can start from
		query = sort.ascending ? query.gte('occurred_at', cursor.value) : query.lte('occurred_at', cursor.value);
		query = query.or(after('occurred_at', cursor, sort.ascending));
	}
	const answer = await query
		.order('occurred_at', { ascending: sort.ascending })
		.order('id', { ascending: sort.ascending })
		.limit(size + 1);
	const rows = z.array(logEntry).parse(dataOf(answer));
	return { rows: rows.slice(0, size), hasMore: rows.length > size };
}

/** Columns of the entries that the question asks for, of whatever page. */
function filtered(api: Api, columns: string, question: LogQuestion) {
	const { stationIds, timezone, rowIds } = question;
	const { who = '', table = '', action = '', from = '', to = '' } = question.state.filters;
	let query = api.from('audit_log').select(columns);
	// one station is an equation, so that its index gives the newest first
	if (stationIds?.length === 1) query = query.eq('station_id', stationIds[0]);
	else if (stationIds) query = query.in('station_id', stationIds);
	if (who) query = query.eq('actor', who);
	if (table) query = query.eq('table_name', table);
	if (['insert', 'update', 'delete', 'refused'].includes(action)) query = query.eq('action', action);
	if (rowIds) query = rowIds.length === 1 ? query.eq('row_id', rowIds[0]) : query.in('row_id', rowIds);
	const begins = from && startOfDay(from, timezone);
	const ends = to && startOfDay(addDays(to, 1), timezone);
	if (begins) query = query.gte('occurred_at', begins);
	if (ends) query = query.lt('occurred_at', ends);
	return query;
}

/** More new entries than this are not counted: the page says so many and more. */
export const mostCounted = 100;
/** A transaction writes its entries before they are seen, so late ones lie before the newest shown; this reaches back. */
const overlapMs = 60_000;

/** How many entries that the question asks for came after a page was read; at most `mostCounted` + 1. */
export async function countNewer(api: Api, question: LogQuestion, page: LivePage<LogEntry>): Promise<number> {
	const newest = page.rows[0];
	const oldest = page.rows.at(-1);
	let query = filtered(api, 'id, occurred_at', question);
	if (newest) query = query.gte('occurred_at', new Date(Date.parse(newest.occurred_at) - overlapMs).toISOString());
	const answer = await query
		.order('occurred_at', { ascending: false })
		.order('id', { ascending: false })
		.limit(mostCounted + 1 + page.rows.length);
	const found = z.array(z.object({ id: z.string(), occurred_at: z.string() })).parse(dataOf(answer));
	const shown = new Set(page.rows.map(({ id }) => id));
	const isOnPage = (at: string) => !page.hasMore || !oldest || at > oldest.occurred_at;
	const unknown = found.filter(({ id, occurred_at }) => !shown.has(id) && isOnPage(occurred_at));
	return Math.min(unknown.length, mostCounted + 1);
}

/** One entry that the reader may see. */
export async function readEntry(api: Api, id: string): Promise<LogEntry | null> {
	const rows = z.array(logEntry).parse(dataOf(await api.from('audit_log').select(logSelect).eq('id', id).limit(1)));
	return rows[0] ?? null;
}

const pagesOfTables: Record<string, (id: string) => string> = {
	bookings: Route.booking,
	booking_items: Route.booking,
	leads: Route.lead,
	chefs: Route.chef
};

/** The page of an entry's row, where there is one. */
export function rowHref({ table_name, row_id }: Pick<LogEntry, 'table_name' | 'row_id'>): string | null {
	const page = pagesOfTables[table_name];
	// of a composed key the parent comes first
	return page && row_id ? page(row_id.split(',')[0] ?? '') : null;
}
