import type { RequestEvent } from '@sveltejs/kit';
import type { Visitor } from '#admin/identity/visitor.server.ts';
import { homeTimezone } from '#admin/booking/list.ts';
import { readListState } from '#admin/platform/list-state.ts';
import { chosenStation } from '#admin/stations/schema.ts';
import { leadList, type LeadQuestion } from './list.ts';

/** What the address of the list asks for. */
export function leadQuestion(event: RequestEvent, visitor: Visitor): LeadQuestion & { timezone: string } {
	const state = readListState(leadList, event.url);
	const station = chosenStation(visitor.stations, state.station);
	return {
		state,
		stationId: station?.id ?? null,
		timezone: station?.timezone ?? visitor.stations[0]?.timezone ?? homeTimezone
	};
}
