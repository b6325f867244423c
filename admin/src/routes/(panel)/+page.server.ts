import { redirect } from '@sveltejs/kit';
import { readDashboard } from '#admin/booking/dashboard.server.ts';
import { homeTimezone } from '#admin/booking/list.ts';
import { allowed, apiOf, signedIn } from '#admin/identity/visitor.server.ts';
import { homeFor, pages } from '#admin/platform/navigation.ts';
import { chosenStation } from '#admin/stations/schema.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:dashboard');
	const { access, stations } = await signedIn(event);
	const home = homeFor(access);
	if (home && home !== pages.dashboard.href) redirect(303, home);
	await allowed(event, ...pages.dashboard.needs);
	const station = chosenStation(stations, event.url.searchParams.get('station') ?? '');
	const timezone = station?.timezone ?? stations[0]?.timezone ?? homeTimezone;
	const may = { bookings: access.can('bookings.read'), leads: access.can('leads.read') };
	const dashboard = await readDashboard(apiOf(event), station?.id ?? null, timezone);
	return { dashboard, may, timezone, stationId: station?.id ?? null, asOf: Date.now() };
};
