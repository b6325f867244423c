import { readBookingThen } from '#admin/audit/as-of.server.ts';
import { readTimeline } from '#admin/audit/timeline.server.ts';
import { bookingActions, bookingFields, readBooking, readSlots } from '#admin/booking/booking.server.ts';
import { deedActions } from '#admin/booking/deeds.server.ts';
import { readCandidates } from '#admin/booking/chefs.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { issueInvoice, readDocuments, voidDocument } from '#admin/payments/documents.server.ts';
import { moneyActions, readMoney } from '#admin/payments/money.server.ts';
import { pages } from '#admin/platform/navigation.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:booking');
	const { access } = await allowed(event, ...pages.bookings.needs);
	const api = apiOf(event);
	const booking = await readBooking(api, event.params.id);
	const station = booking.station_id;
	const move = event.url.searchParams.get('move') ?? '';
	const [candidates, slots, money, documents] = await Promise.all([
		access.can('chefs.read', station) ? readCandidates(api, booking) : [],
		/^\d{4}-\d{2}-\d{2}$/.test(move) ? readSlots(api, booking.venue_zip, move) : null,
		access.can('payments.read', station) ? readMoney(api, booking.id) : null,
		access.can('payments.read', station) ? readDocuments(api, booking.id) : []
	]);
	const timeline = access.can('audit.read', station)
		? await readTimeline(
				api,
				'bookings',
				booking.id,
				booking.timezone,
				new Map(candidates.map(({ id, name }) => [id, name]))
			)
		: null;
	const onDay = timeline ? await readBookingThen(api, booking, event.url.searchParams.get('on') ?? '') : null;
	const keys = { payment: crypto.randomUUID() as string, refund: crypto.randomUUID() as string };
	const fields = bookingFields(booking);
	return { booking, onDay, candidates, slots, move, timeline, fields, money, documents, keys, asOf: Date.now() };
};

export const actions: Actions = { ...bookingActions, ...deedActions, ...moneyActions, issueInvoice, voidDocument };
