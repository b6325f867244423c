/** Typed text inside a LIKE pattern, as PostgREST's `or` takes it: wildcards are letters, commas and quotes mean nothing. */
export function containing(text: string): string {
	return quoted(`%${text.replace(/[\\%_]/g, '\\$&')}%`);
}

/** A value inside PostgREST's `or`, where commas and parentheses mean something. */
export function quoted(value: string): string {
	return `"${value.replace(/["\\]/g, '\\$&')}"`;
}
