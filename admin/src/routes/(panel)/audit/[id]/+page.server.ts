import { error } from '@sveltejs/kit';
import { readEntry } from '#admin/audit/log.ts';
import { readActors } from '#admin/audit/people.ts';
import { homeTimezone } from '#admin/booking/list.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { pages } from '#admin/platform/navigation.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const visitor = await allowed(event, ...pages.audit.needs);
	const { id } = event.params;
	const entry = /^[0-9a-f-]{36}$/i.test(id) ? await readEntry(apiOf(event), id) : null;
	if (!entry) error(404, { code: 'NOT_FOUND', message: 'There is no such entry, or it belongs to another station.' });
	const station = visitor.stations.find((one) => one.id === entry.station_id);
	return {
		entry,
		actors: await readActors(apiOf(event), [entry]),
		timezone: station?.timezone ?? homeTimezone,
		station: station?.name ?? null
	};
};
