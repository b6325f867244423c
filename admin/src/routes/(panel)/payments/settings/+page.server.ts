import { homeTimezone } from '#admin/booking/list.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { readPaymentSettings, settingsActions } from '#admin/payments/settings.server.ts';
import { pages } from '#admin/platform/navigation.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:payment-settings');
	const visitor = await allowed(event, ...pages.payments.needs);
	const settings = await readPaymentSettings(apiOf(event), new Date().toISOString());
	return {
		...settings,
		timezone: visitor.stations[0]?.timezone ?? homeTimezone,
		mayWrite: visitor.access.can('payments.write', null)
	};
};

export const actions: Actions = settingsActions;
