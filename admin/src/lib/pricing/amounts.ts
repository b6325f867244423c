/** Typed dollars (`12`, `12.50`, `$1,200`) as cents; null where it is no amount. */
export function centsOf(typed: string): number | null {
	const text = typed.replaceAll(/[$,\s]/g, '');
	return /^-?\d{1,8}(\.\d{1,2})?$/.test(text) ? Math.round(Number(text) * 100) : null;
}

/** Cents as a form shows them: `5500` → `55.00`. */
export function dollars(cents: number | null): string {
	return cents === null ? '' : (cents / 100).toFixed(2);
}

/** A typed per cent (`12.5`) as a fraction with four places; null where it is none. */
export function rateOf(typed: string): number | null {
	const text = typed.replaceAll(/[%\s]/g, '');
	return /^-?\d{1,3}(\.\d{1,2})?$/.test(text) ? Math.round(Number(text) * 100) / 10_000 : null;
}

/** A fraction in per cent without needless places: `0.125` → `12.5`. */
export function percent(rate: number | null): string {
	return rate === null ? '' : String(Math.round(rate * 10_000) / 100);
}

/** By how much a price changed: `+9 %`; empty where there was none before. */
export function changeOf(before: number | null, after: number): string {
	if (!before) return '';
	const share = Math.round(((after - before) / before) * 1000) / 10;
	return `${share > 0 ? '+' : share < 0 ? '−' : ''}${Math.abs(share)} %`;
}
