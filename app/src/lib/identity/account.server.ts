import { error, fail, redirect, type RequestEvent } from '@sveltejs/kit';
import { publicConfig } from '#kit/config.ts';
import type { Supabase } from '#kit/server/supabase.ts';
import { firstMessages, type FieldMessages } from '#shared/booking/form.ts';
import { accountBooking, accountBookings, policyOf, type AccountBooking } from '#shared/booking/account.ts';
import type { GuestBooking } from '#shared/booking/schema.ts';
import { profileForm } from '#shared/identity/schema.ts';
import { ownBalances } from '#shared/payments/schema.ts';
import { takesCards } from '#shared/payments/words.ts';
import { bookableDates } from '../booking/book-page.server.ts';
import { calendarAnswer, startTimesOf } from '../booking/guest-page.server.ts';
import { cancelBooking, progressOf, rescheduleBooking, type Held } from '../booking/manage.server.ts';
import { loadCatalog } from '../catalog/catalog.server.ts';
import { paymentBeside } from '../payments/page.server.ts';
import { apiAccess, rpcAs } from '../platform/rpc.server.ts';

/** Everything the account's own pages show of a booking, read under the customer's own rights. */
const columns = `id, reference, status, event_at, event_ends_at, timezone, station_id, adults, children, toddlers, notes,
	venue_line1, venue_line2, venue_city, venue_state, venue_zip, quote, hold_expires_at, cancel_reason,
	booking_items (code, label, quantity, unit_cents), own_reschedule_count,
	cancellation_policies (full_refund_days, free_reschedules, free_reschedule_hours, reschedule_fee_cents)`;

export interface ProfileOutcome {
	typed: Record<string, string>;
	fields: FieldMessages;
	message: string | null;
	saved: boolean;
}

/** Own bookings and details. Sends people who aren't signed in to do that first. */
export async function accountPage({ locals, url }: RequestEvent) {
	const user = await signedIn({ locals, url });
	await locals.supabase.rpc('link_my_customer' as never);
	const [bookings, customer, balances] = await Promise.all([
		locals.supabase.from('bookings').select(columns).order('event_at', { ascending: false }).limit(100),
		locals.supabase.from('customers').select('name, email, phone, sms_consent').eq('user_id', user.id).maybeSingle(),
		rpcAs(locals.supabase, 'my_balances', {}, ownBalances)
	]);
	if (bookings.error || customer.error)
		error(503, { message: 'We could not read your bookings just now.', code: 'UNREACHABLE' });
	const all = accountBookings.parse(bookings.data).map((row) => toGuestBooking(row, new Date()));
	return {
		email: user.email ?? '',
		profile: customer.data ?? { name: '', email: user.email ?? '', phone: null, sms_consent: false },
		upcoming: all.filter(isUpcoming).reverse(),
		past: all.filter((booking) => !isUpcoming(booking)),
		// the dinners are shown without their money rather than not at all
		money: new Map(balances.ok ? balances.data.map((own) => [own.booking_id, own]) : []),
		saved: url.searchParams.get('saved')
	};
}

/** One own booking. */
export async function accountBookingPage({ locals, url, params }: RequestEvent & { params: { booking: string } }) {
	await signedIn({ locals, url });
	const [booking, progress, payment, catalog] = await Promise.all([
		ownBooking(locals.supabase, params.booking),
		progressOf(locals.supabase, params.booking, null),
		paymentBeside(locals.supabase, params.booking, ''),
		loadCatalog(locals.supabase)
	]);
	return {
		api: apiAccess(),
		booking,
		progress,
		payment,
		online: takesCards(catalog.flags),
		startTimes: startTimesOf(catalog.stations, booking.station.id),
		...bookableDates(catalog, new Date())
	};
}

export async function cancelOwn(event: RequestEvent & { params: { booking: string } }) {
	const { held, back } = await heldByOwner(event);
	return cancelBooking(event, held, back);
}

export async function rescheduleOwn(event: RequestEvent & { params: { booking: string } }) {
	const { held, back } = await heldByOwner(event);
	return rescheduleBooking(event, held, back);
}

/** An own booking as a file for calendars. */
export async function ownCalendarFile({ locals, url, params }: RequestEvent & { params: { booking: string } }) {
	await signedIn({ locals, url });
	const booking = await ownBooking(locals.supabase, params.booking);
	return calendarAnswer(booking, `${publicConfig().appUrl}/account/bookings/${params.booking}`);
}

/** Changes name, phone and consent to texts. */
export async function saveProfile(event: RequestEvent) {
	const user = await signedIn(event);
	const typed = Object.fromEntries(
		[...(await event.request.formData())].filter((entry): entry is [string, string] => typeof entry[1] === 'string')
	);
	const read = profileForm.safeParse(typed);
	if (!read.success)
		return fail<ProfileOutcome>(422, { typed, fields: firstMessages(read.error), message: null, saved: false });
	const { error: problem } = await event.locals.supabase
		.from('customers')
		.update(read.data as never)
		.eq('user_id', user.id);
	if (problem) {
		return fail<ProfileOutcome>(503, {
			typed,
			fields: {},
			message: 'That could not be saved. Try again in a moment.',
			saved: false
		});
	}
	return { typed, fields: {}, message: null, saved: true } satisfies ProfileOutcome;
}

async function signedIn({ locals, url }: Pick<RequestEvent, 'locals' | 'url'>) {
	const user = await locals.user();
	if (!user) redirect(303, `/login?next=${encodeURIComponent(url.pathname)}`);
	return user;
}

async function ownBooking(client: Supabase, id: string): Promise<GuestBooking> {
	const { data } = await client.from('bookings').select(columns).eq('id', id).maybeSingle();
	const read = accountBooking.safeParse(data);
	if (!read.success) error(404, { message: 'There is no such booking in your account.', code: 'NOT_FOUND' });
	return toGuestBooking(read.data, new Date());
}

async function heldByOwner(
	event: RequestEvent & { params: { booking: string } }
): Promise<{ held: Held; back: string }> {
	await signedIn(event);
	const booking = await ownBooking(event.locals.supabase, event.params.booking);
	return {
		held: { bookingId: booking.booking_id, timezone: booking.timezone, token: null },
		back: `/account/bookings/${booking.booking_id}`
	};
}

function isUpcoming({ status, event_at }: GuestBooking): boolean {
	return (status === 'pending' || status === 'confirmed') && Date.parse(event_at) > Date.now();
}

const twoDaysMs = 48 * 3_600_000;

/** A row as the guest's page shows bookings. Whether it can be changed is a hint for the page; the database decides. */
export function toGuestBooking(row: AccountBooking, now: Date): GuestBooking {
	const open = row.status === 'pending' || row.status === 'confirmed';
	const policy = policyOf(row, now);
	const inTime = Date.parse(row.event_at) - now.getTime() >= twoDaysMs;
	return {
		...row,
		booking_id: row.id,
		station: row.quote.station,
		items: row.booking_items,
		venue: {
			line1: row.venue_line1,
			line2: row.venue_line2,
			city: row.venue_city,
			state: row.venue_state,
			zip: row.venue_zip
		},
		can_cancel: open && (inTime || row.status === 'pending'),
		can_reschedule: open && inTime,
		reschedule_fee_cents: policy.fee_cents,
		full_refund_until: policy.full_refund_until,
		guest_topic: `booking:${row.id}`
	};
}
