import { formatCents, formatCentsShort } from '../platform/money.ts';
import { grouped } from '../platform/number.ts';
import type { Quote, QuoteLine } from './schema.ts';

const who: Record<string, string> = {
	adult: 'Guests of 13 and over',
	child: 'Guests from 6 to 12',
	toddler: 'Under-sixes eat free'
};

/** One sentence that says where a line's amount comes from. */
export function explainLine(line: QuoteLine, quote: Quote): string {
	switch (line.code) {
		case 'toddler':
			return who.toddler ?? '';
		case 'minimum_top_up':
			return `Our smallest dinner is ${formatCents(quote.subtotal_cents)}. Guests, upgrades and add-ons count towards it, so adding some costs you nothing until it is reached.`;
		case 'travel':
			return explainTravel(quote);
		case 'discount':
			return `Off food and extras${quote.promo ? ` with ${quote.promo.code}` : ''}; travel stays as it is.`;
		default: {
			const usual = line.base_cents === undefined ? '' : `, on other days ${formatCentsShort(line.base_cents)}`;
			const each = `${grouped(line.quantity)} × ${formatCentsShort(line.unit_cents)}${usual}`;
			return who[line.code] ? `${who[line.code]}: ${each}` : each;
		}
	}
}

/** The travel fee in one sentence, also where it is nothing. */
export function explainTravel(quote: Quote): string {
	const line = quote.lines.find(({ code }) => code === 'travel');
	const miles = Math.ceil(quote.road_miles);
	if (!line || line.total_cents === 0) {
		return `${howFar(miles)} our ${quote.station.name} kitchen: within the free distance.`;
	}
	const free = miles - line.quantity;
	return `${howFar(miles)} our ${quote.station.name} kitchen: the first ${free} are free, then ${formatCentsShort(line.unit_cents)} a mile.`;
}

/** The rule of the price book: lines add up to the total, and its parts do too. */
export function addsUp(quote: Quote): boolean {
	const lines = quote.lines.reduce((sum, line) => sum + line.total_cents, 0);
	const parts = quote.subtotal_cents + quote.travel_cents - quote.discount_cents;
	return lines === quote.total_cents && parts === quote.total_cents;
}

function howFar(miles: number): string {
	return miles < 1 ? 'Right beside' : `${formatMiles(miles)} from`;
}

/** The nearest station of an `OUT_OF_AREA` refusal; null where the refusal names none. */
export function nearestStation(details: unknown): { name: string; road_miles: number } | null {
	const nearest = (details as { nearest?: { name?: unknown; road_miles?: unknown } | null } | null)?.nearest;
	return typeof nearest?.name === 'string' && typeof nearest.road_miles === 'number'
		? { name: nearest.name, road_miles: nearest.road_miles }
		: null;
}

export function formatMiles(miles: number): string {
	return `${grouped(Math.round(miles))} ${Math.round(miles) === 1 ? 'mile' : 'miles'}`;
}
