import { bookingQuestion } from '#admin/booking/list.server.ts';
import { readBookings } from '#admin/booking/list.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { pages } from '#admin/platform/navigation.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:bookings');
	const visitor = await allowed(event, ...pages.bookings.needs);
	const asOf = new Date().toISOString();
	const question = await bookingQuestion(event, visitor);
	const { state: view, stationId, timezone } = question;
	return { view, stationId, timezone, asOf, page: await readBookings(apiOf(event), question) };
};
