import { redirect } from '@sveltejs/kit';
import * as z from 'zod/mini';
import { action } from '#admin/platform/action.server.ts';
import { dataOf, problemOf, type Api } from '#admin/platform/api.ts';
import { Route } from '#admin/platform/routes.ts';
import { bookingAnswer, slots } from '#shared/booking/schema.ts';
import { zonedInstant } from '#shared/booking/slots.ts';
import { siteCatalog, type Price } from '#shared/catalog/schema.ts';
import { quote } from '#shared/pricing/schema.ts';
import { addDays } from '#shared/platform/time.ts';
import { homeTimezone } from './list.ts';
import { daysShown, isExtra, type Offer, type Wish } from './new-booking.ts';

const wish = z.object({
	zip: z.string(),
	adults: z.int(),
	children: z.int(),
	toddlers: z.int(),
	items: z.array(z.object({ code: z.string(), quantity: z.int() })),
	promo_code: z.nullable(z.string())
});

/** What can be added to a dinner, at today's prices. */
export async function readExtras(api: Api): Promise<Price[]> {
	const { prices } = siteCatalog.parse(dataOf(await api.rpc('site_catalog')));
	return prices.filter(({ code }) => isExtra(code));
}

/** The price of a wish at its chosen time, else on its first day, and a week of start times. */
export async function readOffer(
	api: Api,
	{ zip, adults, children, toddlers, items, from, at, promo }: Wish
): Promise<Offer> {
	const [priced, times] = await Promise.all([
		api.rpc('quote_event', {
			p_zip: zip,
			p_adults: adults,
			p_children: children,
			p_toddlers: toddlers,
			p_items: items,
			p_event_at: at ?? zonedInstant(from, '18:00', homeTimezone),
			...(promo && { p_promo_code: promo })
		}),
		api.rpc('available_slots', { p_zip: zip, p_from: from, p_to: addDays(from, daysShown) })
	]);
	if (priced.error) return { quote: null, slots: [], problem: problemOf(priced) };
	return { quote: quote.parse(priced.data), slots: times.error ? [] : slots.parse(times.data), problem: null };
}

export const newBookingActions = {
	create: action('create', ['bookings.write'], async ({ api, field }) => {
		const asked = wish.parse(JSON.parse(field('wish')));
		const answer = await api.rpc('create_booking', {
			p_request: {
				...asked,
				idempotency_key: field('idempotency_key'),
				starts_at: field('starts_at'),
				price_version: field('price_version') || null,
				contact: {
					name: field('contact.name'),
					email: field('contact.email'),
					phone: field('contact.phone'),
					sms_consent: field('contact.sms_consent') === 'on'
				},
				venue: {
					line1: field('venue.line1'),
					line2: field('venue.line2'),
					city: field('venue.city'),
					state: field('venue.state'),
					zip: asked.zip
				},
				notes: field('notes'),
				source: 'admin'
			}
		});
		redirect(303, Route.booking(bookingAnswer.parse(dataOf(answer)).booking_id));
	})
};
