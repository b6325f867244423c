import type { RequestEvent } from '@sveltejs/kit';
import { apiOf, type Visitor } from '#admin/identity/visitor.server.ts';
import { readListState, type ListState } from '#admin/platform/list-state.ts';
import { chosenStation } from '#admin/stations/schema.ts';
import { bookingList, findCustomers, homeTimezone, type BookingQuestion } from './list.ts';

/** What the address of the list asks for. */
export async function bookingQuestion(event: RequestEvent, visitor: Visitor): Promise<BookingQuestion> {
	const state: ListState = readListState(bookingList, event.url);
	const station = chosenStation(visitor.stations, state.station);
	return {
		state,
		stationId: station?.id ?? null,
		timezone: station?.timezone ?? visitor.stations[0]?.timezone ?? homeTimezone,
		customers: state.q ? await findCustomers(apiOf(event), state.q) : null
	};
}
