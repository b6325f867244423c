import * as z from 'zod/mini';
import { dataOf, type Api } from '#admin/platform/api.ts';
import type { CsvColumn } from '#admin/platform/csv.ts';
import { after } from '#admin/platform/cursor.ts';
import type { ListSpec, ListState } from '#admin/platform/list-state.ts';
import type { LivePage } from '#admin/platform/live-merge.ts';
import { Route } from '#admin/platform/routes.ts';
import { containing } from '#admin/platform/search.ts';
import type { Station } from '#admin/stations/schema.ts';
import { formatPhone, toE164 } from '#shared/platform/phone.ts';
import { customerRow, customerRowSelect, looksLikeReference, namedLike, type CustomerRow } from './customer-schema.ts';

export const customerList: ListSpec = {
	path: Route.customers,
	filters: ['account'],
	sorts: ['created_at', 'updated_at'],
	defaultSort: { by: 'created_at', ascending: false },
	columns: [
		{ key: 'name', label: 'Name', fixed: true },
		{ key: 'phone', label: 'Phone' },
		{ key: 'email', label: 'E-mail' },
		{ key: 'stations', label: 'Stations' },
		{ key: 'account', label: 'Account' },
		{ key: 'created', label: 'Customer since', sort: 'created_at' },
		{ key: 'consent', label: 'Text messages', optional: true },
		{ key: 'changed', label: 'Changed', optional: true, sort: 'updated_at' }
	],
	pageSize: 20
};

export interface CustomerQuestion {
	state: ListState;
	stationId: string | null;
	/** Customers of the bookings whose reference the search text names. */
	booked: readonly string[];
}

/** Customers of bookings whose reference holds the text, as far as the reader may see them. */
export async function findBooked(api: Api, text: string): Promise<string[]> {
	if (!looksLikeReference(text)) return [];
	const answer = await api.from('bookings').select('customer_id').ilike('reference', containing(text)).limit(50);
	return z
		.array(z.object({ customer_id: z.string() }))
		.parse(dataOf(answer))
		.map(({ customer_id }) => customer_id);
}

/** One page of customers, or a page of an export of `size` rows. */
export async function readCustomers(
	api: Api,
	{ state, stationId, booked }: CustomerQuestion,
	size = customerList.pageSize
): Promise<LivePage<CustomerRow>> {
	const { sort, cursor, filters, q } = state;
	let query = api.from('customers').select(customerRowSelect);
	if (stationId) query = query.contains('station_ids', [stationId]);
	if (filters.account === 'yes') query = query.not('user_id', 'is', null);
	if (filters.account === 'no') query = query.is('user_id', null);
	if (q) query = query.or(booked.length ? `${namedLike(q)},id.in.(${booked.join(',')})` : namedLike(q));
	if (cursor) query = query.or(after(sort.by, cursor, sort.ascending));
	const answer = await query
		.order(sort.by, { ascending: sort.ascending })
		.order('id', { ascending: sort.ascending })
		.limit(size + 1);
	const rows = z.array(customerRow).parse(dataOf(answer));
	return { rows: rows.slice(0, size), hasMore: rows.length > size };
}

/** The given customers, as far as the reader may see them. */
export async function readCustomersById(api: Api, ids: string[]): Promise<CustomerRow[]> {
	return z.array(customerRow).parse(dataOf(await api.from('customers').select(customerRowSelect).in('id', ids)));
}

const missedAtMost = 500;

/** Customers written since a moment, oldest first; null when they are more than are worth reading one by one. */
export async function readCustomersSince(
	api: Api,
	moment: string,
	stationId: string | null
): Promise<CustomerRow[] | null> {
	let query = api.from('customers').select(customerRowSelect).gte('updated_at', moment);
	if (stationId) query = query.contains('station_ids', [stationId]);
	const answer = await query
		.order('updated_at')
		.order('id')
		.limit(missedAtMost + 1);
	const rows = z.array(customerRow).parse(dataOf(answer));
	return rows.length > missedAtMost ? null : rows;
}

/** Whether a customer belongs in the list: the same question as `readCustomers` asks, for rows that arrive live. */
export function matchesCustomer(row: CustomerRow, { state, stationId, booked }: CustomerQuestion): boolean {
	const { filters, q } = state;
	if (stationId && !row.station_ids.includes(stationId)) return false;
	if (filters.account === 'yes' && !row.user_id) return false;
	if (filters.account === 'no' && row.user_id) return false;
	if (!q || booked.includes(row.id)) return true;
	const text = q.toLowerCase();
	const digits = q.replace(/\D/g, '');
	return (
		[row.name, row.email].some((field) => field?.toLowerCase().includes(text)) ||
		(digits.length >= 4 && (row.phone ?? '').includes(toE164(q) ?? digits))
	);
}

/** The list's order, for rows that arrive live. */
export function compareCustomers({ sort }: Pick<ListState, 'sort'>): (a: CustomerRow, b: CustomerRow) => number {
	const key = sort.by === 'updated_at' ? 'updated_at' : 'created_at';
	const sign = sort.ascending ? 1 : -1;
	return (a, b) => sign * (Date.parse(a[key]) - Date.parse(b[key]) || (a.id < b.id ? -1 : Number(a.id > b.id)));
}

/** Names of the stations that know a customer. */
export function stationNames({ station_ids }: Pick<CustomerRow, 'station_ids'>, stations: readonly Station[]): string {
	return stations
		.filter(({ id }) => station_ids.includes(id))
		.map(({ name }) => name)
		.join(', ');
}

/** The columns of the customers export. */
export function customerCsv(stations: readonly Station[]): CsvColumn<CustomerRow>[] {
	return [
		{ label: 'Name', value: (row) => row.name },
		{ label: 'Phone', value: (row) => (row.phone ? formatPhone(row.phone) : null) },
		{ label: 'E-mail', value: (row) => row.email },
		{ label: 'Stations', value: (row) => stationNames(row, stations) },
		{ label: 'Account', value: (row) => (row.user_id ? 'yes' : 'no') },
		{ label: 'Text messages', value: (row) => (row.sms_consent ? 'agreed' : 'not agreed') },
		{ label: 'Customer since', value: (row) => row.created_at }
	];
}
