import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { pages } from '#admin/platform/navigation.ts';
import { openStation, readStations } from '#admin/stations/station.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:stations');
	await allowed(event, ...pages.stations.needs);
	return { list: await readStations(apiOf(event)) };
};

export const actions: Actions = { open: openStation };
