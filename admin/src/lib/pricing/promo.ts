import * as z from 'zod/mini';
import { dataOf, type Api } from '#admin/platform/api.ts';
import type { CsvColumn } from '#admin/platform/csv.ts';
import { after } from '#admin/platform/cursor.ts';
import type { ListSpec, ListState } from '#admin/platform/list-state.ts';
import type { LivePage } from '#admin/platform/live-merge.ts';
import { Route } from '#admin/platform/routes.ts';
import { containing } from '#admin/platform/search.ts';
import { formatCents, formatCentsShort } from '#shared/platform/money.ts';
import { dollars, percent } from './amounts.ts';
import { toLocalInput } from './local-time.ts';

export const promoRow = z.object({
	id: z.string(),
	code: z.string(),
	description: z.string(),
	rate: z.nullable(z.number()),
	cents: z.nullable(z.int()),
	min_order_cents: z.int(),
	starts_at: z.nullable(z.string()),
	ends_at: z.nullable(z.string()),
	max_total: z.nullable(z.int()),
	max_per_customer: z.nullable(z.int()),
	first_time_only: z.boolean(),
	station_ids: z.array(z.string()),
	active: z.boolean(),
	created_at: z.string(),
	updated_at: z.string(),
	version: z.int(),
	archived_at: z.nullable(z.string()),
	uses: z.int(),
	discount_cents: z.number()
});
export type PromoRow = z.infer<typeof promoRow>;

export const promoList: ListSpec = {
	path: Route.promoCodes,
	filters: ['status'],
	sorts: ['created_at'],
	defaultSort: { by: 'created_at', ascending: false },
	columns: [
		{ key: 'code', label: 'Code', fixed: true },
		{ key: 'off', label: 'Takes off' },
		{ key: 'for', label: 'For' },
		{ key: 'valid', label: 'Valid' },
		{ key: 'uses', label: 'Uses', align: 'end' },
		{ key: 'given', label: 'Given', align: 'end' },
		{ key: 'status', label: 'Status' },
		{ key: 'created', label: 'Made', sort: 'created_at', optional: true }
	],
	pageSize: 20
};

/** One page of codes, or a page of an export of `size` rows. Archived ones are shown only where they are asked for. */
export async function readPromos(api: Api, state: ListState, size = promoList.pageSize): Promise<LivePage<PromoRow>> {
	const { sort, cursor, filters, q } = state;
	let query = api.from('promo_code_list').select('*');
	query = filters.status === 'archived' ? query.not('archived_at', 'is', null) : query.is('archived_at', null);
	if (filters.status === 'active') query = query.eq('active', true);
	if (filters.status === 'paused') query = query.eq('active', false);
	if (q) query = query.or(`code.ilike.${containing(q)},description.ilike.${containing(q)}`);
	if (cursor) query = query.or(after(sort.by, cursor, sort.ascending));
	const answer = await query
		.order(sort.by, { ascending: sort.ascending })
		.order('id', { ascending: sort.ascending })
		.limit(size + 1);
	const rows = z.array(promoRow).parse(dataOf(answer));
	return { rows: rows.slice(0, size), hasMore: rows.length > size };
}

/** The given codes. */
export async function readPromosById(api: Api, ids: string[]): Promise<PromoRow[]> {
	return z.array(promoRow).parse(dataOf(await api.from('promo_code_list').select('*').in('id', ids)));
}

/** Whether a code belongs in the list, for rows that arrive live: the same question as `readPromos` asks. */
export function matchesPromo(row: PromoRow, { filters, q }: ListState): boolean {
	if ((filters.status === 'archived') !== (row.archived_at !== null)) return false;
	if (filters.status === 'active' && !row.active) return false;
	if (filters.status === 'paused' && row.active) return false;
	const text = q.toLowerCase();
	return [row.code, row.description].some((field) => field.toLowerCase().includes(text));
}

