import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { paymentList, readPayments } from '#admin/payments/list.ts';
import { moneyQuestion, readOverview } from '#admin/payments/overview.server.ts';
import { pages } from '#admin/platform/navigation.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:payments');
	const visitor = await allowed(event, ...pages.payments.needs);
	const asOf = new Date().toISOString();
	const question = moneyQuestion(event, visitor, paymentList);
	const [overview, page] = await Promise.all([readOverview(event, question), readPayments(apiOf(event), question)]);
	const { state: view, stationId, timezone } = question;
	return { view, stationId, timezone, asOf, overview, page };
};
