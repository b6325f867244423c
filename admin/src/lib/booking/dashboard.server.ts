import * as z from 'zod/mini';
import { dataOf, type Api } from '#admin/platform/api.ts';
import { leadRow, leadRowSelect, type LeadRow } from '#admin/leads/schema.ts';
import { openStatuses } from '#admin/leads/list.ts';
import { addDays, localDate } from '#shared/platform/time.ts';
import { startOfDay } from './list.ts';
import { bookingRow, bookingRowSelect, type BookingRow } from './schema.ts';

export interface Dashboard {
	/** Bookings of today and the seven days after it that were not cancelled, in order. */
	ahead: BookingRow[];
	/** Bookings whose hold ends within a day, the soonest ones, and how many there are. */
	holds: BookingRow[];
	holdCount: number;
	/** People who asked and may still book, the best first. */
	leads: LeadRow[];
	openLeads: number;
	today: string;
}

const daysAhead = 8;
/** At most this many events are shown at once: all stations together cook fewer in a month. */
const shownAtMost = 1000;
const leadsShown = 6;
const holdsShown = 10;
const dayMs = 86_400_000;

/** What needs eyes today, of one station or of all that the reader may see. */
export async function readDashboard(
	api: Api,
	may: { bookings: boolean; leads: boolean },
	stationId: string | null,
	timezone: string,
	now: Date
): Promise<Dashboard> {
	const today = localDate(now, timezone);
	const [ahead, holds, leads] = await Promise.all([
		may.bookings ? readBookingsBetween(api, stationId, today, addDays(today, daysAhead), timezone) : [],
		may.bookings ? readHolds(api, stationId, now) : { rows: [], count: 0 },
		may.leads ? readOpenLeads(api, stationId) : { rows: [], count: 0 }
	]);
	return { ahead, holds: holds.rows, holdCount: holds.count, leads: leads.rows, openLeads: leads.count, today };
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

async function readHolds(
	api: Api,
	stationId: string | null,
	now: Date
): Promise<{ rows: BookingRow[]; count: number }> {
	let query = api
		.from('bookings')
		.select(bookingRowSelect, { count: 'exact' })
		.eq('status', 'pending')
		.lt('hold_expires_at', new Date(now.getTime() + dayMs).toISOString());
	if (stationId) query = query.eq('station_id', stationId);
	const answer = await query.order('hold_expires_at').limit(holdsShown);
	return { rows: z.array(bookingRow).parse(dataOf(answer)), count: answer.count ?? 0 };
}

async function readOpenLeads(api: Api, stationId: string | null): Promise<{ rows: LeadRow[]; count: number }> {
	let query = api.from('leads').select(leadRowSelect, { count: 'exact' }).in('status', openStatuses);
	if (stationId) query = query.eq('station_id', stationId);
	const answer = await query.order('score', { ascending: false }).order('id', { ascending: false }).limit(leadsShown);
	return { rows: z.array(leadRow).parse(dataOf(answer)), count: answer.count ?? 0 };
}
