import type { RequestEvent } from '@sveltejs/kit';
import { homeTimezone } from '#admin/booking/list.ts';
import { apiOf, type Visitor } from '#admin/identity/visitor.server.ts';
import { dataOf } from '#admin/platform/api.ts';
import { readListState, type ListSpec } from '#admin/platform/list-state.ts';
import { chosenStation } from '#admin/stations/schema.ts';
import type { PaymentQuestion } from './list.ts';
import { paymentsOverview, type PaymentsOverview } from './schema.ts';

/** What the address of one of the lists of money asks for. */
export function moneyQuestion(event: RequestEvent, visitor: Visitor, spec: ListSpec): PaymentQuestion {
	const state = readListState(spec, event.url);
	const station = chosenStation(visitor.stations, state.station);
	return {
		state,
		stationId: station?.id ?? null,
		timezone: station?.timezone ?? visitor.stations[0]?.timezone ?? homeTimezone
	};
}

/** What moved in the period that the list is narrowed to (else this month), and what is open now. */
export async function readOverview(event: RequestEvent, question: PaymentQuestion): Promise<PaymentsOverview> {
	const { from = '', to = '' } = question.state.filters;
	const day = (text: string) => (/^\d{4}-\d{2}-\d{2}$/.test(text) ? text : null);
	const answer = await apiOf(event).rpc('payments_overview', {
		p_station: question.stationId,
		p_from: day(from),
		p_to: day(to)
	});
	return paymentsOverview.parse(dataOf(answer));
}
