import { error } from '@sveltejs/kit';
import { homeTimezone } from '#admin/booking/list.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { pages } from '#admin/platform/navigation.ts';
import { readHistory, readNames, readRate } from '#admin/tax/rates.ts';
import { archiveRate, saveRate } from '#admin/tax/rates.server.ts';
import { localDate } from '#shared/platform/time.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:tax');
	await allowed(event, ...pages.tax.needs);
	const api = apiOf(event);
	const rate = await readRate(api, event.params.id);
	if (!rate) error(404, { code: 'NOT_FOUND', message: 'There is no such rate.' });
	const history = await readHistory(api, rate);
	const names = await readNames(api, history);
	return { rate, history, names, timezone: homeTimezone, today: localDate(new Date(), homeTimezone) };
};

export const actions: Actions = { save: saveRate, archive: archiveRate };
