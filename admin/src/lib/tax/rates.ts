import * as z from 'zod/mini';
import { dataOf, type Api } from '#admin/platform/api.ts';
import type { CsvColumn } from '#admin/platform/csv.ts';
import { after } from '#admin/platform/cursor.ts';
import type { ListSpec, ListState } from '#admin/platform/list-state.ts';
import type { LivePage } from '#admin/platform/live-merge.ts';
import { Route } from '#admin/platform/routes.ts';
import { containing } from '#admin/platform/search.ts';
import { percentOf } from '#shared/tax/report.ts';

export const rateList: ListSpec = {
	path: Route.tax,
	filters: ['show'],
	sorts: ['county', 'effective_from'],
	defaultSort: { by: 'county', ascending: true },
	columns: [
		{ key: 'place', label: 'Place', fixed: true, sort: 'county' },
		{ key: 'rate', label: 'Rate', align: 'end' },
		{ key: 'from', label: 'From', sort: 'effective_from' },
		{ key: 'to', label: 'Until' },
		{ key: 'note', label: 'Note' }
	],
	pageSize: 50
};

export const rate = z.object({
	id: z.string(),
	state: z.string(),
	county: z.string(),
	city: z.nullable(z.string()),
	zips: z.nullable(z.array(z.string())),
	rate: z.number(),
	effective_from: z.string(),
	effective_to: z.nullable(z.string()),
	note: z.string(),
	archived_at: z.nullable(z.string()),
	archive_reason: z.nullable(z.string())
});
export type Rate = z.infer<typeof rate>;

export const rateChange = z.object({
	id: z.string(),
	change: z.enum(['added', 'ended', 'archived']),
	old_rate: z.nullable(z.number()),
	new_rate: z.nullable(z.number()),
	effective_from: z.string(),
	effective_to: z.nullable(z.string()),
	reason: z.string(),
	actor: z.string(),
	changed_by: z.nullable(z.string()),
	changed_at: z.string()
});
export type RateChange = z.infer<typeof rateChange>;

export const flaggedTax = z.object({
	booking_id: z.string(),
	event_date: z.string(),
	zip: z.string(),
	state: z.nullable(z.string()),
	county: z.nullable(z.string()),
	flag_reason: z.enum(['unknown_zip', 'unknown_county', 'no_rate']),
	total_cents: z.int(),
	booking: z.nullable(z.object({ reference: z.string(), status: z.string() }))
});
export type FlaggedTax = z.infer<typeof flaggedTax>;

const columns = 'id, state, county, city, zips, rate, effective_from, effective_to, note, archived_at, archive_reason';

/** One page of the rates: those in use, or with the filter `show` the archived ones or all. */
export async function readRates(api: Api, state: ListState, size = rateList.pageSize): Promise<LivePage<Rate>> {
	const { q, sort, cursor, filters } = state;
	let query = api.from('tax_rates').select(columns);
	if (filters.show === 'archived') query = query.not('archived_at', 'is', null);
	else if (filters.show !== 'all') query = query.is('archived_at', null);
	if (/^\d{5}$/.test(q)) query = query.contains('zips', [q]);
	else if (q) {
		const state = /^[a-z]{2}$/i.test(q) ? `,state.eq.${q.toUpperCase()}` : '';
		query = query.or(`county.ilike.${containing(q)},city.ilike.${containing(q)}${state}`);
	}
	if (cursor) query = query.or(after(sort.by, cursor, sort.ascending));
	const answer = await query
		.order(sort.by, { ascending: sort.ascending })
		.order('id', { ascending: sort.ascending })
		.limit(size + 1);
	const rows = z.array(rate).parse(dataOf(answer));
	return { rows: rows.slice(0, size), hasMore: rows.length > size };
}

export async function readRate(api: Api, id: string): Promise<Rate | null> {
	if (!/^[0-9a-f-]{36}$/i.test(id)) return null;
	return z.nullable(rate).parse(dataOf(await api.from('tax_rates').select(columns).eq('id', id).maybeSingle()));
}

/** What happened to the rates of the place, newest first. */
export async function readHistory(api: Api, { state, county, city }: Rate): Promise<RateChange[]> {
	const query = api
		.from('tax_rate_history')
		.select('id, change, old_rate, new_rate, effective_from, effective_to, reason, actor, changed_by, changed_at')
		.eq('state', state)
		.eq('county', county);
	const ofPlace = city === null ? query.is('city', null) : query.eq('city', city);
	return z.array(rateChange).parse(dataOf(await ofPlace.order('changed_at', { ascending: false }).limit(100)));
}

/** Names of who changed rates, as far as the reader may see them. */
export async function readNames(api: Api, history: readonly RateChange[]): Promise<Map<string, string>> {
	const ids = [...new Set(history.flatMap(({ changed_by }) => changed_by ?? []))];
	if (ids.length === 0) return new Map();
	const answer = await api.from('staff').select('user_id, name').in('user_id', ids);
	const people = z.array(z.object({ user_id: z.string(), name: z.string() })).parse(dataOf(answer));
	return new Map(people.map(({ user_id, name }) => [user_id, name]));
}

/** Bookings whose tax waits for a person, the next events first. */
export async function readFlagged(api: Api): Promise<FlaggedTax[]> {
	const answer = await api
		.from('booking_taxes')
		.select(
			'booking_id, event_date, zip, state, county, flag_reason, total_cents, booking:bookings!inner(reference, status)'
		)
		.eq('flagged', true)
		.neq('booking.status', 'cancelled')
		.order('event_date')
		.limit(100);
	return z.array(flaggedTax).parse(dataOf(answer));
}

export const flagWords: Record<FlaggedTax['flag_reason'], string> = {
	unknown_zip: 'The ZIP code is not known',
	unknown_county: 'The county is not known',
	no_rate: 'There is no rate for that county and day'
};

/** A rate's place as people name it. */
export function placeOf({ state, county, city, zips }: Pick<Rate, 'state' | 'county' | 'city' | 'zips'>): string {
	const where = [city, county, state].filter(Boolean).join(', ');
	return zips
		? `${where}: ${zips.slice(0, 3).join(', ')}${zips.length > 3 ? ` and ${zips.length - 3} more` : ''}`
		: where;
}

/** What an export holds; the import reads the same. */
export const rateCsv: readonly CsvColumn<Rate>[] = [
	{ label: 'state', value: ({ state }) => state },
	{ label: 'county', value: ({ county }) => county },
	{ label: 'city', value: ({ city }) => city },
	{ label: 'zips', value: ({ zips }) => zips?.join(' ') },
	{ label: 'rate_percent', value: (row) => percentOf(row.rate) },
	{ label: 'effective_from', value: ({ effective_from }) => effective_from },
	{ label: 'effective_to', value: ({ effective_to }) => effective_to },
	{ label: 'note', value: ({ note }) => note }
];
