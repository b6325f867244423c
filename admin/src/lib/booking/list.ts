import * as z from 'zod/mini';
import { after } from '#admin/platform/cursor.ts';
import { dataOf, type Api } from '#admin/platform/api.ts';
import type { LivePage } from '#admin/platform/live-merge.ts';
import type { ListSpec, ListState } from '#admin/platform/list-state.ts';
import { Route } from '#admin/platform/routes.ts';
import { containing } from '#admin/platform/search.ts';
import { toE164 } from '#shared/platform/phone.ts';
import { assignmentStatus, type AssignmentStatus } from '#shared/booking/answers.ts';
import { bookingStatus } from '#shared/booking/schema.ts';
import { addDays, localDate } from '#shared/platform/time.ts';
import { namedLike } from './customer-schema.ts';
import { bookingRow, bookingRowSelect, type BookingRow } from './schema.ts';

export const bookingList: ListSpec = {
	path: Route.bookings,
	filters: ['status', 'answer', 'when', 'from', 'to'],
	sorts: ['event_at', 'created_at'],
	defaultSort: { by: 'event_at', ascending: true },
	columns: [
		{ key: 'reference', label: 'Booking', fixed: true },
		{ key: 'event', label: 'Event', sort: 'event_at' },
		{ key: 'customer', label: 'Customer' },
		{ key: 'guests', label: 'Guests', align: 'end' },
		{ key: 'venue', label: 'Venue' },
		{ key: 'station', label: 'Station' },
		{ key: 'chef', label: 'Chef' },
		{ key: 'total', label: 'Total', align: 'end' },
		{ key: 'status', label: 'Status' },
		{ key: 'phone', label: 'Phone', optional: true },
		{ key: 'source', label: 'Source', optional: true },
		{ key: 'created', label: 'Booked', optional: true, sort: 'created_at' }
	],
	pageSize: 20
};

const date = /^\d{4}-\d{2}-\d{2}$/;
/** Where no station is chosen, days are those of the company's home. */
export const homeTimezone = 'America/Los_Angeles';

export interface BookingQuestion {
	state: ListState;
	stationId: string | null;
	/** The calendar that `from` and `to` are days of. */
	timezone: string;
	/** Customers that the search text names; null without a search. */
	customers: readonly string[] | null;
}

/** Customers whose name, e-mail or phone holds the text, as far as the reader may see them. */
export async function findCustomers(api: Api, text: string): Promise<string[]> {
	const answer = await api.from('customers').select('id').or(namedLike(text)).limit(100);
	return z
		.array(z.object({ id: z.string() }))
		.parse(dataOf(answer))
		.map(({ id }) => id);
}

/** One page of bookings, or a page of an export of `size` rows. */
export async function readBookings(
	api: Api,
	{ state, stationId, timezone, customers }: BookingQuestion,
	size = bookingList.pageSize
): Promise<LivePage<BookingRow>> {
	const { sort, cursor, filters, q } = state;
	const answer = chosenAnswer(filters.answer);
	// Only with an inner join does a condition on the assignment narrow the bookings.
	const select = answer
		? bookingRowSelect.replace(':booking_assignments(', ':booking_assignments!inner(')
		: bookingRowSelect;
	let query = api.from('bookings').select(select);
	if (stationId) query = query.eq('station_id', stationId);
	if (answer) query = query.eq('assignment.status', answer);
	const statuses = wantedStatuses(filters);
	if (statuses.length) query = query.in('status', statuses);
	const span = daySpan(state, timezone);
	if (span.from) query = query.gte('event_at', span.from);
	if (span.to) query = query.lt('event_at', span.to);
	if (q) {
		const pattern = containing(q);
		const byCustomer = customers?.length ? [`customer_id.in.(${customers.join(',')})`] : [];
		query = query.or([`reference.ilike.${pattern}`, `contact_name.ilike.${pattern}`, ...byCustomer].join(','));
	}
	if (cursor) query = query.or(after(sort.by, cursor, sort.ascending));
	const page = await query
		.order(sort.by, { ascending: sort.ascending })
		.order('id', { ascending: sort.ascending })
		.limit(size + 1);
	const rows = z.array(bookingRow).parse(dataOf(page));
	return { rows: rows.slice(0, size), hasMore: rows.length > size };
}

/** The given bookings, as far as the reader may see them. */
export async function readBookingsById(api: Api, ids: string[]): Promise<BookingRow[]> {
	return z.array(bookingRow).parse(dataOf(await api.from('bookings').select(bookingRowSelect).in('id', ids)));
}

