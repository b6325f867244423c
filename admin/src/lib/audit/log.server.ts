import type { RequestEvent } from '@sveltejs/kit';
import * as z from 'zod/mini';
import { homeTimezone } from '#admin/booking/list.ts';
import { apiOf, type Visitor } from '#admin/identity/visitor.server.ts';
import { dataOf } from '#admin/platform/api.ts';
import { readListState } from '#admin/platform/list-state.ts';
import { chosenStation } from '#admin/stations/schema.ts';
import { logList, type LogQuestion } from './log.ts';

/** What the address of the log asks for. */
export async function logQuestion(event: RequestEvent, visitor: Visitor): Promise<LogQuestion> {
	const state = readListState(logList, event.url);
	const station = chosenStation(visitor.stations, state.station);
	// policies narrow it anyway; saying it as well lets the station's index serve
	const own = visitor.access.can('audit.read', null)
		? null
		: visitor.access.stationsWith('audit.read', visitor.stations).map(({ id }) => id);
	return {
		state,
		stationIds: station ? [station.id] : own,
		timezone: station?.timezone ?? visitor.stations[0]?.timezone ?? homeTimezone,
		rowIds: state.q ? await rowsMeant(event, state.q) : null
	};
}

/** The rows that a search means: a booking by its reference, anything else by its id. */
async function rowsMeant(event: RequestEvent, text: string): Promise<string[]> {
	if (!/^MH-/i.test(text)) return [text.toLowerCase()];
	const answer = await apiOf(event).from('bookings').select('id').eq('reference', text.toUpperCase()).limit(1);
	return z
		.array(z.object({ id: z.string() }))
		.parse(dataOf(answer))
		.map(({ id }) => id);
}
