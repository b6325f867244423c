import * as z from 'zod/mini';
import { dataOf, type Api } from '#admin/platform/api.ts';
import { after } from '#admin/platform/cursor.ts';
import type { ListSpec, ListState } from '#admin/platform/list-state.ts';
import type { LivePage } from '#admin/platform/live-merge.ts';
import { Route } from '#admin/platform/routes.ts';
import { containing } from '#admin/platform/search.ts';
import { disputeRow, disputeRowSelect, type DisputeRow } from './schema.ts';

/** Disputes, newest first. There are few, so the page is read whole when one changes. */
export const disputeList: ListSpec = {
	path: Route.paymentDisputes,
	filters: ['status'],
	sorts: ['opened_at'],
	defaultSort: { by: 'opened_at', ascending: false },
	columns: [
		{ key: 'opened', label: 'Opened', fixed: true, sort: 'opened_at' },
		{ key: 'booking', label: 'Booking' },
		{ key: 'payer', label: 'Customer' },
		{ key: 'reason', label: 'Reason' },
		{ key: 'due', label: 'Answer until' },
		{ key: 'status', label: 'Status' },
		{ key: 'amount', label: 'Amount', align: 'end' }
	],
	pageSize: 20
};

/** One page of disputes. */
export async function readDisputes(
	api: Api,
	{ state, stationId }: { state: ListState; stationId: string | null }
): Promise<LivePage<DisputeRow>> {
	const { sort, cursor, filters, q } = state;
	const size = disputeList.pageSize;
	let query = api
		.from('payment_disputes')
		.select(q ? disputeRowSelect.replace('booking:bookings(', 'booking:bookings!inner(') : disputeRowSelect);
	if (q) query = query.ilike('booking.reference', containing(q));
	if (stationId) query = query.eq('station_id', stationId);
	if (['open', 'won', 'lost'].includes(filters.status ?? '')) query = query.eq('status', filters.status);
	if (cursor) query = query.or(after('opened_at', cursor, sort.ascending));
	const answer = await query
		.order('opened_at', { ascending: sort.ascending })
		.order('id', { ascending: sort.ascending })
		.limit(size + 1);
	const rows = z.array(disputeRow).parse(dataOf(answer));
	return { rows: rows.slice(0, size), hasMore: rows.length > size };
}
