import { bookingActions } from '#admin/booking/booking.server.ts';
import { readBookingsBetween } from '#admin/booking/dashboard.server.ts';
import { readPlace, shownDays } from '#admin/booking/calendar.ts';
import { readRoster } from '#admin/booking/chef-roster.server.ts';
import { homeTimezone } from '#admin/booking/list.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { pages } from '#admin/platform/navigation.ts';
import { chosenStation } from '#admin/stations/schema.ts';
import { localDate } from '#shared/platform/time.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:calendar');
	const { stations, access } = await allowed(event, ...pages.calendar.needs);
	const station = chosenStation(stations, event.url.searchParams.get('station') ?? '');
	const timezone = station?.timezone ?? stations[0]?.timezone ?? homeTimezone;
	const today = localDate(new Date(), timezone);
	const place = readPlace(event.url.searchParams, today);
	const days = shownDays(place);
	const stationId = station?.id ?? null;
	const withChefs = place.view === 'chefs' && access.can('chefs.read');
	const [rows, chefs] = await Promise.all([
		readBookingsBetween(apiOf(event), stationId, days.from, days.to, timezone),
		withChefs ? readRoster(apiOf(event), stationId) : []
	]);
	return {
		place,
		today,
		timezone,
		stationId,
		rows,
		chefs: chefs.filter(({ active }) => active).map(({ id, staff }) => ({ id, title: staff?.name ?? 'Chef' }))
	};
};

export const actions: Actions = { reschedule: bookingActions.reschedule, assign: bookingActions.assign };
