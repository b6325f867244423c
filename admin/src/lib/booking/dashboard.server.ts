import * as z from 'zod/mini';
import { dataOf, type Api } from '#admin/platform/api.ts';
import { dashboard, type Dashboard } from './dashboard.ts';
import { startOfDay } from './list.ts';
import { bookingRow, bookingRowSelect, type BookingRow } from './schema.ts';

/** At most this many events are shown at once: all stations together cook fewer in a month. */
const shownAtMost = 1000;

/** What needs eyes today, of one station or of all that the reader may see: one question to the database. */
export async function readDashboard(api: Api, stationId: string | null, timezone: string): Promise<Dashboard> {
	return dashboard.parse(
		dataOf(await api.rpc('dashboard', { p_timezone: timezone, ...(stationId && { p_station: stationId }) }))
	);
}

/** Bookings of the days from `from` up to but without `to` that were not cancelled, in order. */
export async function readBookingsBetween(
	api: Api,
	stationId: string | null,
	from: string,
	to: string,
	timezone: string
): Promise<BookingRow[]> {
	let query = api
		.from('bookings')
		.select(bookingRowSelect)
		.gte('event_at', startOfDay(from, timezone))
		.lt('event_at', startOfDay(to, timezone))
		.neq('status', 'cancelled');
	if (stationId) query = query.eq('station_id', stationId);
	return z.array(bookingRow).parse(dataOf(await query.order('event_at').order('id').limit(shownAtMost)));
}
