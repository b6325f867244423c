import type { RequestEvent } from '@sveltejs/kit';
import { apiOf, type Visitor } from '#admin/identity/visitor.server.ts';
import { readListState } from '#admin/platform/list-state.ts';
import { chosenStation } from '#admin/stations/schema.ts';
import { customerList, findBooked, type CustomerQuestion } from './customer-list.ts';
import { homeTimezone } from './list.ts';

/** What the address of the list asks for. */
export async function customerQuestion(
	event: RequestEvent,
	visitor: Visitor
): Promise<CustomerQuestion & { timezone: string }> {
	const state = readListState(customerList, event.url);
	const station = chosenStation(visitor.stations, state.station);
	return {
		state,
		stationId: station?.id ?? null,
		booked: state.q && visitor.access.can('bookings.read') ? await findBooked(apiOf(event), state.q) : [],
		timezone: station?.timezone ?? visitor.stations[0]?.timezone ?? homeTimezone
	};
}
