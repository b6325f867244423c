/**
 * The booking form as it is typed: one string per field, keyed by the dotted path that `create_booking` knows the field
 * by, so that its field messages need no translation. The browser, the draft in local storage and the form action hold
 * this same shape. Menu counts are `proteins.<code>` and `items.<code>`.
 */
export type BookingValues = Record<string, string>;

/** Messages by field path, in the order in which the page shows the fields. */
export type FieldMessages = Record<string, string>;

export interface Item {
	code: string;
	quantity: number;
}

/** What is eaten: the included proteins, which cost nothing, and the items that are priced. */
export interface Choices {
	proteins: Item[];
	items: Item[];
}

/** A typed count, or what is wrong with it. */
function readCount(typed: string): number | string {
	const text = typed.trim() || '0';
	if (!/^-?\d{1,9}$/.test(text)) return 'Enter how many as a whole number, like 10.';
	const quantity = Number(text);
	if (quantity < 0) return "This can't be less than zero.";
	return quantity > 999 ? 'At most 999 here. For more, please contact us.' : quantity;
}

/** Typed menu counts (`proteins.<code>`, `items.<code>`) with messages where one is no count; zeros are left out. */
export function readChoices(values: BookingValues): { choices: Choices; fields: FieldMessages } {
	const choices: Choices = { proteins: [], items: [] };
	const fields: FieldMessages = {};
	for (const [path, typed] of Object.entries(values)) {
		const [, list, code] = /^(proteins|items)\.(.+)$/.exec(path) ?? [];
		if ((list !== 'proteins' && list !== 'items') || code === undefined) continue;
		const read = readCount(typed);
		if (typeof read === 'string') fields[path] = read;
		else if (read > 0) choices[list].push({ code, quantity: read });
	}
	return { choices, fields };
}
