import { verify } from '#admin/audit/chain.server.ts';
import { logQuestion } from '#admin/audit/log.server.ts';
import { readLog } from '#admin/audit/log.ts';
import { readActors, readActorChoices } from '#admin/audit/people.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { pages } from '#admin/platform/navigation.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:audit');
	const visitor = await allowed(event, ...pages.audit.needs);
	const api = apiOf(event);
	const question = await logQuestion(event, visitor);
	const [page, people] = await Promise.all([readLog(api, question), readActorChoices(api)]);
	const { state: view, timezone } = question;
	const month = new Date().toISOString().slice(0, 7);
	return { question, view, timezone, page, people, actors: await readActors(api, page.rows), month };
};

export const actions: Actions = { verify };
