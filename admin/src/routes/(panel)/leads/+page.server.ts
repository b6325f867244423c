import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { leadQuestion } from '#admin/leads/list.server.ts';
import { readLeads } from '#admin/leads/list.ts';
import { pages } from '#admin/platform/navigation.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:leads');
	const visitor = await allowed(event, ...pages.leads.needs);
	const asOf = new Date().toISOString();
	const question = leadQuestion(event, visitor);
	const { state: view, stationId, timezone } = question;
	return { view, stationId, timezone, asOf, page: await readLeads(apiOf(event), question) };
};
