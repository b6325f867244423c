/** How PostgreSQL's values become JavaScript's, the same with every driver, and as PostgREST puts them into JSON. */

/** By type id: what the text of a value becomes. Ids that are absent keep the driver's own parser. */
export const valueParsers: Record<number, (text: string) => unknown> = {
	20: exactNumber, // bigint
	114: JSON.parse,
	1082: text, // date
	1083: text, // time
	1114: isoTimestamp, // timestamp
	1184: isoTimestamp, // timestamptz
	1266: text, // timetz
	1700: exactNumber, // numeric
	3802: JSON.parse // jsonb
};

/** A number where one can hold the value, else its text: money is in integer cents, rates have few digits. */
export function exactNumber(value: string): number | string {
	const digits = value.replace(/^-?0*\.?0*|\./g, '');
	return /^-?\d+(\.\d+)?$/.test(value) && digits.length <= 15 ? Number(value) : value;
}

/** `2026-11-22 22:41:20.265+00` is how PostgreSQL prints it; JSON, and every browser's `Date`, has T and +00:00. */
export function isoTimestamp(value: string): string {
	return value.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00');
}

function text(value: string): string {
	return value;
}
