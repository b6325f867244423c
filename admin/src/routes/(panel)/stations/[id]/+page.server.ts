import { readTimeline } from '#admin/audit/timeline.server.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { pages } from '#admin/platform/navigation.ts';
import { stationFields } from '#admin/stations/fields.ts';
import { readComing, readPlace, readStation, stationActions } from '#admin/stations/station.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:station');
	const { access } = await allowed(event, ...pages.stations.needs);
	const api = apiOf(event);
	const station = await readStation(api, event.params.id);
	const [coming, town, timeline] = await Promise.all([
		access.can('bookings.read', station.id) ? readComing(api, station.id) : [],
		readPlace(api, station.base_zip),
		access.can('audit.read', station.id) ? readTimeline(api, 'stations', station.id, station.timezone, new Map()) : null
	]);
	return { station, coming, town, timeline, fields: stationFields(station) };
};

export const actions: Actions = stationActions;
