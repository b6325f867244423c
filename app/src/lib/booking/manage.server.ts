import { error, fail, redirect, type RequestEvent } from '@sveltejs/kit';
import type { Supabase } from '#kit/server/supabase.ts';
import { fieldErrors } from '#shared/errors.ts';
import { chefProgress, type ChefProgress } from '#shared/booking/answers.ts';
import { clockTime, isoDate, requiredText } from '#shared/booking/fields.ts';
import type { FieldMessages } from '#shared/booking/form.ts';
import { alternatives, guestBooking, type GuestBooking, type Slot } from '#shared/booking/schema.ts';
import { zonedInstant } from '#shared/booking/slots.ts';
import { rpcAs } from '../platform/rpc.server.ts';
import type { Failure } from '../platform/rpc.ts';

/** Which booking somebody may change, and by what right: the link's token, or (null) their own sign-in. */
export interface Held {
	bookingId: string;
	timezone: string;
	token: string | null;
}

/** What a cancel or reschedule form shows where it did not go through. */
export interface ManageFailure {
	deed: 'cancel' | 'reschedule';
	fields: FieldMessages;
	message: string | null;
	alternatives: Slot[];
}

const reason = requiredText(500, 'Tell us why, in a few words.');

/** The booking that a guest's link opens. Answers 404 where it opens none. */
export async function bookingOfToken(client: Supabase, token: string | null): Promise<GuestBooking> {
	const outcome = await rpcAs(client, 'get_booking', { p_token: token ?? '' }, guestBooking);
	if (outcome.ok) return outcome.data;
	if (outcome.refusal.code === 'UNREACHABLE') error(503, { message: outcome.refusal.message, code: 'UNREACHABLE' });
	error(404, { message: 'This link opens no booking. Use the one in your e-mail.', code: 'NOT_FOUND' });
}

/** How far the chef of a booking is. Null where that can't be read just now: the page goes on without. */
export async function progressOf(
	client: Supabase,
	booking: string,
	token: string | null
): Promise<ChefProgress | null> {
	const outcome = await rpcAs(
		client,
		'chef_progress',
		{ p_booking: booking, ...(token && { p_token: token }) },
		chefProgress
	);
	return outcome.ok ? outcome.data : null;
}

/** Cancels with the reason that was typed, then leads back to the booking. */
export async function cancelBooking({ request, locals }: RequestEvent, held: Held, back: string) {
	const read = reason.safeParse((await request.formData()).get('reason'));
	if (!read.success) {
		return failed('cancel', 422, { reason: read.error.issues[0]?.message ?? 'Tell us why.' });
	}
	const outcome = await rpcAs(
		locals.supabase,
		'cancel_booking',
		{ p_booking: held.bookingId, p_reason: read.data, ...(held.token && { p_access_token: held.token }) },
		anyAnswer
	);
	if (outcome.ok) redirect(303, back);
	return refused('cancel', outcome.refusal);
}

/** Moves the booking to the date and time that were chosen, then leads back to it. The old time is kept until it worked. */
export async function rescheduleBooking({ request, locals }: RequestEvent, held: Held, back: string) {
	const form = await request.formData();
	const date = isoDate.safeParse(form.get('date'));
	const time = clockTime.safeParse(form.get('time'));
	if (!date.success || !time.success) {
		return failed('reschedule', 422, {
			...(!date.success && { date: date.error.issues[0]?.message ?? 'Choose a date.' }),
			...(!time.success && { time: time.error.issues[0]?.message ?? 'Choose a time.' })
		});
	}
	const outcome = await rpcAs(
		locals.supabase,
		'reschedule_booking',
		{
			p_booking: held.bookingId,
			p_starts_at: zonedInstant(date.data, time.data, held.timezone),
			...(held.token && { p_access_token: held.token })
		},
		anyAnswer
	);
	if (outcome.ok) redirect(303, back);
	return refused('reschedule', outcome.refusal);
}

/** The page reads the booking anew, so what these RPCs answer is not looked at. */
const anyAnswer = { safeParse: (value: unknown) => ({ success: true as const, data: value }) };

function refused(deed: ManageFailure['deed'], refusal: Failure) {
	const offered = alternatives.safeParse((refusal.details as { alternatives?: unknown } | null)?.alternatives);
	const status = refusal.code === 'UNREACHABLE' || refusal.code === 'TRY_AGAIN' ? 503 : 409;
	const message = refusal.hint ? `${refusal.message} ${refusal.hint}` : refusal.message;
	return failed(deed, status, fieldErrors(refusal), message, offered.success ? offered.data : []);
}

function failed(
	deed: ManageFailure['deed'],
	status: number,
	fields: FieldMessages,
	message: string | null = null,
	offered: Slot[] = []
) {
	return fail<ManageFailure>(status, { deed, fields, message, alternatives: offered });
}
