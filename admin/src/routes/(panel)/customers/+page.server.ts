import { customerQuestion } from '#admin/booking/customer-list.server.ts';
import { readCustomers } from '#admin/booking/customer-list.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { pages } from '#admin/platform/navigation.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:customers');
	const visitor = await allowed(event, ...pages.customers.needs);
	const asOf = new Date().toISOString();
	const question = await customerQuestion(event, visitor);
	const { state: view, stationId, booked } = question;
	return { view, stationId, booked, asOf, page: await readCustomers(apiOf(event), question) };
};
