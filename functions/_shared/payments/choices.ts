/**
 * What a person chooses on the payment page, as typed and as asked for. The browser, the address and the form action hold the
 * same; no amount but the tip is ever among it. Without zod: the page's first load carries this file.
 */
export interface PayChoices {
	/** `0`, one of the offered percentages, or `custom`. */
	tip: string;
	/** The own tip as typed, in dollars. */
	custom: string;
	way: PayWay;
}
export type PayWay = 'credit' | 'debit' | 'zelle' | 'venmo';

export type PayPurpose = 'deposit' | 'balance';

/** The request of `quote_payment`, and with a key of `begin_checkout`. */
export interface PayRequest {
	purpose: PayPurpose;
	tip_percent?: number;
	tip_cents?: number;
	method: 'card' | 'zelle' | 'venmo';
	funding?: 'credit' | 'debit';
}

const ways: readonly PayWay[] = ['credit', 'debit', 'zelle', 'venmo'];
const tips = ['0', '20', '25', '30', 'custom'];

export const blankChoices: PayChoices = { tip: '0', custom: '', way: 'credit' };

/** The choices of an address or a posted form; what is none becomes the default. */
export function readPayChoices(params: { get(name: string): unknown }): PayChoices {
	const text = (name: string) => String(params.get(name) ?? '').slice(0, 40);
	const custom = text('custom').trim();
	const tip = text('tip');
	// An amount typed without the box before it being chosen is meant all the same.
	const own = custom !== '' && (tip === '' || tip === '0');
	return {
		tip: own ? 'custom' : tips.includes(tip) ? tip : blankChoices.tip,
		custom,
		way: ways.find((way) => way === text('way')) ?? blankChoices.way
	};
}

/** The choices as address parameters; defaults are left out. */
export function payParams({ tip, custom, way }: PayChoices): URLSearchParams {
	const params = new URLSearchParams();
	if (tip !== blankChoices.tip) params.set('tip', tip);
	if (tip === 'custom' && custom) params.set('custom', custom);
	if (way !== blankChoices.way) params.set('way', way);
	return params;
}

/** Names what a person saw before paying: these choices at this total. Other figures have another name. */
export function payChoicesKey(choices: PayChoices, purpose: PayPurpose, totalCents: number): string {
	return JSON.stringify({ ...payRequest(choices, purpose), total_cents: totalCents });
}

/** Dollars as typed (`50`, `$1,250.5`) in cents; null for what is no amount of 0 to 99,999.99 dollars. */
export function centsFromDollars(typed: string): number | null {
	const [, dollars, cents = ''] = /^\$?\s*(\d{1,3}(?:,\d{3})+|\d{1,5})?(?:\.(\d{0,2}))?$/.exec(typed.trim()) ?? [];
	if (dollars === undefined && cents === '') return null;
	const whole = Number((dollars ?? '0').replaceAll(',', ''));
	return whole > 99_999 ? null : whole * 100 + Number(cents.padEnd(2, '0'));
}

/** What is wrong with the own tip, in words for its field; null where nothing is. */
export function tipProblem({ tip, custom }: PayChoices): string | null {
	if (tip !== 'custom' || custom === '') return null;
	if (/^-/.test(custom)) return "A tip can't be less than zero.";
	return centsFromDollars(custom) === null ? 'Enter the tip in dollars, like 50 or 62.50.' : null;
}

/** The request that the choices make. An own tip that is no amount counts as none: `tipProblem` says so at its field. */
export function payRequest({ tip, custom, way }: PayChoices, purpose: PayPurpose): PayRequest {
	const card = way === 'credit' || way === 'debit';
	const own = tip === 'custom' ? (centsFromDollars(custom) ?? 0) : 0;
	return {
		purpose,
		...(purpose === 'balance' && own > 0 && { tip_cents: own }),
		...(purpose === 'balance' && tip !== 'custom' && tip !== '0' && { tip_percent: Number(tip) }),
		method: card ? 'card' : way,
		...(card && { funding: way })
	};
}

/** The choices that an earlier attempt was made with, so that trying again starts where it ended. */
export function choicesOfCheckout(
	checkout: { tip_cents: number; fee_cents: number; funding?: string | undefined },
	offered: { percent: number; cents: number }[]
): PayChoices {
	const credit = checkout.funding ? checkout.funding === 'credit' : checkout.fee_cents > 0;
	const way = credit ? 'credit' : 'debit';
	if (checkout.tip_cents === 0) return { ...blankChoices, way };
	const same = offered.find(({ cents }) => cents === checkout.tip_cents);
	return same
		? { tip: String(same.percent), custom: '', way }
		: { tip: 'custom', custom: (checkout.tip_cents / 100).toFixed(2), way };
}
