import { bookingCsv } from '#admin/booking/csv.ts';
import { bookingQuestion } from '#admin/booking/list.server.ts';
import { readBookings } from '#admin/booking/list.ts';
import { allowed, readerOf } from '#admin/identity/visitor.server.ts';
import { exportList } from '#admin/platform/export.server.ts';
import { pages } from '#admin/platform/navigation.ts';
import type { RequestHandler } from './$types';

const pageSize = 500;

/** The list of the same address, all of its pages, as CSV. */
export const GET: RequestHandler = async (event) => {
	const visitor = await allowed(event, ...pages.bookings.needs);
	const question = await bookingQuestion(event, visitor);
	const by = question.state.sort.by === 'created_at' ? 'created_at' : 'event_at';
	return exportList(
		'bookings',
		bookingCsv(visitor.stations),
		(cursor) => readBookings(readerOf(event), { ...question, state: { ...question.state, cursor } }, pageSize),
		(row) => ({ value: row[by], id: row.id }),
		question.timezone
	);
};
