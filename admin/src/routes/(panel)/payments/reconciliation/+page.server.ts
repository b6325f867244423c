import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { readReconciliations } from '#admin/payments/reconciliation.server.ts';
import { homeTimezone } from '#admin/booking/list.ts';
import { pages } from '#admin/platform/navigation.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:reconciliation');
	const visitor = await allowed(event, ...pages.payments.needs);
	const timezone = visitor.stations[0]?.timezone ?? homeTimezone;
	return {
		timezone,
		everywhere: visitor.access.can('payments.read', null),
		reports: await readReconciliations(apiOf(event))
	};
};
