import { fail, redirect, type RequestEvent } from '@sveltejs/kit';
import type { Supabase } from '#kit/server/supabase.ts';
import {
	readBookingForm,
	toBookingRequest,
	type BookingValues,
	type FieldMessages,
	type Item
} from '#shared/booking/form.ts';
import { monthOf } from '#shared/booking/calendar.ts';
import { menuProblems } from '#shared/booking/menu.ts';
import { refusalAtFields } from '#shared/booking/refusal.ts';
import { alternatives, bookingAnswer, priceChange, stationForZip, type Slot } from '#shared/booking/schema.ts';
import { zonedInstant } from '#shared/booking/slots.ts';
import type { SiteCatalog } from '#shared/catalog/schema.ts';
import { readQuoteRequest } from '#shared/pricing/request.ts';
import { rpcAs } from '../platform/rpc.server.ts';
import type { Failure } from '../platform/rpc.ts';
import { priceOf } from '../pricing/price.server.ts';
import { namesByCode, upgradeCodes } from './menu.ts';
import { formatCents } from '#shared/platform/money.ts';
import { homeTimezone, monthOfSlots, type MonthOfSlots } from './slots.server.ts';

/** What the page shows after a post that did not end in a booking. Everything that was typed comes back. */
export interface BookFailure {
	values: BookingValues;
	key: string;
	fields: FieldMessages;
	message: string | null;
	code: string | null;
	alternatives: Slot[];
	calendar: MonthOfSlots | null;
	/** The version of the prices that are shown now, after a refusal because they had changed. */
	priceSeen: string | null;
}

/**
 * Handles a post of the booking form: books and leads to the booking's page, or answers what is in the way. The button
 * "Show start times", which exists without JavaScript only, posts `intent=times`.
 */
export async function bookFromForm({ request, locals }: RequestEvent, catalog: SiteCatalog) {
	const post = await readPost(request);
	const client = locals.supabase;
	const { status, failure } = await attempt(client, post, catalog);
	// A page that is made anew shows the price of what was posted; one that is there already asks for it by itself.
	const scripted = request.headers.get('x-sveltekit-action') === 'true';
	const outcome = scripted ? null : await priceOf(client, readQuoteRequest(post.values).request, catalog);
	const page = { ...failure, outcome };
	return status === 200 ? page : fail(status, page);
}

/** Redirects where it ends in a booking. */
async function attempt(
	client: Supabase,
	{ values, key, intent, priceSeen }: Post,
	catalog: SiteCatalog
): Promise<{ status: number; failure: BookFailure }> {
	if (intent === 'times') {
		return { status: 200, failure: { ...nothing(values, key), calendar: await calendarFor(client, values) } };
	}
	const read = readBookingForm(values);
	const fields = read.ok ? menuProblems(read.choices, upgradeCodes(catalog.menu), read.data) : read.fields;
	if (!read.ok || Object.keys(fields).length > 0) {
		return { status: 422, failure: { ...nothing(values, key), fields, message: 'Some answers need another look.' } };
	}

	const timezone = await timezoneOf(client, read.data['venue.zip'], catalog);
	const startsAt = zonedInstant(read.data.date, read.data.time, timezone);
	const request = toBookingRequest(read, startsAt, key, namesByCode(catalog.menu), priceSeen || null);
	const outcome = await rpcAs(client, 'create_booking', { p_request: request }, bookingAnswer);
	if (outcome.ok) redirect(303, `/booking-success?token=${encodeURIComponent(outcome.data.access_token)}`);
	return { status: statusOf(outcome.refusal), failure: refused(values, key, outcome.refusal, read.choices.items) };
}

interface Post {
	values: BookingValues;
	key: string;
	intent: string;
	priceSeen: string;
}

async function readPost(request: Request): Promise<Post> {
	const values: BookingValues = {};
	let key = '';
	let intent = 'book';
	let priceSeen = '';
	for (const [name, value] of await request.formData()) {
		if (typeof value !== 'string') continue;
		if (name === 'idempotency_key') key = value;
		else if (name === 'intent') intent = value;
		else if (name === 'price_version') priceSeen = value.slice(0, 40);
		else if (name === 'alternative') [values.date = '', values.time = ''] = value.split('T');
		else values[name] = value.slice(0, 20_000);
	}
	return { values, key: /^[\w-]{8,64}$/.test(key) ? key : crypto.randomUUID(), intent, priceSeen };
}

function refused(values: BookingValues, key: string, refusal: Failure, items: Item[]): BookFailure {
	const { idempotency_key: keyUsed, ...fields } = refusalAtFields(refusal, items);
	// The key made a booking before and the form was changed since: nobody but the person knows which of the two is meant.
	if (keyUsed !== undefined) return { ...nothing(values, crypto.randomUUID()), message: keyUsedMessage };
	const offered = alternatives.safeParse((refusal.details as { alternatives?: unknown } | null)?.alternatives);
	return {
		...nothing(values, key),
		fields,
		...priceNow(refusal),
		code: refusal.code,
		alternatives: offered.success ? offered.data : []
	};
}

/** What a refusal says; after a change of prices also what this dinner costs now, which the next attempt then was shown. */
function priceNow({ message, hint, details, code }: Failure): Pick<BookFailure, 'message' | 'priceSeen'> {
	const said = hint ? `${message} ${hint}` : message;
	const now = code === 'PRICE_CHANGED' ? priceChange.safeParse(details).data : undefined;
	if (!now) return { message: said, priceSeen: null };
	const was = now.old_total_cents === null ? '' : `; it was ${formatCents(now.old_total_cents)}`;
	return {
		message: `${message} This dinner costs ${formatCents(now.new_total_cents)} now${was}. Press the button again to book it at that.`,
		priceSeen: now.price_version
	};
}

const keyUsedMessage =
	'An earlier attempt of yours did reach us: its e-mail is in your inbox. To book another dinner, as it stands here now, press the button once more.';

function nothing(values: BookingValues, key: string): BookFailure {
	return { values, key, fields: {}, message: null, code: null, alternatives: [], calendar: null, priceSeen: null };
}

function statusOf({ code }: Failure): number {
	if (code === 'SLOT_UNAVAILABLE' || code === 'PRICE_CHANGED') return 409;
	if (code === 'RATE_LIMITED') return 429;
	return code === 'UNREACHABLE' || code === 'TRY_AGAIN' ? 503 : 422;
}

async function calendarFor(client: Supabase, values: BookingValues): Promise<MonthOfSlots | null> {
	const zip = (values['venue.zip'] ?? '').trim().slice(0, 5);
	const date = /^\d{4}-\d{2}-\d{2}$/.test(values.date ?? '') ? values.date : undefined;
	return monthOfSlots(client, zip, monthOf(date ?? new Date().toISOString()));
}

/** The clock that the venue's date and time are meant on; where no station serves it, the first station's will do. */
async function timezoneOf(client: Supabase, zip: string, catalog: SiteCatalog): Promise<string> {
	const station = await rpcAs(client, 'station_for_zip', { p_zip: zip }, stationForZip);
	return station.ok ? station.data.timezone : homeTimezone(catalog);
}