const missedAtMost = 500;

/** Bookings written since a moment, oldest first; null when they are more than are worth reading one by one. */
export async function readBookingsSince(
	api: Api,
	moment: string,
	stationId: string | null
): Promise<BookingRow[] | null> {
	let query = api.from('bookings').select(bookingRowSelect).gte('updated_at', moment);
	if (stationId) query = query.eq('station_id', stationId);
	const answer = await query
		.order('updated_at')
		.order('id')
		.limit(missedAtMost + 1);
	const rows = z.array(bookingRow).parse(dataOf(answer));
	return rows.length > missedAtMost ? null : rows;
}

/** Whether a booking belongs in the list: the same question as `readBookings` asks, for rows that arrive live. */
export function matchesBooking(row: BookingRow, { state, stationId, timezone }: BookingQuestion): boolean {
	const { filters, q } = state;
	const statuses = wantedStatuses(filters);
	const answer = chosenAnswer(filters.answer);
	const { from, to } = daySpan(state, timezone);
	if (stationId && row.station_id !== stationId) return false;
	if (statuses.length && !statuses.includes(row.status)) return false;
	if (answer && row.assignment?.status !== answer) return false;
	if (from && Date.parse(row.event_at) < Date.parse(from)) return false;
	if (to && Date.parse(row.event_at) >= Date.parse(to)) return false;
	if (!q) return true;
	const text = q.toLowerCase();
	const digits = q.replace(/\D/g, '');
	const fields = [row.reference, row.contact_name, row.customer?.name, row.customer?.email];
	return (
		fields.some((field) => field?.toLowerCase().includes(text)) ||
		(digits.length >= 4 && (row.customer?.phone ?? '').includes(toE164(q) ?? digits))
	);
}

/** The list's order, for rows that arrive live. */
export function compareBookings({ sort }: ListState): (a: BookingRow, b: BookingRow) => number {
	const key = sort.by === 'created_at' ? 'created_at' : 'event_at';
	const sign = sort.ascending ? 1 : -1;
	return (a, b) => sign * (Date.parse(a[key]) - Date.parse(b[key]) || (a.id < b.id ? -1 : Number(a.id > b.id)));
}

/** The statuses that a filter names; several are joined by dots. */
export function chosenStatuses(text: string | undefined): BookingRow['status'][] {
	return (text ?? '').split('.').flatMap((status) => bookingStatus.safeParse(status).data ?? []);
}

/** What the chef is to have answered; null for anything. */
function chosenAnswer(text: string | undefined): AssignmentStatus | null {
	return assignmentStatus.safeParse(text).data ?? null;
}

/** The statuses to show. A chef's answer matters while the event is ahead: asked for without a status, it means open bookings. */
function wantedStatuses({ status, answer }: ListState['filters']): BookingRow['status'][] {
	const statuses = chosenStatuses(status);
	return statuses.length || !chosenAnswer(answer) ? statuses : ['pending', 'confirmed'];
}

/**
 * The instants that bound the list; `to` is the first one after it. Where nothing else is asked for, a list of bookings is
 * what is ahead: from today on. A search, a chosen day or a status that lies behind looks everywhere.
 */
function daySpan({ q, filters }: ListState, timezone: string): { from: string | null; to: string | null } {
	const { from = '', to = '', when, status } = filters;
	if (date.test(from) || date.test(to)) {
		return {
			from: date.test(from) ? startOfDay(from, timezone) : null,
			to: date.test(to) ? startOfDay(addDays(to, 1), timezone) : null
		};
	}
	const today = startOfDay(localDate(new Date(), timezone), timezone);
	if (when === 'past') return { from: null, to: today };
	const everywhere = when === 'all' || q !== '' || status === 'completed' || status === 'cancelled';
	return { from: everywhere ? null : today, to: null };
}

/** The first instant of a calendar day in a time zone, also where the clocks change on it. */
export function startOfDay(day: string, timezone: string): string | null {
	const middle = Date.parse(`${day}T00:00:00Z`);
	if (Number.isNaN(middle)) return null;
	// Zones are at most 14 hours off; the first hour whose local date is the day begins it.
	for (let hour = -14; hour <= 14; hour += 0.25) {
		const instant = new Date(middle + hour * 3_600_000);
		if (localDate(instant, timezone) === day) return instant.toISOString();
	}
	return null;
}
