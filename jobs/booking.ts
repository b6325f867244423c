/** Jobs of bookings: holds that run out, and what their customers are told. */
import { z } from 'zod';
import { calendarFile } from '#shared/booking/calendar-file.ts';
import {
	bookingMail,
	bookingMailKinds,
	type BookingMailFacts,
	type BookingMailKind
} from '#shared/platform/mail/booking.ts';
import type { Query } from './database.ts';
import { defineJob, type AnyJob, type JobContext } from './job.ts';

/** Cancels holds that ran out; the slots are free already. Repeats while there are more than one bite takes. */
const holdExpire = defineJob({
	queue: 'booking-hold-expire',
	payload: z.object({ v: z.literal(1) }),
	async run(_payload, { db }) {
		const bite = 200;
		let expired = 0;
		for (let last = bite; last === bite; expired += last) {
			const [row] = await db.query<{ count: number }>('select private.expire_holds($1) as count', [bite]);
			last = row?.count ?? 0;
		}
		return expired > 0 ? `expired ${expired}` : null;
	}
});

const notifyPayload = z.object({
	v: z.literal(1),
	booking_id: z.uuid(),
	// `confirmation` is an older word for `confirmed`.
	kind: z
		.enum([...bookingMailKinds, 'confirmation'])
		.transform((kind) => (kind === 'confirmation' ? 'confirmed' : kind))
});

/**
 * Mails a booking's customer. The row in booking_notifications and the mail are one step: it is written before the mail and
 * committed after it, so a crash or a mail server that refuses leaves no row and the mail goes out at the next try.
 */
const notify = defineJob({
	queue: 'booking-notify',
	payload: notifyPayload,
	async run({ booking_id, kind }, context) {
		return context.db.transaction(async (query) => {
			const booking = await readBooking(query, booking_id);
			if (!booking || !isStillSo(kind, booking)) return `moot: ${kind}`;
			if (!booking.email) return `no address: ${kind}`;
			// A booking may move more than once, and each time is news.
			const key = kind === 'rescheduled' ? `rescheduled:${booking.reschedule_count}` : kind;
			const [claimed] = await query(
				`insert into public.booking_notifications (booking_id, kind) values ($1, $2)
				on conflict do nothing returning kind`,
				[booking_id, key]
			);
			if (!claimed) return `sent before: ${kind}`;
			await context.send({
				...bookingMail(kind, factsOf(booking, context)),
				to: [booking.email],
				messageKey: `${booking_id}:${key}`,
				...(inCalendar.has(kind) && { calendar: calendarOf(booking, context) })
			});
			return `sent: ${kind}`;
		});
	}
});

export const bookingJobs: AnyJob[] = [holdExpire, notify];

/** What moves an entry in a calendar: made once it is sure, then moved or struck out. The site's download has the same uid. */
const inCalendar = new Set<BookingMailKind>(['confirmed', 'rebooked', 'rescheduled', 'cancelled']);

interface BookingRow extends Omit<BookingMailFacts, 'booking_url' | 'payment_url' | 'book_url' | 'contact_url'> {
	id: string;
	cards_taken: boolean;
	status: 'pending' | 'confirmed' | 'completed' | 'cancelled';
	reschedule_count: number;
	event_ends_at: string;
	updated_at: string;
	email: string | null;
	token: string;
}

async function readBooking(query: Query, id: string): Promise<BookingRow | undefined> {
	const [row] = await query<{ booking: BookingRow }>(
		`select jsonb_build_object(
			'id', b.id, 'status', b.status, 'reference', b.reference, 'event_at', b.event_at, 'event_ends_at', b.event_ends_at,
			'timezone', b.timezone, 'updated_at', b.updated_at,
			'adults', b.adults, 'children', b.children, 'toddlers', b.toddlers,
			'venue', jsonb_build_object('line1', b.venue_line1, 'line2', b.venue_line2, 'city', b.venue_city,
				'state', b.venue_state, 'zip', b.venue_zip),
			'lines', coalesce(b.quote -> 'lines', '[]'), 'total_cents', b.total_cents, 'deposit_cents', b.deposit_cents,
			'hold_expires_at', b.hold_expires_at, 'cancel_reason', b.cancel_reason, 'reschedule_count', b.reschedule_count,
			'station_name', s.name, 'customer_name', coalesce(b.contact_name, c.name), 'email', c.email,
			'token', private.booking_token(b.id), 'cards_taken', private.payments_online(),
			'balance_due_cents', coalesce((private.balance_of(b.id)).balance_due_cents, 0)
		) as booking
		from public.bookings b
		join public.stations s on s.id = b.station_id
		join public.customers c on c.id = b.customer_id and c.deleted_at is null
		where b.id = $1 and b.deleted_at is null`,
		[id]
	);
	return row?.booking;
}

/** Whether what the job wanted to tell is still true: meanwhile the booking may have gone on. */
function isStillSo(kind: BookingMailKind, { status, cancel_reason }: BookingRow): boolean {
	switch (kind) {
		case 'received':
			return status === 'pending';
		case 'confirmed':
		case 'rebooked':
			return status === 'confirmed';
		case 'rescheduled':
			return status === 'pending' || status === 'confirmed';
		case 'cancelled':
			return status === 'cancelled' && cancel_reason !== 'hold_expired';
		case 'hold_expired':
		case 'refunded_late':
			return status === 'cancelled' && cancel_reason === 'hold_expired';
	}
}

function calendarOf(booking: BookingRow, { appUrl }: JobContext): string {
	const { venue } = booking;
	return calendarFile({
		uid: `${booking.reference}@my-hibachi`,
		startsAt: booking.event_at,
		endsAt: booking.event_ends_at,
		stampedAt: booking.updated_at,
		summary: 'Hibachi dinner',
		description: `Booking ${booking.reference}. Your chef brings grill, food and fire.\n${bookingUrl(booking, appUrl)}`,
		location: [venue.line1, venue.line2, venue.city, venue.state, venue.zip].filter(Boolean).join(', '),
		cancelled: booking.status === 'cancelled'
	});
}

function bookingUrl({ token }: BookingRow, appUrl: string): string {
	const opened = new URL('/booking-success', appUrl);
	opened.searchParams.set('token', token);
	return opened.href;
}

function paymentUrl({ id, token, cards_taken }: BookingRow, appUrl: string): string | null {
	if (!cards_taken) return null;
	const opened = new URL(`/payment/${id}`, appUrl);
	opened.searchParams.set('token', token);
	return opened.href;
}

function factsOf(booking: BookingRow, { appUrl }: JobContext): BookingMailFacts {
	return {
		...booking,
		booking_url: bookingUrl(booking, appUrl),
		payment_url: paymentUrl(booking, appUrl),
		book_url: new URL('/BookUs', appUrl).href,
		contact_url: new URL('/contact', appUrl).href
	};
}
