import { homeTimezone } from '#admin/booking/list.ts';
import { newBookingActions, readExtras, readOffer } from '#admin/booking/new-booking.server.ts';
import { readWish } from '#admin/booking/new-booking.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { localDate } from '#shared/platform/time.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const { stations } = await allowed(event, 'bookings.write');
	const api = apiOf(event);
	const extras = await readExtras(api);
	const today = localDate(new Date(), stations[0]?.timezone ?? homeTimezone);
	const { searchParams } = event.url;
	const wish = readWish(
		searchParams,
		extras.map(({ code }) => code),
		today
	);
	const told = (name: string) => (searchParams.get(name) ?? '').slice(0, 254);
	return {
		extras,
		today,
		wish,
		offer: wish && (await readOffer(api, wish)),
		contact: { name: told('name'), email: told('email'), phone: told('phone') },
		key: crypto.randomUUID()
	};
};

export const actions: Actions = newBookingActions;
