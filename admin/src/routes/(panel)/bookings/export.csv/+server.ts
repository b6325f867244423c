import { bookingCsv } from '#admin/booking/csv.ts';
import { bookingQuestion } from '#admin/booking/list.server.ts';
import { readBookings } from '#admin/booking/list.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { csvResponse, csvStream } from '#admin/platform/csv.ts';
import { pages } from '#admin/platform/navigation.ts';
import { localDate } from '#shared/platform/time.ts';
import type { RequestHandler } from './$types';

const pageSize = 500;

/** The list of the same address, all of its pages, as CSV. */
export const GET: RequestHandler = async (event) => {
	const visitor = await allowed(event, ...pages.bookings.needs);
	const question = await bookingQuestion(event, visitor);
	const by = question.state.sort.by === 'created_at' ? 'created_at' : 'event_at';

	async function* rows() {
		for (let cursor = question.state.cursor; ; ) {
			const page = await readBookings(apiOf(event), { ...question, state: { ...question.state, cursor } }, pageSize);
			yield page.rows;
			const last = page.rows.at(-1);
			if (!page.hasMore || !last) return;
			cursor = { value: last[by], id: last.id };
		}
	}
	const today = localDate(new Date(), question.timezone);
	return csvResponse('bookings', today, csvStream(bookingCsv(visitor.stations), rows()));
};
