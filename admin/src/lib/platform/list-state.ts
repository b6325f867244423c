import { decodeCursor, encodeCursor, type Cursor } from './cursor.ts';

/**
 * What a list can be asked for. Everything that a person chooses lives in the URL, so that a list can be shared,
 * bookmarked and gone back to; this is the one place that reads and writes it.
 */
export interface ListSpec {
	path: string;
	/** Query parameters that narrow the list, besides `q` and `station`. */
	filters: readonly string[];
	/** Columns to order by; each must be indexed together with id. */
	sorts: readonly string[];
	/** The order when the URL names none. */
	defaultSort: { by: string; ascending: boolean };
	columns: readonly ListColumn[];
	pageSize: number;
}

export interface ListColumn {
	key: string;
	label: string;
	/** Can not be hidden: the row's name and link. */
	fixed?: boolean;
	/** Hidden until chosen. */
	optional?: boolean;
	/** The spec's sort that a click on the head asks for. */
	sort?: string;
	align?: 'end';
}

export interface ListState {
	/** Free text. */
	q: string;
	/** Slug of the chosen station; empty for all that one may see. */
	station: string;
	filters: Record<string, string>;
	sort: { by: string; ascending: boolean };
	cursor: Cursor | null;
	/** Keys of the shown columns, in the spec's order. */
	columns: string[];
}

const longest = 200;

/** Reads a list's state from its URL. Anything that was made by hand and makes no sense is left out, never an error. */
export function readListState(spec: ListSpec, url: URL): ListState {
	const text = (name: string) => (url.searchParams.get(name) ?? '').trim().slice(0, longest);
	const sort = text('sort');
	const by = sort.replace(/^-/, '');
	const chosen = text('columns').split('.');
	return {
		q: text('q'),
		station: text('station'),
		filters: Object.fromEntries(spec.filters.map((name) => [name, text(name)])),
		sort: spec.sorts.includes(by) ? { by, ascending: !sort.startsWith('-') } : spec.defaultSort,
		cursor: decodeCursor(url.searchParams.get('after')),
		columns: url.searchParams.get('columns')
			? spec.columns.filter(({ key, fixed }) => fixed || chosen.includes(key)).map(({ key }) => key)
			: defaultColumns(spec)
	};
}

export type ListChange = Partial<Omit<ListState, 'filters'>> & { filters?: Record<string, string> };

/** The URL of a list in a changed state. Whatever changes, the list starts at its first page again. */
export function listHref(spec: ListSpec, state: ListState, change: ListChange = {}, path = spec.path): string {
	const next = { ...state, cursor: null, ...change, filters: { ...state.filters, ...change.filters } };
	const query = new URLSearchParams();
	const put = (name: string, value: string) => value && query.set(name, value);
	put('q', next.q);
	put('station', next.station);
	for (const name of spec.filters) put(name, next.filters[name] ?? '');
	if (next.sort.by !== spec.defaultSort.by || next.sort.ascending !== spec.defaultSort.ascending) {
		put('sort', `${next.sort.ascending ? '' : '-'}${next.sort.by}`);
	}
	if (next.columns.join() !== defaultColumns(spec).join()) put('columns', next.columns.join('.'));
	if (next.cursor) put('after', encodeCursor(next.cursor));
	const text = query.toString();
	return text ? `${path}?${text}` : path;
}

/** Whether anything narrows the list: an empty one then says so, instead of that there is nothing at all. */
export function isFiltered(state: ListState): boolean {
	return state.q !== '' || state.station !== '' || Object.values(state.filters).some(Boolean);
}

function defaultColumns(spec: ListSpec): string[] {
	return spec.columns.filter(({ optional }) => !optional).map(({ key }) => key);
}
