/** Stripe's form encoding: `line_items[0][price_data][currency]=usd`, `expand[]=customer`. */

export type FormValue = string | FormValue[] | { [key: string]: FormValue };
export type Form = { [key: string]: FormValue };

const mostParts = 8;
/** Keys that would reach an object's prototype. */
const forbidden = new Set(['__proto__', 'constructor', 'prototype']);

/** Decodes a body or a query; what is numbered from 0 becomes an array. Parts nested too deeply are left out. */
export function decodeForm(text: string): Form {
	const root: Form = {};
	for (const [name, value] of new URLSearchParams(text)) {
		const path = [name.split('[', 1)[0] ?? '', ...[...name.matchAll(/\[([^\]]*)\]/g)].map(([, part = '']) => part)];
		if (path.length > mostParts || path.some((part) => forbidden.has(part))) continue;
		put(root, path, value);
	}
	return arrays(root) as Form;
}

function put(root: Form, path: string[], value: string): void {
	let at = root;
	path.forEach((part, index) => {
		const key = part === '' ? String(Object.keys(at).length) : part;
		if (index === path.length - 1) at[key] = value;
		else {
			const next = at[key];
			at = (typeof next === 'object' ? next : (at[key] = {})) as Form;
		}
	});
}

function arrays(value: FormValue): FormValue {
	if (typeof value !== 'object' || Array.isArray(value)) return value;
	const entries = Object.entries(value).map(([key, inner]) => [key, arrays(inner)] as const);
	const numbered = entries.length > 0 && entries.every(([key], index) => key === String(index));
	return numbered ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}

export function textOf(value: FormValue | undefined): string | null {
	return typeof value === 'string' && value !== '' ? value : null;
}

/** A whole number; null where absent, NaN where it is none. */
export function integerOf(value: FormValue | undefined): number | null {
	const text = textOf(value);
	return text === null ? null : /^-?\d{1,15}$/.test(text) ? Number(text) : NaN;
}

export function groupOf(value: FormValue | undefined): Form {
	return typeof value === 'object' && !Array.isArray(value) ? value : {};
}

export function listOf(value: FormValue | undefined): FormValue[] {
	return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

/** Metadata are texts by name. */
export function metadataOf(value: FormValue | undefined): Record<string, string> {
	return Object.fromEntries(
		Object.entries(groupOf(value)).flatMap(([key, inner]) => (typeof inner === 'string' ? [[key, inner]] : []))
	);
}
