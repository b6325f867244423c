/** A place in a list that is ordered by one column and, where equal, by id. */
export interface Cursor {
	/** The ordering column's value, as PostgREST prints it. */
	value: string;
	id: string;
}

/** A cursor as one URL-safe word. */
export function encodeCursor({ value, id }: Cursor): string {
	return `${value}~${id}`;
}

/** The cursor of a URL, or null when it was made by hand and is none: a list then starts at its beginning. */
export function decodeCursor(text: string | null): Cursor | null {
	const match = /^([^~",()]{1,64})~([0-9a-f-]{36})$/i.exec(text ?? '');
	return match?.[1] && match[2] ? { value: match[1], id: match[2] } : null;
}

/**
 * PostgREST's `or` filter for the rows that come after a cursor: keyset pagination, which costs the same on the last page
 * as on the first and never shows a row twice when others arrive meanwhile.
 */
export function after(column: string, { value, id }: Cursor, ascending: boolean): string {
	const beyond = ascending ? 'gt' : 'lt';
	return `${column}.${beyond}."${value}",and(${column}.eq."${value}",id.${beyond}.${id})`;
}
