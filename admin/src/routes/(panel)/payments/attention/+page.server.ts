import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { attentionList, readAttention } from '#admin/payments/attention-list.ts';
import { moneyActions } from '#admin/payments/money.server.ts';
import { moneyQuestion } from '#admin/payments/overview.server.ts';
import { pages } from '#admin/platform/navigation.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:attention');
	const visitor = await allowed(event, ...pages.payments.needs);
	const asOf = new Date().toISOString();
	const { state: view, stationId } = moneyQuestion(event, visitor, attentionList);
	return { view, stationId, asOf, page: await readAttention(apiOf(event), { state: view, stationId }) };
};

export const actions: Actions = { resolve: moneyActions.resolve };
