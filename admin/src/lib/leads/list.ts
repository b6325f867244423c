import * as z from 'zod/mini';
import { dataOf, type Api } from '#admin/platform/api.ts';
import { after } from '#admin/platform/cursor.ts';
import type { ListSpec, ListState } from '#admin/platform/list-state.ts';
import type { LivePage } from '#admin/platform/live-merge.ts';
import { Route } from '#admin/platform/routes.ts';
import { containing } from '#admin/platform/search.ts';
import { toE164 } from '#shared/platform/phone.ts';
import { leadRow, leadRowSelect, leadStatus, type LeadRow, type LeadStatus } from './schema.ts';

export const leadList: ListSpec = {
	path: Route.leads,
	filters: ['status'],
	sorts: ['created_at'],
	defaultSort: { by: 'created_at', ascending: false },
	columns: [
		{ key: 'name', label: 'Name', fixed: true },
		{ key: 'reason', label: 'Why' },
		{ key: 'event', label: 'Wants' },
		{ key: 'guests', label: 'Guests', align: 'end' },
		{ key: 'station', label: 'Station' },
		{ key: 'next', label: 'Next action' },
		{ key: 'score', label: 'Score', align: 'end' },
		{ key: 'status', label: 'Status' },
		{ key: 'created', label: 'Came', sort: 'created_at' },
		{ key: 'phone', label: 'Phone', optional: true },
		{ key: 'email', label: 'E-mail', optional: true },
		{ key: 'source', label: 'Source', optional: true }
	],
	pageSize: 20
};

/** Statuses of people who may still book. */
export const openStatuses: readonly LeadStatus[] = ['new', 'contacted', 'qualified'];

export interface LeadQuestion {
	state: ListState;
	stationId: string | null;
}

/** One page of leads, or a page of an export of `size` rows. */
export async function readLeads(
	api: Api,
	{ state, stationId }: LeadQuestion,
	size = leadList.pageSize
): Promise<LivePage<LeadRow>> {
	const { sort, cursor, filters, q } = state;
	let query = api.from('leads').select(leadRowSelect);
	if (stationId) query = query.eq('station_id', stationId);
	const statuses = chosenStatuses(filters.status);
	if (statuses.length) query = query.in('status', statuses);
	if (q) {
		const phone = toE164(q);
		const pattern = containing(q);
		const conditions = [`name.ilike.${pattern}`, `email.ilike.${pattern}`];
		conditions.push(phone ? `phone.eq."${phone}"` : `phone.like.${containing(digitsOf(q) || q)}`);
		query = query.or(conditions.join(','));
	}
	if (cursor) query = query.or(after(sort.by, cursor, sort.ascending));
	const answer = await query
		.order(sort.by, { ascending: sort.ascending })
		.order('id', { ascending: sort.ascending })
		.limit(size + 1);
	const rows = z.array(leadRow).parse(dataOf(answer));
	return { rows: rows.slice(0, size), hasMore: rows.length > size };
}

/** The given leads, as far as the reader may see them. */
export async function readLeadsById(api: Api, ids: string[]): Promise<LeadRow[]> {
	return z.array(leadRow).parse(dataOf(await api.from('leads').select(leadRowSelect).in('id', ids)));
}

const missedAtMost = 500;

/** Leads written since a moment, oldest first; null when they are more than are worth reading one by one. */
export async function readLeadsSince(api: Api, moment: string, stationId: string | null): Promise<LeadRow[] | null> {
	let query = api.from('leads').select(leadRowSelect).gte('updated_at', moment);
	if (stationId) query = query.eq('station_id', stationId);
	const answer = await query
		.order('updated_at')
		.order('id')
		.limit(missedAtMost + 1);
	const rows = z.array(leadRow).parse(dataOf(answer));
	return rows.length > missedAtMost ? null : rows;
}

/** Whether a lead belongs in the list: the same question as `readLeads` asks, for rows that arrive live. */
export function matchesLead(row: LeadRow, { state, stationId }: LeadQuestion): boolean {
	const { filters, q } = state;
	const statuses = chosenStatuses(filters.status);
	if (stationId && row.station_id !== stationId) return false;
	if (statuses.length && !statuses.includes(row.status)) return false;
	if (!q) return true;
	const text = q.toLowerCase();
	if ([row.name, row.email].some((field) => field?.toLowerCase().includes(text))) return true;
	return (row.phone ?? '').includes(toE164(q) ?? (digitsOf(q) || q));
}

/** The list's order, for rows that arrive live. */
export function compareLeads({ sort }: Pick<ListState, 'sort'>): (a: LeadRow, b: LeadRow) => number {
	const sign = sort.ascending ? 1 : -1;
	return (a, b) =>
		sign * (Date.parse(a.created_at) - Date.parse(b.created_at) || (a.id < b.id ? -1 : Number(a.id > b.id)));
}

/** The statuses that a filter names; several are joined by dots, `open` is all that may still book. */
export function chosenStatuses(text: string | undefined): LeadStatus[] {
	if (text === 'open') return [...openStatuses];
	return (text ?? '').split('.').flatMap((status) => leadStatus.safeParse(status).data ?? []);
}

function digitsOf(text: string): string {
	const digits = text.replace(/\D/g, '');
	return digits.length >= 4 ? digits : '';
}
