import { homeTimezone } from '#admin/booking/list.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { readBoard } from '#admin/leads/board.ts';
import { leadMove } from '#admin/leads/lead.server.ts';
import { pages } from '#admin/platform/navigation.ts';
import { chosenStation } from '#admin/stations/schema.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:leads');
	const { stations } = await allowed(event, ...pages.leads.needs);
	const slug = event.url.searchParams.get('station') ?? '';
	const station = chosenStation(stations, slug);
	return {
		slug,
		stationId: station?.id ?? null,
		timezone: station?.timezone ?? stations[0]?.timezone ?? homeTimezone,
		columns: await readBoard(apiOf(event), station?.id ?? null),
		asOf: Date.now()
	};
};

export const actions: Actions = { move: leadMove };
