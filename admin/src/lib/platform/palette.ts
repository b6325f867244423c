import { findCustomers } from '#admin/booking/list.ts';
import { customerRow, customerRowSelect, namedLike } from '#admin/booking/customer-schema.ts';
import { bookingRow, bookingRowSelect, contactOf } from '#admin/booking/schema.ts';
import { leadName, leadRow, leadRowSelect, statusLabels } from '#admin/leads/schema.ts';
import * as z from 'zod/mini';
import { dataOf, type Api } from './api.ts';
import { eventMoment } from './moments.ts';
import type { NavItem } from './navigation.ts';
import { Route } from './routes.ts';
import { containing } from './search.ts';

/** Something that the palette can open. */
export interface Target {
	href: string;
	title: string;
	note: string;
}

const shown = 6;

/** The pages whose name holds the text. */
export function matchingPages(items: readonly NavItem[], text: string): Target[] {
	const wanted = text.trim().toLowerCase();
	return items
		.filter(({ label }) => label.toLowerCase().includes(wanted))
		.map(({ href, label }) => ({ href, title: label, note: 'Page' }));
}

/** What may be searched. */
export interface Searchable {
	bookings: boolean;
	customers: boolean;
	leads: boolean;
}

/** Bookings, customers and leads that the text names, as far as the person may see them. */
export async function findTargets(api: Api, text: string, may: Searchable): Promise<Target[]> {
	const found = await Promise.all([
		may.bookings ? findBookings(api, text) : [],
		may.customers ? findPeople(api, text) : [],
		may.leads ? findLeads(api, text) : []
	]);
	return found.flat();
}

async function findPeople(api: Api, text: string): Promise<Target[]> {
	const answer = await api
		.from('customers')
		.select(customerRowSelect)
		.or(namedLike(text))
		.order('created_at', { ascending: false })
		.limit(shown);
	return z
		.array(customerRow)
		.parse(dataOf(answer))
		.map((row) => ({ href: Route.customer(row.id), title: row.name, note: row.email ?? 'Customer' }));
}

async function findBookings(api: Api, text: string): Promise<Target[]> {
	const customers = await findCustomers(api, text);
	const pattern = containing(text);
	const byCustomer = customers.length ? [`customer_id.in.(${customers.join(',')})`] : [];
	const answer = await api
		.from('bookings')
		.select(bookingRowSelect)
		.or([`reference.ilike.${pattern}`, `contact_name.ilike.${pattern}`, ...byCustomer].join(','))
		.order('event_at', { ascending: false })
		.limit(shown);
	return z
		.array(bookingRow)
		.parse(dataOf(answer))
		.map((row) => ({
			href: Route.booking(row.id),
			title: `${row.reference} · ${contactOf(row).name}`,
			note: `${eventMoment(row.event_at, row.timezone).day}, ${row.status}`
		}));
}

async function findLeads(api: Api, text: string): Promise<Target[]> {
	const pattern = containing(text);
	const answer = await api
		.from('leads')
		.select(leadRowSelect)
		.or(`name.ilike.${pattern},email.ilike.${pattern}`)
		.order('created_at', { ascending: false })
		.limit(shown);
	return z
		.array(leadRow)
		.parse(dataOf(answer))
		.map((row) => ({
			href: Route.lead(row.id),
			title: leadName(row),
			note: `Lead, ${statusLabels[row.status].toLowerCase()}`
		}));
}
