import { readTimeline } from '#admin/audit/timeline.server.ts';
import {
	customerActions,
	customerFields,
	readCustomer,
	readCustomerBookings,
	readCustomerLeads,
	readCustomerNotes,
	readDuplicates,
	readMergePlan,
	searchCustomersToMerge
} from '#admin/booking/customer.server.ts';
import { homeTimezone } from '#admin/booking/list.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { pages } from '#admin/platform/navigation.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:customer');
	const { access, stations } = await allowed(event, ...pages.customers.needs);
	const api = apiOf(event);
	const customer = await readCustomer(api, event.params.id);
	const timezone = stations.find(({ id }) => id === customer.station_id)?.timezone ?? homeTimezone;
	const merge = event.url.searchParams.get('merge');
	const search = event.url.searchParams.get('same') ?? '';
	const mayWrite = access.can('customers.write');
	const [bookings, leads, notes, duplicates, matches, plan, timeline] = await Promise.all([
		access.can('bookings.read') ? readCustomerBookings(api, customer.id) : [],
		access.can('leads.read') ? readCustomerLeads(api, customer) : [],
		readCustomerNotes(api, customer.id),
		readDuplicates(api, customer.id),
		mayWrite ? searchCustomersToMerge(api, customer, search) : null,
		merge && mayWrite ? readMergePlan(api, customer, merge) : null,
		access.can('audit.read') ? readTimeline(api, 'customers', customer.id, timezone, new Map()) : null
	]);
	const fields = customerFields(customer);
	const same = { duplicates, search, matches };
	return { customer, fields, timezone, bookings, leads, notes, same, plan, timeline, asOf: Date.now() };
};

export const actions: Actions = customerActions;
