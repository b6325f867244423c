import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { disputeList, readDisputes } from '#admin/payments/dispute-list.ts';
import { moneyQuestion } from '#admin/payments/overview.server.ts';
import { pages } from '#admin/platform/navigation.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:disputes');
	const visitor = await allowed(event, ...pages.payments.needs);
	const question = moneyQuestion(event, visitor, disputeList);
	const { state: view, stationId, timezone } = question;
	return { view, stationId, timezone, page: await readDisputes(apiOf(event), question) };
};
