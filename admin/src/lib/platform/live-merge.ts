/** What every live row has; `version` grows with each write, by trigger. */
export interface LiveRow {
	id: string;
	version: number;
	updated_at: string;
}

/** A page of a list: the first `size` rows in order, and whether others come after them. */
export interface LivePage<Row> {
	rows: readonly Row[];
	hasMore: boolean;
}

export interface MergeRules<Row> {
	/** Whether a row belongs in the list as it is filtered now. */
	matches: (row: Row) => boolean;
	/** Negative when the first comes before the second. */
	compare: (a: Row, b: Row) => number;
	/** Rows a page holds. */
	size: number;
	/** Whether the page is the list's first: rows before it then belong on it, not on an earlier one. */
	isFirst: boolean;
}

export interface Merged<Row> extends LivePage<Row> {
	/** Ids of rows that are new or differ. */
	changed: string[];
	/** A row left and another should move up from the next page: the page needs a read. */
	isShort: boolean;
}

/**
 * Puts re-read rows into a page. `asked` are the ids that were read again; one that did not come back is gone, or is no
 * longer this person's to see. A row older than the one shown is dropped, so that messages may come late, twice or out
 * of order.
 */
export function merge<Row extends LiveRow>(
	page: LivePage<Row>,
	asked: readonly string[],
	found: readonly Row[],
	rules: MergeRules<Row>
): Merged<Row> {
	const known = new Map(page.rows.map((row) => [row.id, row]));
	const news = new Map(found.map((row) => [row.id, row]));
	const changed: string[] = [];
	for (const id of new Set([...asked, ...news.keys()])) {
		const before = known.get(id);
		const now = news.get(id);
		if (before && now && now.version < before.version) continue;
		if (!now || !rules.matches(now)) {
			known.delete(id);
			continue;
		}
		if (!before && !belongs(now, page, rules)) continue;
		if (before?.version !== now.version) changed.push(id);
		known.set(id, now);
	}
	const sorted = [...known.values()].sort(rules.compare);
	const last = page.rows.at(-1);
	// A row that moved past the page's end belongs to a later page, whose rows this one does not know.
	const kept =
		page.hasMore && last ? sorted.filter((row) => !changed.includes(row.id) || rules.compare(row, last) <= 0) : sorted;
	const rows = kept.slice(0, rules.size);
	return {
		rows,
		hasMore: page.hasMore || kept.length > rules.size,
		changed: changed.filter((id) => rows.some((row) => row.id === id)),
		isShort: page.hasMore && rows.length < Math.min(rules.size, page.rows.length)
	};
}

function belongs<Row>(row: Row, page: LivePage<Row>, { compare, isFirst }: MergeRules<Row>): boolean {
	const first = page.rows[0];
	const last = page.rows.at(-1);
	if (!isFirst && first && compare(row, first) < 0) return false;
	return !page.hasMore || last === undefined || compare(row, last) <= 0;
}
