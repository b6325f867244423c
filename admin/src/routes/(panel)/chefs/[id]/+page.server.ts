import { chefActions, readChef } from '#admin/booking/chef-roster.server.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { pages } from '#admin/platform/navigation.ts';
import { localDate } from '#shared/platform/time.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const { stations } = await allowed(event, ...pages.chefs.needs, 'chefs.own');
	const chef = await readChef(apiOf(event), event.params.id);
	const station = stations.find(({ id }) => id === chef.station_id);
	return {
		chef,
		station: station?.name ?? '',
		today: localDate(new Date(), station?.timezone ?? 'America/Los_Angeles')
	};
};

export const actions: Actions = chefActions;
