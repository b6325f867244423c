import { error, redirect } from '@sveltejs/kit';
import * as z from 'zod/mini';
import { leadRow, leadRowSelect, type LeadRow } from '#admin/leads/schema.ts';
import { action, invalid } from '#admin/platform/action.server.ts';
import { dataOf, problemOf, type Api } from '#admin/platform/api.ts';
import { saveEdit } from '#admin/platform/edit.server.ts';
import { Route } from '#admin/platform/routes.ts';
import { toE164 } from '#shared/platform/phone.ts';
import {
	mergeChoices,
	mergedCustomer,
	mergePreview,
	takenFields,
	linkWords,
	type MergeChoice
} from './customer-merge.ts';
import {
	customerBooking,
	customerBookingSelect,
	customerDetail,
	customerDetailSelect,
	customerMatch,
	customerNote,
	duplicates,
	namedLike,
	type CustomerBooking,
	type CustomerDetail,
	type CustomerMatch,
	type CustomerNote,
	type Duplicate
} from './customer-schema.ts';

const editable = ['name', 'email', 'phone', 'notes'] as const;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const shown = 50;

async function findCustomer(api: Api, id: string): Promise<CustomerDetail | null> {
	if (!uuid.test(id)) return null;
	const row = dataOf(await api.from('customers').select(customerDetailSelect).eq('id', id).maybeSingle());
	return row ? customerDetail.parse(row) : null;
}

/** One customer; a merged one leads to what it became, and what is not there or not this person's to see to the 404 page. */
export async function readCustomer(api: Api, id: string): Promise<CustomerDetail> {
	const customer = await findCustomer(api, id);
	if (customer) return customer;
	const became = uuid.test(id)
		? z.nullable(z.string()).parse(dataOf(await api.rpc('customer_merged_into', { p_customer: id })))
		: null;
	if (became) redirect(303, Route.customer(became));
	error(404, { code: 'NOT_FOUND', message: 'There is no such customer, or another station serves them.' });
}

/** The fields of a customer that are edited, as the form sends them. */
export function customerFields({
	name,
	email,
	phone,
	notes
}: CustomerDetail): Record<(typeof editable)[number], string> {
	return { name, email: email ?? '', phone: phone ?? '', notes };
}

/** A customer's bookings, latest event first, as far as the reader may see them. */
export async function readCustomerBookings(api: Api, id: string): Promise<CustomerBooking[]> {
	const answer = await api
		.from('bookings')
		.select(customerBookingSelect)
		.eq('customer_id', id)
		.order('event_at', { ascending: false })
		.limit(shown);
	return z.array(customerBooking).parse(dataOf(answer));
}

/** Leads that are linked with a customer or came by the same address or number, latest first. */
export async function readCustomerLeads(api: Api, { id, email, phone }: CustomerDetail): Promise<LeadRow[]> {
	const same = [`customer_id.eq.${id}`];
	if (email) same.push(`email.eq.${email}`);
	if (phone) same.push(`phone.eq."${phone}"`);
	const answer = await api
		.from('leads')
		.select(leadRowSelect)
		.or(same.join(','))
		.order('created_at', { ascending: false })
		.limit(shown);
	return z.array(leadRow).parse(dataOf(answer));
}

/** The notes that only staff read, latest first. */
export async function readCustomerNotes(api: Api, id: string): Promise<CustomerNote[]> {
	const answer = await api
		.from('customer_notes')
		.select('id, note, author_name, created_at, version')
		.eq('customer_id', id)
		.order('created_at', { ascending: false })
		.limit(shown);
	return z.array(customerNote).parse(dataOf(answer));
}

/** Who may be the same person. */
export async function readDuplicates(api: Api, id: string): Promise<Duplicate[]> {
	return duplicates.parse(dataOf(await api.rpc('customer_duplicates', { p_customer: id })));
}

const matchesAtMost = 10;
/** Fewer letters would name everybody. */
const shortestSearch = 2;

/** Customers that a text names, to merge one that was not suggested; null where nothing is searched for. */
export async function searchCustomersToMerge(
	api: Api,
	keep: CustomerDetail,
	text: string
): Promise<CustomerMatch[] | null> {
	const wanted = text.trim().slice(0, 100);
	if (wanted.length < shortestSearch) return null;
	const answer = await api
		.from('customers')
		.select('id, name, email, phone')
		.neq('id', keep.id)
		.or(namedLike(wanted))
		.order('name')
		.order('id')
		.limit(matchesAtMost);
	return z.array(customerMatch).parse(dataOf(answer));
}

export interface MergePlan {
	other: CustomerDetail;
	choices: MergeChoice[];
	moves: string[];
	signIn: 'keep' | 'merge' | 'both' | null;
	/** Why the two can't be merged, in words. */
	problem: string | null;
}

