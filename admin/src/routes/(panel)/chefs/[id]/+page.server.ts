import { shownDays } from '#admin/booking/calendar.ts';
import { readMonth } from '#admin/booking/chef-month.ts';
import { photoActions, photoLink } from '#admin/booking/chef-photo.server.ts';
import { chefActions, readChef, readMonthEvents } from '#admin/booking/chef-roster.server.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { pages } from '#admin/platform/navigation.ts';
import { localDate } from '#shared/platform/time.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:chef');
	const { stations, access } = await allowed(event, ...pages.chefs.needs, 'chefs.own');
	const chef = await readChef(apiOf(event), event.params.id);
	const station = stations.find(({ id }) => id === chef.station_id);
	const today = localDate(new Date(), station?.timezone ?? 'America/Los_Angeles');
	const month = readMonth(event.url.searchParams.get('month'), today);
	const days = shownDays({ view: 'month', date: `${month}-01` });
	const office = access.can('bookings.read', chef.station_id);
	const [photo, events] = await Promise.all([
		photoLink(event, chef.photo_path),
		readMonthEvents(apiOf(event), chef.id, days, office)
	]);
	return { chef, photo, month, events, station: station?.name ?? '', today };
};

export const actions: Actions = { ...chefActions, ...photoActions };
