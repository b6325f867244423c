import type { RequestEvent } from '@sveltejs/kit';
import { monthOf } from '#shared/booking/calendar.ts';
import type { BookingValues } from '#shared/booking/form.ts';
import { valuesFromParams } from '#shared/pricing/address.ts';
import { readQuoteRequest } from '#shared/pricing/request.ts';
import { addDays, localDate } from '#shared/platform/time.ts';
import type { SiteCatalog } from '#shared/catalog/schema.ts';
import { loadCatalog } from '../catalog/catalog.server.ts';
import { apiAccess } from '../platform/rpc.server.ts';
import { priceOf } from '../pricing/price.server.ts';
import { orderCodes, pathOf } from './menu.ts';
import { homeTimezone, monthOfSlots } from './slots.server.ts';

/** All that the booking form starts from. What the address says (a quote's "Book this") is filled in already. */
export async function bookPage({ url, locals }: Pick<RequestEvent, 'url' | 'locals'>) {
	const catalog = await loadCatalog(locals.supabase);
	const given = valuesFromParams(url.searchParams, orderCodes(catalog.menu));
	const blank = blankBooking(catalog);
	const { request } = readQuoteRequest({ ...blank, ...given });
	const dates = bookableDates(catalog, new Date());
	const month = monthOf(given.date && given.date > dates.first ? given.date : dates.first);
	const [calendar, outcome, user] = await Promise.all([
		request ? monthOfSlots(locals.supabase, request.zip, month) : null,
		priceOf(locals.supabase, request, catalog),
		locals.user()
	]);
	const account: BookingValues = user?.email ? { 'contact.email': user.email } : {};
	return {
		api: apiAccess(),
		catalog,
		timezone: homeTimezone(catalog),
		blank,
		given: { ...account, ...given },
		key: crypto.randomUUID() as string,
		outcome,
		calendar,
		month,
		...dates
	};
}

/** Every field of the form as it is before anybody typed. */
export function blankBooking({ menu }: Pick<SiteCatalog, 'menu'>): BookingValues {
	const counts = menu.filter(({ kind }) => kind !== 'included').map((item) => [pathOf(item), '0']);
	return {
		date: '',
		time: '',
		adults: '10',
		children: '0',
		toddlers: '0',
		...Object.fromEntries(counts),
		'contact.name': '',
		'contact.email': '',
		'contact.phone': '',
		'contact.sms_consent': '',
		'venue.line1': '',
		'venue.line2': '',
		'venue.city': '',
		'venue.state': 'CA',
		'venue.zip': '',
		notes: '',
		promo_code: ''
	};
}

/** First and last date that any station takes bookings for; the database decides for the one that serves the venue. */
export function bookableDates({ stations }: Pick<SiteCatalog, 'stations'>, now: Date): { first: string; last: string } {
	const zone = homeTimezone({ stations });
	const notice = Math.min(...stations.map((station) => station.min_notice_hours));
	const ahead = Math.max(...stations.map((station) => station.max_advance_days));
	const earliest = new Date(now.getTime() + (Number.isFinite(notice) ? notice : 48) * 3_600_000);
	return {
		first: localDate(earliest, zone),
		last: addDays(localDate(now, zone), Number.isFinite(ahead) ? ahead : 365)
	};
}