export function comparePromos({ sort }: ListState): (a: PromoRow, b: PromoRow) => number {
	const sign = sort.ascending ? 1 : -1;
	return (a, b) =>
		sign * (Date.parse(a.created_at) - Date.parse(b.created_at) || (a.id < b.id ? -1 : Number(a.id > b.id)));
}

/** What a code takes off, in words: `10 %` or `$50`. */
export function takesOff({ rate, cents }: Pick<PromoRow, 'rate' | 'cents'>): string {
	return cents === null ? `${percent(rate)} %` : formatCentsShort(cents);
}

/** Where a code stands at a moment. */
export function standing(row: PromoRow, now: number): { label: string; tone: 'success' | 'warning' | 'neutral' } {
	if (row.archived_at) return { label: 'Archived', tone: 'neutral' };
	if (!row.active) return { label: 'Paused', tone: 'neutral' };
	if (row.ends_at && Date.parse(row.ends_at) <= now) return { label: 'Ended', tone: 'neutral' };
	if (row.starts_at && Date.parse(row.starts_at) > now) return { label: 'Scheduled', tone: 'warning' };
	if (row.max_total !== null && row.uses >= row.max_total) return { label: 'Used up', tone: 'warning' };
	return { label: 'Active', tone: 'success' };
}

export function usesOf({ uses, max_total }: PromoRow): string {
	return max_total === null ? String(uses) : `${uses} of ${max_total}`;
}

/** For whom a code is, in a few words. */
export function audience(row: PromoRow): string {
	const parts = [
		row.first_time_only && 'first dinner',
		row.max_per_customer !== null && `${row.max_per_customer} a person`,
		row.min_order_cents > 0 && `from ${formatCentsShort(row.min_order_cents)}`
	].filter(Boolean);
	return parts.length ? parts.join(', ') : 'everybody';
}

export const promoCsv: CsvColumn<PromoRow>[] = [
	{ label: 'Code', value: (row) => row.code },
	{ label: 'Description', value: (row) => row.description },
	{ label: 'Takes off', value: takesOff },
	{ label: 'Minimum order', value: (row) => formatCents(row.min_order_cents) },
	{ label: 'Starts', value: (row) => row.starts_at },
	{ label: 'Ends', value: (row) => row.ends_at },
	{ label: 'Limit', value: (row) => row.max_total },
	{ label: 'A person', value: (row) => row.max_per_customer },
	{ label: 'First dinner only', value: (row) => (row.first_time_only ? 'yes' : 'no') },
	{ label: 'Uses', value: (row) => row.uses },
	{ label: 'Given', value: (row) => formatCents(row.discount_cents) },
	{ label: 'Status', value: (row) => standing(row, Date.now()).label }
];

/** The fields of the editor, as its form holds them. */
export function promoFields(row: PromoRow | null, timezone: string): Record<string, string> {
	return {
		code: row?.code ?? '',
		description: row?.description ?? '',
		percent: percent(row?.rate ?? null),
		dollars: dollars(row?.cents ?? null),
		min_order: dollars(row?.min_order_cents ?? 0),
		starts_at: toLocalInput(row?.starts_at ?? null, timezone),
		ends_at: toLocalInput(row?.ends_at ?? null, timezone),
		max_total: row?.max_total?.toString() ?? '',
		max_per_customer: row?.max_per_customer?.toString() ?? '',
		first_time_only: row?.first_time_only ? 'yes' : 'no',
		active: row && !row.active ? 'no' : 'yes',
		station_ids: [...(row?.station_ids ?? [])].sort().join(' ')
	};
}

export const redemption = z.object({
	id: z.string(),
	booking_id: z.string(),
	discount_cents: z.int(),
	created_at: z.string(),
	released_at: z.nullable(z.string()),
	bookings: z.nullable(z.object({ reference: z.string(), status: z.string() }))
});
export type Redemption = z.infer<typeof redemption>;
