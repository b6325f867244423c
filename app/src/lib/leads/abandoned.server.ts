import type { Supabase } from '#kit/server/supabase.ts';
import { email, optionalZip, phone } from '#shared/booking/fields.ts';
import { readChoices, type BookingValues } from '#shared/booking/choices.ts';
import type { LeadRequest } from '#shared/leads/schema.ts';
import { readQuoteRequest } from '#shared/pricing/request.ts';
import { captureLead } from './capture.server.ts';

/** Keeps the lead of a form that was left half-way. False where what was typed reaches nobody. */
export async function captureAbandoned(client: Supabase, typed: unknown): Promise<boolean> {
	const lead = abandonedLead(typed);
	return lead !== null && (await captureLead(client, lead)) === null;
}

/** The lead of a half-filled booking form: whatever of it makes sense. Null without a usable e-mail or phone. */
export function abandonedLead(typed: unknown): LeadRequest | null {
	if (typeof typed !== 'object' || typed === null) return null;
	const values: BookingValues = Object.fromEntries(
		Object.entries(typed).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
	);
	const address = email.safeParse(values['contact.email']);
	const number = phone.safeParse(values['contact.phone']);
	if (!address.success && !number.success) return null;
	const zip = optionalZip.safeParse(values['venue.zip']);
	const { request } = readQuoteRequest({ ...values, 'venue.zip': '00000' });
	return {
		source: 'abandoned_form',
		contact: {
			...(values['contact.name']?.trim() && { name: values['contact.name'].trim().slice(0, 120) }),
			...(address.success && { email: address.data }),
			...(number.success && { phone: number.data }),
			sms_consent: values['contact.sms_consent'] === 'on'
		},
		...(zip.success && zip.data && { zip: zip.data }),
		...(request && {
			adults: request.adults,
			children: request.children,
			toddlers: request.toddlers,
			items: readChoices(values).choices.items
		})
	};
}
