import type { Quote } from '#shared/pricing/schema.ts';
import type { Slot } from '#shared/booking/schema.ts';
import type { Problem } from '#admin/platform/api.ts';

/** What a price and free times are asked for, as the address holds it. */
export interface Wish {
	zip: string;
	adults: number;
	children: number;
	toddlers: number;
	items: { code: string; quantity: number }[];
	promo: string;
	/** First day to look for free times; its prices are shown. */
	from: string;
}

/** What the wish costs and when it could be; or why not. */
export interface Offer {
	quote: Quote | null;
	slots: Slot[];
	problem: Problem | null;
}

/** Reads a wish from an address; null while there is no ZIP. Counts that are no numbers are 0, and the quote says so. */
export function readWish(query: URLSearchParams, codes: readonly string[], today: string): Wish | null {
	const zip = (query.get('zip') ?? '').trim().slice(0, 10);
	if (!zip) return null;
	const count = (name: string) => Math.max(0, Math.trunc(Number(query.get(name)) || 0));
	const from = query.get('from') ?? '';
	return {
		zip,
		adults: count('adults'),
		children: count('children'),
		toddlers: count('toddlers'),
		items: codes.flatMap((code) => {
			const quantity = count(`item.${code}`);
			return quantity ? [{ code, quantity }] : [];
		}),
		promo: (query.get('promo') ?? '').trim().slice(0, 40),
		from: /^\d{4}-\d{2}-\d{2}$/.test(from) && from >= today ? from : today
	};
}

/** Whether a price code is something that can be added to a dinner. */
export function isExtra(code: string): boolean {
	return /^(protein_third$|upgrade_|addon_)/.test(code);
}
