/**
 * Typed text as a LIKE pattern inside PostgREST's `or`. Characters that mean something there or in LIKE become `_`, "any
 * one character": quoting a pattern is not understood by every server that speaks this protocol, and a search that finds
 * a little more than was typed is still a good one.
 */
export function containing(text: string): string {
	return `%${text.replace(/[%*,()"'\\]/g, '_')}%`;
}
