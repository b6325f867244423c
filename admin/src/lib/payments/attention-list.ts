import * as z from 'zod/mini';
import { dataOf, type Api } from '#admin/platform/api.ts';
import { after } from '#admin/platform/cursor.ts';
import type { ListSpec, ListState } from '#admin/platform/list-state.ts';
import type { LivePage } from '#admin/platform/live-merge.ts';
import { Route } from '#admin/platform/routes.ts';
import { containing } from '#admin/platform/search.ts';
import { attentionKinds, attentionRow, attentionRowSelect, type AttentionRow } from './schema.ts';

/** The queue of what needs somebody, oldest first: who waits longest comes first. */
export const attentionList: ListSpec = {
	path: Route.paymentAttention,
	filters: ['status', 'kind'],
	sorts: ['created_at'],
	defaultSort: { by: 'created_at', ascending: true },
	columns: [],
	pageSize: 20
};

export interface AttentionQuestion {
	state: ListState;
	stationId: string | null;
}

/** One page of the queue. */
export async function readAttention(
	api: Api,
	{ state, stationId }: AttentionQuestion
): Promise<LivePage<AttentionRow>> {
	const { sort, cursor, filters, q } = state;
	const size = attentionList.pageSize;
	let query = api
		.from('payment_attention')
		.select(q ? attentionRowSelect.replace('booking:bookings(', 'booking:bookings!inner(') : attentionRowSelect)
		.eq('status', statusOf(filters));
	if (q) query = query.ilike('booking.reference', containing(q));
	if (stationId) query = query.eq('station_id', stationId);
	const kind = kindOf(filters);
	if (kind) query = query.eq('kind', kind);
	if (cursor) query = query.or(after('created_at', cursor, sort.ascending));
	const answer = await query
		.order('created_at', { ascending: sort.ascending })
		.order('id', { ascending: sort.ascending })
		.limit(size + 1);
	const rows = z.array(attentionRow).parse(dataOf(answer));
	return { rows: rows.slice(0, size), hasMore: rows.length > size };
}

/** The given ones, as far as the reader may see them. */
export async function readAttentionById(api: Api, ids: string[]): Promise<AttentionRow[]> {
	return z
		.array(attentionRow)
		.parse(dataOf(await api.from('payment_attention').select(attentionRowSelect).in('id', ids)));
}

const missedAtMost = 200;

/** What was raised or settled since a moment, oldest first; null when it is more than is worth reading one by one. */
export async function readAttentionSince(
	api: Api,
	moment: string,
	stationId: string | null
): Promise<AttentionRow[] | null> {
	let query = api.from('payment_attention').select(attentionRowSelect).gte('updated_at', moment);
	if (stationId) query = query.eq('station_id', stationId);
	const answer = await query
		.order('updated_at')
		.order('id')
		.limit(missedAtMost + 1);
	const rows = z.array(attentionRow).parse(dataOf(answer));
	return rows.length > missedAtMost ? null : rows;
}

/** Whether it belongs in the list: the same question as `readAttention` asks, for rows that arrive live. */
export function matchesAttention(row: AttentionRow, { state, stationId }: AttentionQuestion): boolean {
	const kind = kindOf(state.filters);
	if (row.status !== statusOf(state.filters)) return false;
	if (stationId && row.station_id !== stationId) return false;
	if (kind && row.kind !== kind) return false;
	return !state.q || (row.booking?.reference.toLowerCase().includes(state.q.toLowerCase()) ?? false);
}

/** The list's order, for rows that arrive live. */
export function compareAttention({ sort }: Pick<ListState, 'sort'>): (a: AttentionRow, b: AttentionRow) => number {
	const sign = sort.ascending ? 1 : -1;
	return (a, b) =>
		sign * (Date.parse(a.created_at) - Date.parse(b.created_at) || (a.id < b.id ? -1 : Number(a.id > b.id)));
}

function statusOf(filters: Record<string, string>): AttentionRow['status'] {
	return filters.status === 'resolved' ? 'resolved' : 'open';
}

function kindOf(filters: Record<string, string>): string | undefined {
	return attentionKinds.find((kind) => kind === filters.kind);
}
