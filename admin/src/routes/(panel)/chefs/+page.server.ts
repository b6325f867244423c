import { readRoster } from '#admin/booking/chef-roster.server.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { pages } from '#admin/platform/navigation.ts';
import { chosenStation } from '#admin/stations/schema.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const { stations } = await allowed(event, ...pages.chefs.needs);
	const station = chosenStation(stations, event.url.searchParams.get('station') ?? '');
	return { chefs: await readRoster(apiOf(event), station?.id ?? null) };
};
