import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { action } from '#admin/platform/action.server.ts';
import { dataOf } from '#admin/platform/api.ts';
import { pages } from '#admin/platform/navigation.ts';
import { scalingHealth } from '#admin/scaling/health.ts';
import { saveThresholds, settle } from '#admin/scaling/scaling.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:scaling');
	await allowed(event, ...pages.scaling.needs);
	return { health: scalingHealth.parse(dataOf(await apiOf(event).rpc('scaling_health'))) };
};

export const actions: Actions = {
	thresholds: action('thresholds', ['scaling.manage'], saveThresholds),
	snooze: settle('snooze', 'Snoozed for 7 days.'),
	acknowledge: settle('acknowledge', 'Acknowledged. It stays here until it is over.'),
	reopen: settle('reopen', 'It is open again.')
};
