import { error } from '@sveltejs/kit';
import * as z from 'zod/mini';
import { action, invalid, type Deed } from '#admin/platform/action.server.ts';
import { dataOf, type Api } from '#admin/platform/api.ts';
import { saveEdit } from '#admin/platform/edit.server.ts';
import { toTheMinute } from '#admin/platform/moments.ts';
import { slots, type Slot } from '#shared/booking/schema.ts';
import { toE164 } from '#shared/platform/phone.ts';
import { addDays } from '#shared/platform/time.ts';
import { bookingDetail, bookingDetailSelect, type BookingDetail } from './schema.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const editable = ['contact_name', 'contact_phone', 'line1', 'line2', 'city', 'notes'] as const;
type EditableField = (typeof editable)[number];

/** One booking, or the 404 page for one that is not there or not this person's to see. */
export async function readBooking(api: Api, id: string): Promise<BookingDetail> {
	const row = uuid.test(id)
		? dataOf(await api.from('bookings').select(bookingDetailSelect).eq('id', id).maybeSingle())
		: null;
	if (!row) error(404, { code: 'NOT_FOUND', message: 'There is no such booking, or it belongs to another station.' });
	return bookingDetail.parse(row);
}

/** Free start times for the venue from a day on, for a week. */
export async function readSlots(api: Api, zip: string, from: string): Promise<Slot[]> {
	const answer = await api.rpc('available_slots', { p_zip: zip, p_from: from, p_to: addDays(from, 6) });
	return slots.parse(dataOf(answer));
}

/** The fields that are edited in place, as the form sends them. */
export function bookingFields(booking: BookingDetail): Record<EditableField, string> {
	return {
		contact_name: booking.contact_name ?? booking.customer?.name ?? '',
		contact_phone: booking.contact_phone ?? booking.customer?.phone ?? '',
		line1: booking.venue_line1,
		line2: booking.venue_line2 ?? '',
		city: booking.venue_city ?? '',
		notes: booking.notes
	};
}

/** The booking of the page, or of the form where the page shows many. */
const idOf = ({ event, field }: Deed) => event.params.id ?? field('id');

export const bookingActions = {
	confirm: action('confirm', ['bookings.manage'], async (work) => {
		dataOf(await work.api.rpc('confirm_booking', { p_booking: idOf(work) }));
		return { done: 'Confirmed. The customer gets an e-mail.' };
	}),

	assign: action('assign', ['bookings.assign_chef'], async (work) => {
		const chef = work.field('chef');
		if (!uuid.test(chef)) throw invalid({ chef: 'Choose a chef.' });
		const before = await readBooking(work.api, idOf(work));
		dataOf(await work.api.rpc('assign_chef', { p_booking: idOf(work), p_chef: chef }));
		const undo = before.chef && {
			undo: { label: 'Undo', action: 'assign', fields: { id: before.id, chef: before.chef.id } }
		};
		return { done: 'The chef is assigned.', ...undo };
	}),

	reschedule: action('reschedule', ['bookings.reschedule'], async (work) => {
		const startsAt = work.field('starts_at');
		if (Number.isNaN(Date.parse(startsAt))) throw invalid({ starts_at: 'Choose one of the times.' });
		const before = await readBooking(work.api, idOf(work));
		dataOf(await work.api.rpc('reschedule_booking', { p_booking: idOf(work), p_starts_at: startsAt }));
		return {
			done: `Moved to ${toTheMinute(startsAt, before.timezone)}. The customer gets an e-mail.`,
			undo: { label: 'Move back', action: 'reschedule', fields: { id: before.id, starts_at: before.event_at } }
		};
	}),

	move: action('move', ['bookings.reschedule', 'bookings.assign_chef'], async (work) => {
		const [startsAt, chef] = [work.field('starts_at'), work.field('chef')];
		if (Number.isNaN(Date.parse(startsAt))) throw invalid({ starts_at: 'Choose a day and a time.' });
		if (chef && !uuid.test(chef)) throw invalid({ chef: 'Choose a chef.' });
		const before = await readBooking(work.api, idOf(work));
		const moved = Date.parse(startsAt) !== Date.parse(before.event_at);
		dataOf(
			moved
				? await work.api.rpc('move_booking', { p_booking: before.id, p_starts_at: startsAt, p_chef: chef || null })
				: await work.api.rpc('assign_chef', { p_booking: before.id, p_chef: chef || before.chef?.id })
		);
		const after = await readBooking(work.api, before.id);
		const who = after.chef?.staff?.name ?? 'another chef';
		const done = moved
			? `Moved to ${toTheMinute(after.event_at, after.timezone)}, with ${who}. The customer gets an e-mail.`
			: `Given to ${who}.`;
		const fields = { id: before.id, starts_at: before.event_at, chef: before.chef?.id ?? '' };
		return { done, undo: { label: 'Undo', action: 'move', fields } };
	}),

	cancel: action('cancel', ['bookings.manage'], async (work) => {
		dataOf(await work.api.rpc('cancel_booking', { p_booking: idOf(work), p_reason: work.field('reason') }));
		return { done: 'Cancelled. The slot is free again, and the customer gets an e-mail.' };
	}),

	edit: action('edit', ['bookings.write'], async (work) => {
		const { changed } = await saveEdit(
			work,
			editable,
			async () => {
				const booking = await readBooking(work.api, idOf(work));
				return { version: booking.version, fields: bookingFields(booking) };
			},
			async (fields, version) => {
				const answer = await work.api.rpc('update_booking', {
					p_booking: idOf(work),
					p_version: version,
					p_changes: changesOf(fields)
				});
				if (isStale(answer)) return false;
				dataOf(answer);
				return true;
			}
		);
		return { done: changed ? 'Saved.' : 'Nothing was different.' };
	})
};

/** The edited fields as `update_booking` takes them. */
function changesOf(fields: Record<string, string>): Record<string, unknown> {
	const { contact_name, contact_phone, line1, line2, city, notes } = fields;
	if (contact_phone !== undefined && !toE164(contact_phone)) {
		throw invalid({ contact_phone: 'Enter a phone number with its area code.' });
	}
	const contact = present({ name: contact_name, phone: contact_phone });
	const venue = present({ line1, line2, city });
	return {
		...present({ notes }),
		...(Object.keys(contact).length && { contact }),
		...(Object.keys(venue).length && { venue })
	};
}

function present(values: Record<string, string | undefined>): Record<string, string> {
	return Object.fromEntries(
		Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined)
	);
}

const stale = z.object({ code: z.literal('STALE_VERSION') });

function isStale({ error: refused }: { error: unknown }): boolean {
	return stale.safeParse(refused).success;
}
