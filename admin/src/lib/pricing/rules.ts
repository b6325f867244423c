import * as z from 'zod/mini';
import { dataOf, type Api } from '#admin/platform/api.ts';
import type { Station } from '#admin/stations/schema.ts';
import { formatCentsShort } from '#shared/platform/money.ts';
import { pricedDays, type PricedDay } from '#shared/pricing/schema.ts';
import { percent } from './amounts.ts';

export const priceRule = z.object({
	id: z.string(),
	label: z.string(),
	codes: z.array(z.string()),
	weekdays: z.array(z.int()),
	first_day: z.nullable(z.string()),
	last_day: z.nullable(z.string()),
	every_year: z.boolean(),
	station_id: z.nullable(z.string()),
	rate: z.nullable(z.number()),
	cents: z.nullable(z.int()),
	priority: z.int(),
	effective_from: z.string(),
	effective_to: z.nullable(z.string()),
	note: z.string()
});
export type PriceRule = z.infer<typeof priceRule>;

export const weekdayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** Rules in force or to come, the strongest first. */
export async function readRules(api: Api, now: string): Promise<PriceRule[]> {
	const answer = await api
		.from('price_rules')
		.select('*')
		.or(`effective_to.is.null,effective_to.gt."${now}"`)
		.order('priority', { ascending: false })
		.order('effective_from', { ascending: false })
		.limit(200);
	return z.array(priceRule).parse(dataOf(answer));
}

/** A month of days as they are priced at a station. */
export async function readPricedDays(api: Api, month: string, stationId: string | null): Promise<PricedDay[]> {
	const args = { p_month: `${month}-01`, ...(stationId && { p_station: stationId }) };
	return pricedDays.parse(dataOf(await api.rpc('price_calendar', args)));
}

/** What a rule adds, in words: `+10 %` or `−$5`. */
export function adds({ rate, cents }: Pick<PriceRule, 'rate' | 'cents'>): string {
	const value = rate ?? cents ?? 0;
	const sign = value < 0 ? '−' : '+';
	return rate === null
		? `${sign}${formatCentsShort(Math.abs(cents ?? 0))} each`
		: `${sign}${percent(Math.abs(rate))} %`;
}

/** When and for what a rule is, in words. */
export function scope(rule: PriceRule, stations: readonly Station[], names: ReadonlyMap<string, string>): string {
	const days = rule.weekdays.map((day) => weekdayNames[day]).join(', ');
	const span =
		rule.first_day || rule.last_day
			? `${rule.every_year ? 'every year ' : ''}${rule.first_day ? `from ${rule.first_day} ` : ''}${rule.last_day ? `to ${rule.last_day}` : ''}`.trim()
			: '';
	const where = rule.station_id
		? (stations.find(({ id }) => id === rule.station_id)?.name ?? 'one station')
		: 'all stations';
	const what = rule.codes.length ? rule.codes.map((code) => names.get(code) ?? code).join(', ') : 'all food';
	return [days || (span ? '' : 'every day'), span, where, what].filter(Boolean).join(' · ');
}
