import { fail, type RequestEvent } from '@sveltejs/kit';
import { firstMessages, type BookingValues, type FieldMessages } from '#shared/booking/form.ts';
import { refusalAtFields } from '#shared/booking/refusal.ts';
import { quoteContactForm, type LeadRequest } from '#shared/leads/schema.ts';
import { valuesFromParams } from '#shared/pricing/address.ts';
import { readQuoteRequest, type QuoteRequest } from '#shared/pricing/request.ts';
import { loadCatalog } from '../catalog/catalog.server.ts';
import { captureLead } from '../leads/capture.server.ts';
import { orderCodes } from '../booking/menu.ts';
import { homeTimezone } from '../booking/slots.server.ts';
import { apiAccess } from '../platform/rpc.server.ts';
import { priceOf } from './price.server.ts';

/** What an untouched quote form says: a dinner of the smallest order. */
function blankQuote(codes: string[]): BookingValues {
	const counts = Object.fromEntries(codes.map((code) => [`items.${code}`, '0']));
	return { 'venue.zip': '', date: '', promo_code: '', adults: '10', children: '0', toddlers: '0', ...counts };
}

/** What became of leaving contact details. */
export interface LeftContact {
	typed: Record<string, string>;
	fields: FieldMessages;
	message: string | null;
	sent: boolean;
}

/** Everything of a quote's address: what is typed, and its price if it can have one already. */
export async function quoteOfAddress(event: Pick<RequestEvent, 'url' | 'locals'>) {
	const catalog = await loadCatalog(event.locals.supabase);
	const codes = orderCodes(catalog.menu);
	const given = valuesFromParams(event.url.searchParams, codes);
	const values = { ...blankQuote(codes), ...given };
	const { request, fields } = readQuoteRequest(values);
	const timezone = homeTimezone(catalog);
	const outcome = await priceOf(event.locals.supabase, request, catalog);
	const asked = Object.keys(given).length > 0;
	return { api: apiAccess(), catalog, timezone, values, outcome, fields: asked ? fields : {} };
}

/** Handles "Send me this quote": stores a lead with what was asked for. */
export async function leaveContact(event: RequestEvent) {
	const form = Object.fromEntries(
		[...(await event.request.formData())].filter((entry): entry is [string, string] => typeof entry[1] === 'string')
	);
	const read = quoteContactForm.safeParse(form);
	if (!read.success)
		return fail<LeftContact>(422, { typed: form, fields: firstMessages(read.error), message: null, sent: false });

	const catalog = await loadCatalog(event.locals.supabase);
	const codes = orderCodes(catalog.menu);
	const values = { ...blankQuote(codes), ...valuesFromParams(new URLSearchParams(form.asked), codes) };
	const { request } = readQuoteRequest(values);
	const refusal = await captureLead(event.locals.supabase, leadOf(read.data, request, values, form.reason ?? ''));
	if (!refusal) return { typed: {}, fields: {}, message: null, sent: true } satisfies LeftContact;
	const fields = Object.fromEntries(
		Object.entries(refusalAtFields(refusal)).map(([path, message]) => [path.replace(/^contact\./, ''), message])
	);
	return fail<LeftContact>(422, { typed: form, fields, message: refusal.message, sent: false });
}

function leadOf(
	contact: { name: string; email: string; phone: string; sms_consent: boolean; zip: string; notes: string },
	request: QuoteRequest | null,
	values: BookingValues,
	reason: string
): LeadRequest {
	const zip = request?.zip ?? (contact.zip || values['venue.zip'] || '');
	return {
		source: 'quote',
		...(reason && { reason: reason.slice(0, 100) }),
		contact: {
			...(contact.name && { name: contact.name }),
			...(contact.email && { email: contact.email }),
			...(contact.phone && { phone: contact.phone }),
			sms_consent: contact.sms_consent
		},
		...(zip && { zip }),
		...(request && {
			adults: request.adults,
			children: request.children,
			toddlers: request.toddlers,
			items: request.items
		}),
		...(contact.notes && { notes: contact.notes })
	};
}
