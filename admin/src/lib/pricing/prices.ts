import * as z from 'zod/mini';
import type { Failed } from '#admin/platform/action.ts';
import { dataOf, type Api } from '#admin/platform/api.ts';
import type { CsvColumn } from '#admin/platform/csv.ts';
import { after } from '#admin/platform/cursor.ts';
import type { ListSpec, ListState } from '#admin/platform/list-state.ts';
import type { LivePage } from '#admin/platform/live-merge.ts';
import { Route } from '#admin/platform/routes.ts';
import { containing } from '#admin/platform/search.ts';
import { dollars } from './amounts.ts';

export const bookedPrice = z.object({
	id: z.string(),
	code: z.string(),
	label: z.string(),
	unit_cents: z.int(),
	unit: z.string(),
	effective_from: z.string(),
	effective_to: z.nullable(z.string()),
	note: z.string()
});
export type BookedPrice = z.infer<typeof bookedPrice>;

export const priceLimit = z.object({ code: z.string(), min_cents: z.int(), max_cents: z.int(), version: z.int() });
export type PriceLimit = z.infer<typeof priceLimit>;

/** One item of the price book: what it costs now, what is to come (soonest first) and what was (latest first). */
export interface Priced {
	code: string;
	label: string;
	unit: string;
	now: BookedPrice | null;
	scheduled: BookedPrice[];
	past: BookedPrice[];
	limit: PriceLimit | null;
}

/** The whole price book with its limits. */
export async function readPrices(api: Api, at: number): Promise<Priced[]> {
	const [prices, limits] = await Promise.all([
		api
			.from('price_book')
			.select('id, code, label, unit_cents, unit, effective_from, effective_to, note')
			.order('effective_from'),
		api.from('price_limits').select('code, min_cents, max_cents, version')
	]);
	return byCode(z.array(bookedPrice).parse(dataOf(prices)), z.array(priceLimit).parse(dataOf(limits)), at);
}

/** Prices, oldest first, put together by their code: food first, as the menu reads. */
export function byCode(prices: readonly BookedPrice[], limits: readonly PriceLimit[], at: number): Priced[] {
	const groups = Object.entries(Object.groupBy(prices, ({ code }) => code));
	return groups
		.map(([code, all = []]): Priced => {
			const started = all.filter(({ effective_from }) => Date.parse(effective_from) <= at);
			const holds = (price: BookedPrice) => price.effective_to === null || Date.parse(price.effective_to) > at;
			const now = started.findLast(holds) ?? null;
			const latest = all.at(-1);
			return {
				code,
				label: (now ?? latest)?.label ?? code,
				unit: latest?.unit ?? 'each',
				now,
				scheduled: all.filter(({ effective_from }) => Date.parse(effective_from) > at),
				past: started.filter((price) => price !== now).toReversed(),
				limit: limits.find((limit) => limit.code === code) ?? null
			};
		})
		.sort((a, b) => rank(a.code) - rank(b.code) || a.label.localeCompare(b.label));
}

const order = ['adult', 'child', 'toddler', 'minimum_order', 'deposit', 'travel', 'protein_third'];

function rank(code: string): number {
	const place = order.indexOf(code);
	return place === -1 ? order.length : place;
}

/** What one of it is called beside a price. */
export const unitWords: Record<string, string> = {
	person: 'a person',
	mile: 'a mile',
	order: 'an order',
	each: 'each'
};

export const priceChangeRow = z.object({
	id: z.string(),
	code: z.string(),
	old_cents: z.nullable(z.int()),
	new_cents: z.int(),
	effective_from: z.string(),
	reason: z.string(),
	actor: z.string(),
	changed_at: z.string(),
	kind: z.string()
});
export type PriceChangeRow = z.infer<typeof priceChangeRow>;

export const historyList: ListSpec = {
	path: Route.priceHistory,
	filters: ['code'],
	sorts: ['changed_at'],
	defaultSort: { by: 'changed_at', ascending: false },
	columns: [],
	pageSize: 30
};

/** One page of the history of changes, newest first. */
export async function readPriceHistory(
	api: Api,
	state: ListState,
	size = historyList.pageSize
): Promise<LivePage<PriceChangeRow>> {
	const { sort, cursor, filters, q } = state;
	let query = api
		.from('price_change_history')
		.select('id, code, old_cents, new_cents, effective_from, reason, actor, changed_at, kind');
	if (filters.code) query = query.eq('code', filters.code);
	if (q) query = query.or(`reason.ilike.${containing(q)},code.ilike.${containing(q)}`);
	if (cursor) query = query.or(after(sort.by, cursor, sort.ascending));
	const answer = await query
		.order(sort.by, { ascending: sort.ascending })
		.order('id', { ascending: sort.ascending })
		.limit(size + 1);
	const rows = z.array(priceChangeRow).parse(dataOf(answer));
	return { rows: rows.slice(0, size), hasMore: rows.length > size };
}

const staffName = z.object({ user_id: z.nullable(z.string()), name: z.string() });

/** What those who set prices are called, by actor; only of those whom the reader may see. */
export async function readPriceSetters(api: Api, rows: readonly PriceChangeRow[]): Promise<Map<string, string>> {
	const ids = [...new Set(rows.flatMap(({ actor }) => (actor.startsWith('user:') ? actor.slice(5) : [])))];
	if (ids.length === 0) return new Map();
	const answer = await api.from('staff').select('user_id, name').in('user_id', ids);
	return new Map(
		z
			.array(staffName)
			.parse(dataOf(answer))
			.map(({ user_id, name }) => [`user:${user_id}`, name])
	);
}

const large = z.object({ old_cents: z.int(), new_cents: z.int() });

/** From what to what a price would go, where the database wants that confirmed. */
export function largeChange({
	code,
	details
}: Pick<Failed['problem'], 'code' | 'details'>): z.infer<typeof large> | null {
	return code === 'PRICE_CHANGE_LARGE' ? (large.safeParse(details).data ?? null) : null;
}

export const kindWords: Record<string, string> = {
	set: 'Set',
	scheduled: 'Scheduled',
	cancelled: 'Cancelled',
	restored: 'Restored'
};

export const historyCsv: CsvColumn<PriceChangeRow>[] = [
	{ label: 'When', value: (row) => row.changed_at },
	{ label: 'Code', value: (row) => row.code },
	{ label: 'What', value: (row) => kindWords[row.kind] ?? row.kind },
	{ label: 'Old', value: (row) => dollars(row.old_cents) },
	{ label: 'New', value: (row) => dollars(row.new_cents) },
	{ label: 'From', value: (row) => row.effective_from },
	{ label: 'Why', value: (row) => row.reason },
	{ label: 'Who', value: (row) => row.actor }
];
