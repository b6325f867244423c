import type * as z from 'zod/mini';
import type { Quote } from '#shared/pricing/schema.ts';
import { priceChange, type Slot } from '#shared/booking/schema.ts';
import { addDays, localDate } from '#shared/platform/time.ts';
import type { Problem } from '#admin/platform/api.ts';
import { homeTimezone } from './list.ts';

/** What a price and free times are asked for, as the address holds it. */
export interface Wish {
	zip: string;
	adults: number;
	children: number;
	toddlers: number;
	items: { code: string; quantity: number }[];
	promo: string;
	/** First day to look for free times; its prices are shown until one is chosen. */
	from: string;
	/** The chosen start time, an ISO instant: the price is that of then. */
	at: string | null;
}

/** How many days of free times are shown after the first. */
export const daysShown = 6;

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
	const asked = query.get('from') ?? '';
	const from = /^\d{4}-\d{2}-\d{2}$/.test(asked) && asked >= today ? asked : today;
	const at = query.get('at') ?? '';
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
		from,
		at: Number.isNaN(Date.parse(at)) || localDate(at, homeTimezone) < from ? null : at
	};
}

/** The address once a start time is chosen: the days that are shown stay, unless they do not have it. */
export function choosing(
	{ event_date, starts_at }: Slot,
	wish: Wish,
	query: Iterable<[string, string]>
): URLSearchParams {
	const chosen = new URLSearchParams([...query]);
	chosen.set('at', starts_at);
	if (event_date < wish.from || event_date > addDays(wish.from, daysShown)) chosen.set('from', event_date);
	return chosen;
}

/** What a dinner costs now and what it did when it was looked at, if that is why it was not booked. */
export function changeOfPrice({ code, details }: Omit<Problem, 'status'>): z.infer<typeof priceChange> | null {
	return code === 'PRICE_CHANGED' ? (priceChange.safeParse(details).data ?? null) : null;
}

/** Whether a price code is something that can be added to a dinner. */
export function isExtra(code: string): boolean {
	return /^(protein_third$|upgrade_|addon_)/.test(code);
}