/** What merging another customer into this one would do; null where the other is not to be had. */
export async function readMergePlan(api: Api, keep: CustomerDetail, otherId: string): Promise<MergePlan | null> {
	if (otherId === keep.id) return null;
	const other = await findCustomer(api, otherId);
	if (!other) return null;
	const plan = { other, choices: mergeChoices(keep, other), moves: [], signIn: null, problem: null };
	const answer = await api.rpc('preview_customer_merge', { p_keep: keep.id, p_merge: other.id });
	if (answer.error) return { ...plan, problem: problemOf(answer).message };
	const { moves, sign_in } = mergePreview.parse(dataOf(answer));
	const problem = sign_in === 'both' ? 'Both have a sign-in of their own, so they can’t be merged.' : null;
	return { ...plan, moves: linkWords(moves), signIn: sign_in, problem };
}

export const customerActions = {
	edit: action('edit', ['customers.write'], async (work) => {
		const { api, event } = work;
		const id = event.params.id ?? '';
		let customer: CustomerDetail;
		const { changed } = await saveEdit(
			work,
			editable,
			async () => {
				customer = await readCustomer(api, id);
				return { version: customer.version, fields: customerFields(customer) };
			},
			(fields, version) => update(api, id, checked(fields, customer), version)
		);
		return { done: changed ? 'Saved.' : 'Nothing was different.' };
	}),

	withdraw: action('withdraw', ['customers.write'], async ({ api, event }) => {
		await update(api, event.params.id ?? '', { sms_consent: false });
		return { done: 'No more text messages to them.' };
	}),

	note: action('note', ['customers.write'], async ({ api, event, field }) => {
		dataOf(await api.from('customer_notes').insert({ customer_id: event.params.id, note: noteOf(field('note')) }));
		return { done: 'Noted.' };
	}),

	correct: action('correct', ['customers.write'], async ({ api, event, field }) => {
		const answer = await api
			.from('customer_notes')
			.update({ note: noteOf(field('note')) })
			.eq('customer_id', event.params.id ?? '')
			.eq('id', field('id'))
			.eq('version', Number(field('version')))
			.select('id');
		if ((dataOf(answer) as unknown[]).length === 0)
			throw invalid({ note: 'Somebody else corrected this note meanwhile. Look at it again, then save.' });
		return { done: 'Corrected.' };
	}),

	merge: action('merge', ['customers.write'], async ({ api, event, field }) => {
		const answer = await api.rpc('merge_customers', {
			p_keep: event.params.id,
			p_merge: field('other'),
			p_reason: field('reason'),
			p_take: takenFields(field)
		});
		const { moved } = mergedCustomer.parse(dataOf(answer));
		const what = linkWords(moved);
		return { done: what.length ? `Merged. ${new Intl.ListFormat('en').format(what)} moved here.` : 'Merged.' };
	})
};

async function update(api: Api, id: string, values: object, version?: number): Promise<boolean> {
	let query = api.from('customers').update(values).eq('id', id);
	if (version !== undefined) query = query.eq('version', version);
	const answer = await query.select('id');
	if (answer.error?.code === '23505')
		throw invalid({ email: 'Another customer has this address. If it is the same person, merge the two.' });
	return (dataOf(answer) as unknown[]).length > 0;
}

function noteOf(text: string): string {
	if (text.length < 1 || text.length > 4000) throw invalid({ note: 'Write a note of up to 4,000 characters.' });
	return text;
}

/** The changed fields as columns. Consent to text messages was given for a number: a new number has none. */
function checked(fields: Record<string, string>, before: CustomerDetail): Record<string, string | boolean | null> {
	const { name = before.name, email, phone, notes } = fields;
	const values: Record<string, string | boolean | null> = { name };
	const problems: Record<string, string> = {};
	if (!name) problems.name = 'Enter a name.';
	if (notes !== undefined) values.notes = notes;
	if (email !== undefined) {
		values.email = email.toLowerCase() || null;
		if (email && !/^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/.test(email))
			problems.email = 'Enter an address like ana@example.com.';
	}
	if (phone !== undefined) {
		values.phone = phone ? toE164(phone) : null;
		if (phone && !values.phone) problems.phone = 'Enter a phone number with its area code.';
		if (values.phone !== before.phone) values.sms_consent = false;
	}
	const reachable = { email: before.email, phone: before.phone, ...values };
	if (!before.user_id && !reachable.email && !reachable.phone && !problems.phone)
		problems.email = 'Keep an e-mail address or a phone number, so that we can reach them.';
	if (Object.keys(problems).length) throw invalid(problems);
	return values;
}
