import { homeTimezone } from '#admin/booking/list.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { dataOf } from '#admin/platform/api.ts';
import { pages } from '#admin/platform/navigation.ts';
import { readPrices } from '#admin/pricing/prices.ts';
import { ruleActions } from '#admin/pricing/rules.server.ts';
import { readPricedDays, readRules } from '#admin/pricing/rules.ts';
import { chosenStation } from '#admin/stations/schema.ts';
import { siteCatalog } from '#shared/catalog/schema.ts';
import { localDate } from '#shared/platform/time.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:price-rules');
	const { stations } = await allowed(event, ...pages.pricing.needs);
	const api = apiOf(event);
	const now = new Date();
	const asked = event.url.searchParams.get('month') ?? '';
	const month = /^\d{4}-(0[1-9]|1[0-2])$/.test(asked) ? asked : localDate(now, homeTimezone).slice(0, 7);
	const station = chosenStation(stations, event.url.searchParams.get('station') ?? '') ?? stations[0] ?? null;
	const [rules, days, prices, catalog] = await Promise.all([
		readRules(api, now.toISOString()),
		readPricedDays(api, month, station?.id ?? null),
		readPrices(api, now.getTime()),
		api.rpc('site_catalog')
	]);
	const foods = prices
		.filter(({ unit }) => unit === 'person' || unit === 'each')
		.map(({ code, label }) => ({ code, label }));
	const on = siteCatalog.parse(dataOf(catalog)).flags.dynamic_pricing ?? false;
	return { rules, days, month, station: station?.slug ?? '', stations, foods, on };
};

export const actions: Actions = ruleActions;
