import { bookingActions } from '#admin/booking/booking.server.ts';
import { readBookingsBetween } from '#admin/booking/dashboard.server.ts';
import { readPlace, shownDays } from '#admin/booking/calendar.ts';
import { readRoster, readStartTimes } from '#admin/booking/chef-roster.server.ts';
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
	const [rows, chefs, startTimes] = await Promise.all([
		readBookingsBetween(apiOf(event), stationId, days.from, days.to, timezone),
		access.can('chefs.read') ? readRoster(apiOf(event), stationId) : [],
		readStartTimes(apiOf(event))
	]);
	return {
		place,
		today,
		timezone,
		stationId,
		rows,
		startTimes,
		chefs: chefs
			.filter(({ active }) => active)
			.map(({ id, staff, station_id }) => ({ id, title: staff?.name ?? 'Chef', stationId: station_id }))
	};
};

export const actions: Actions = { move: bookingActions.move };
