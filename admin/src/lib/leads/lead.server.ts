import { error } from '@sveltejs/kit';
import { ApiError, dataOf, type Api } from '#admin/platform/api.ts';
import { action, invalid } from '#admin/platform/action.server.ts';
import type { Undo } from '#admin/platform/action.ts';
import { saveEdit } from '#admin/platform/edit.server.ts';
import { toE164 } from '#shared/platform/phone.ts';
import {
	leadDetail,
	leadDetailSelect,
	leadName,
	leadStatus,
	nextStatuses,
	statusLabels,
	type LeadDetail
} from './schema.ts';

const editable = ['name', 'phone', 'notes'] as const;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** One lead, or the 404 page for one that is not there or not this person's to see. */
export async function readLead(api: Api, id: string): Promise<LeadDetail> {
	const row = uuid.test(id)
		? dataOf(await api.from('leads').select(leadDetailSelect).eq('id', id).maybeSingle())
		: null;
	if (!row) error(404, { code: 'NOT_FOUND', message: 'There is no such lead, or it belongs to another station.' });
	return leadDetail.parse(row);
}

/** The fields of a lead that are edited, as the form sends them. */
export function leadFields(lead: LeadDetail): Record<(typeof editable)[number], string> {
	return { name: lead.name ?? '', phone: lead.phone ?? '', notes: lead.notes };
}

async function update(api: Api, id: string, values: object, version?: number): Promise<boolean> {
	let query = api.from('leads').update(values).eq('id', id);
	if (version !== undefined) query = query.eq('version', version);
	return (dataOf(await query.select('id')) as unknown[]).length > 0;
}

export const leadActions = {
	edit: action('edit', ['leads.write'], async (work) => {
		const { api, event } = work;
		const id = event.params.id ?? '';
		const { changed } = await saveEdit(
			work,
			editable,
			async () => {
				const lead = await readLead(api, id);
				return { version: lead.version, fields: leadFields(lead) };
			},
			(fields, version) => update(api, id, normal(fields), version)
		);
		return { done: changed ? 'Saved.' : 'Nothing was different.' };
	}),

	status: action('status', ['leads.write'], async ({ api, event, field }) =>
		setStatus(api, event.params.id ?? '', field('status'), 'status')
	),

	next: action('next', ['leads.write'], async ({ api, event, field }) => {
		const days = Number(field('days'));
		if (!Number.isInteger(days) || days < 0 || days > 365) throw invalid({ days: 'Choose when.' });
		const at = field('days') === '0' ? null : new Date(Date.now() + days * 86_400_000).toISOString();
		if (!(await update(api, event.params.id ?? '', { next_action_at: at }))) throw notAllowed();
		return { done: at ? 'Set the next action.' : 'Nothing more to do.' };
	})
};

/** The board's action: a lead goes to another column. */
export const leadMove = action('move', ['leads.write'], async ({ api, field }) =>
	setStatus(api, field('id'), field('status'), 'move')
);

async function setStatus(api: Api, id: string, status: string, name: string): Promise<{ done: string; undo?: Undo }> {
	const next = leadStatus.safeParse(status).data;
	if (!next) throw invalid({ status: 'Choose a status.' });
	const before = await readLead(api, id);
	if (!(await update(api, id, { status: next }))) throw notAllowed();
	const done = `${leadName(before)} is now ${statusLabels[next].toLowerCase()}.`;
	// The database lets some steps go one way only: those have no undo.
	if (!nextStatuses[next].includes(before.status)) return { done };
	return { done, undo: { label: 'Undo', action: name, fields: { id, status: before.status } } };
}

function normal(fields: Record<string, string>): Record<string, string | null> {
	const { phone, name, ...rest } = fields;
	const values: Record<string, string | null> = { ...rest };
	if (name !== undefined) values.name = name || null;
	if (phone !== undefined) {
		values.phone = phone === '' ? null : toE164(phone);
		if (phone && !values.phone) throw invalid({ phone: 'Enter a phone number with its area code.' });
	}
	return values;
}

function notAllowed(): ApiError {
	return new ApiError({
		status: 403,
		code: 'NOT_ALLOWED',
		message: 'You may read this lead, but not change it.',
		hint: null,
		fields: {},
		details: null
	});
}
