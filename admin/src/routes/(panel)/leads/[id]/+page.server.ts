import { readTimeline } from '#admin/audit/timeline.server.ts';
import { homeTimezone } from '#admin/booking/list.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { leadActions, leadFields, readLead } from '#admin/leads/lead.server.ts';
import { pages } from '#admin/platform/navigation.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:lead');
	const visitor = await allowed(event, ...pages.leads.needs);
	const lead = await readLead(apiOf(event), event.params.id);
	const timezone = visitor.stations.find(({ id }) => id === lead.station_id)?.timezone ?? homeTimezone;
	const timeline = visitor.access.can('audit.read')
		? await readTimeline(apiOf(event), 'leads', lead.id, timezone, new Map())
		: null;
	return { lead, timezone, timeline, fields: leadFields(lead), asOf: Date.now() };
};

export const actions: Actions = leadActions;
