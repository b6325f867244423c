import type { RequestEvent } from '@sveltejs/kit';
import { publicConfig } from '#kit/config.ts';
import { calendarFile } from '#shared/booking/calendar-file.ts';
import type { GuestBooking } from '#shared/booking/schema.ts';
import { takesCards } from '#shared/payments/words.ts';
import { loadCatalog } from '../catalog/catalog.server.ts';
import { apiAccess } from '../platform/rpc.server.ts';
import { bookableDates } from './book-page.server.ts';
import { paymentBeside } from '../payments/page.server.ts';
import { bookingOfToken, cancelBooking, progressOf, rescheduleBooking, type Held } from './manage.server.ts';

/** The page that a guest's link opens. Its address is a secret: it is told to nobody and found by no search engine. */
export async function guestPage({ url, locals, setHeaders }: RequestEvent) {
	// Told to no other site. Not `no-referrer`: browsers then send forms without their origin, and those are refused.
	setHeaders({ 'referrer-policy': 'same-origin', 'x-robots-tag': 'noindex' });
	const token = url.searchParams.get('token') ?? '';
	const [booking, catalog, user] = await Promise.all([
		bookingOfToken(locals.supabase, token),
		loadCatalog(locals.supabase),
		locals.user()
	]);
	const [progress, payment] = await Promise.all([
		progressOf(locals.supabase, booking.booking_id, token),
		paymentBeside(locals.supabase, booking.booking_id, token)
	]);
	return {
		api: apiAccess(),
		booking,
		progress,
		payment,
		token,
		signedIn: user !== null,
		online: takesCards(catalog.flags),
		startTimes: startTimesOf(catalog.stations, booking.station.id),
		...bookableDates(catalog, new Date())
	};
}

/** Cancels or moves the booking of the link. */
export async function cancelAsGuest(event: RequestEvent) {
	const { held, back } = await heldByGuest(event);
	return cancelBooking(event, held, back);
}

export async function rescheduleAsGuest(event: RequestEvent) {
	const { held, back } = await heldByGuest(event);
	return rescheduleBooking(event, held, back);
}

/** The booking of the link as a file for calendars. */
export async function guestCalendarFile({ url, locals }: RequestEvent): Promise<Response> {
	const token = url.searchParams.get('token');
	const booking = await bookingOfToken(locals.supabase, token);
	return calendarAnswer(booking, `${publicConfig().appUrl}/booking-success?token=${encodeURIComponent(token ?? '')}`);
}

/** A calendar file as a download. `link` is where the booking is seen. */
export function calendarAnswer(booking: GuestBooking, link: string): Response {
	const { venue } = booking;
	const file = calendarFile({
		uid: `${booking.reference}@my-hibachi`,
		startsAt: booking.event_at,
		endsAt: booking.event_ends_at,
		stampedAt: new Date().toISOString(),
		summary: 'Hibachi dinner',
		description: `Booking ${booking.reference}. Your chef brings grill, food and fire.\n${link}`,
		location: [venue.line1, venue.line2, venue.city, venue.state, venue.zip].filter(Boolean).join(', '),
		cancelled: booking.status === 'cancelled'
	});
	return new Response(file, {
		headers: {
			'content-type': 'text/calendar; charset=utf-8',
			'content-disposition': `attachment; filename="hibachi-${booking.reference}.ics"`,
			'referrer-policy': 'no-referrer',
			'x-robots-tag': 'noindex'
		}
	});
}

/** The start times of a booking's station; while it isn't open to the public, those of all. */
export function startTimesOf(stations: { id: string; start_times: string[] }[], stationId: string): string[] {
	const station = stations.find(({ id }) => id === stationId);
	return station?.start_times ?? [...new Set(stations.flatMap((one) => one.start_times))].sort();
}

async function heldByGuest({ url, locals }: RequestEvent): Promise<{ held: Held; back: string }> {
	const token = url.searchParams.get('token') ?? '';
	const { booking_id, timezone } = await bookingOfToken(locals.supabase, token);
	return {
		held: { bookingId: booking_id, timezone, token },
		back: `/booking-success?token=${encodeURIComponent(token)}`
	};
}
