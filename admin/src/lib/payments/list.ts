import * as z from 'zod/mini';
import { dataOf, type Api } from '#admin/platform/api.ts';
import { after } from '#admin/platform/cursor.ts';
import type { ListSpec, ListState } from '#admin/platform/list-state.ts';
import type { LivePage } from '#admin/platform/live-merge.ts';
import { Route } from '#admin/platform/routes.ts';
import { containing } from '#admin/platform/search.ts';
import { addDays } from '#shared/platform/time.ts';
import { startOfDay } from '#admin/booking/list.ts';
import { paymentKinds, paymentMethods, paymentRow, paymentRowSelect, type PaymentRow } from './schema.ts';

/** The ledger, newest first. */
export const paymentList: ListSpec = {
	path: Route.payments,
	filters: ['kind', 'method', 'from', 'to'],
	sorts: ['occurred_at'],
	defaultSort: { by: 'occurred_at', ascending: false },
	columns: [
		{ key: 'when', label: 'When', fixed: true, sort: 'occurred_at' },
		{ key: 'booking', label: 'Booking' },
		{ key: 'payer', label: 'Customer' },
		{ key: 'kind', label: 'What' },
		{ key: 'method', label: 'How' },
		{ key: 'station', label: 'Station' },
		{ key: 'amount', label: 'Amount', align: 'end' },
		{ key: 'note', label: 'Note', optional: true },
		{ key: 'ref', label: 'Provider’s id', optional: true }
	],
	pageSize: 20
};

export interface PaymentQuestion {
	state: ListState;
	stationId: string | null;
	/** The calendar that `from` and `to` are days of. */
	timezone: string;
}

const day = /^\d{4}-\d{2}-\d{2}$/;

/** One page of the ledger, or a page of an export of `size` rows. */
export async function readPayments(
	api: Api,
	{ state, stationId, timezone }: PaymentQuestion,
	size = paymentList.pageSize
): Promise<LivePage<PaymentRow>> {
	const { sort, cursor, filters, q } = state;
	// The booking narrows only where it is asked for: money without one is in the list as well.
	let query = api
		.from('payments')
		.select(q ? paymentRowSelect.replace('booking:bookings(', 'booking:bookings!inner(') : paymentRowSelect);
	if (q) query = query.ilike('booking.reference', containing(q));
	if (stationId) query = query.eq('station_id', stationId);
	const { kind, method } = chosen(filters);
	if (kind) query = query.eq('kind', kind);
	if (method) query = query.eq('method', method);
	const span = daySpan(filters, timezone);
	if (span.from) query = query.gte('occurred_at', span.from);
	if (span.to) query = query.lt('occurred_at', span.to);
	if (cursor) query = query.or(after('occurred_at', cursor, sort.ascending));
	const answer = await query
		.order('occurred_at', { ascending: sort.ascending })
		.order('id', { ascending: sort.ascending })
		.limit(size + 1);
	const rows = z.array(paymentRow).parse(dataOf(answer));
	return { rows: rows.slice(0, size), hasMore: rows.length > size };
}

/** The given rows of the ledger, as far as the reader may see them. */
export async function readPaymentsById(api: Api, ids: string[]): Promise<PaymentRow[]> {
	return z.array(paymentRow).parse(dataOf(await api.from('payments').select(paymentRowSelect).in('id', ids)));
}

const missedAtMost = 500;

/** Rows written since a moment, oldest first; null when they are more than are worth reading one by one. */
export async function readPaymentsSince(
	api: Api,
	moment: string,
	stationId: string | null
): Promise<PaymentRow[] | null> {
	let query = api.from('payments').select(paymentRowSelect).gte('created_at', moment);
	if (stationId) query = query.eq('station_id', stationId);
	const answer = await query
		.order('created_at')
		.order('id')
		.limit(missedAtMost + 1);
	const rows = z.array(paymentRow).parse(dataOf(answer));
	return rows.length > missedAtMost ? null : rows;
}

/** Whether a row belongs in the list: the same question as `readPayments` asks, for rows that arrive live. */
export function matchesPayment(row: PaymentRow, { state, stationId, timezone }: PaymentQuestion): boolean {
	const { filters, q } = state;
	const { kind, method } = chosen(filters);
	const { from, to } = daySpan(filters, timezone);
	if (stationId && row.station_id !== stationId) return false;
	if (kind && row.kind !== kind) return false;
	if (method && row.method !== method) return false;
	if (from && Date.parse(row.occurred_at) < Date.parse(from)) return false;
	if (to && Date.parse(row.occurred_at) >= Date.parse(to)) return false;
	return !q || (row.booking?.reference.toLowerCase().includes(q.toLowerCase()) ?? false);
}

/** The list's order, for rows that arrive live. */
export function comparePayments({ sort }: Pick<ListState, 'sort'>): (a: PaymentRow, b: PaymentRow) => number {
	const sign = sort.ascending ? 1 : -1;
	return (a, b) =>
		sign * (Date.parse(a.occurred_at) - Date.parse(b.occurred_at) || (a.id < b.id ? -1 : Number(a.id > b.id)));
}

function chosen(filters: Record<string, string>): { kind?: string | undefined; method?: string | undefined } {
	return {
		kind: paymentKinds.find((kind) => kind === filters.kind),
		method: paymentMethods.find((method) => method === filters.method)
	};
}

function daySpan(
	{ from = '', to = '' }: Record<string, string>,
	timezone: string
): { from: string | null; to: string | null } {
	return {
		from: day.test(from) ? startOfDay(from, timezone) : null,
		to: day.test(to) ? startOfDay(addDays(to, 1), timezone) : null
	};
}
