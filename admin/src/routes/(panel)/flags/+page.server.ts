import * as z from 'zod/mini';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { action, invalid } from '#admin/platform/action.server.ts';
import { dataOf } from '#admin/platform/api.ts';
import { flag, type FlagRow } from '#admin/platform/flags.ts';
import { pages } from '#admin/platform/navigation.ts';
import { siteCatalog } from '#shared/catalog/schema.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:flags');
	await allowed(event, ...pages.flags.needs);
	const api = apiOf(event);
	const [rows, catalog] = await Promise.all([
		api.from('feature_flags').select('key, enabled, description, capability').order('capability').order('key'),
		api.rpc('site_catalog')
	]);
	const { flags: inForce } = siteCatalog.parse(dataOf(catalog));
	const flags = z
		.array(flag)
		.parse(dataOf(rows))
		.map((row): FlagRow => {
			const now = inForce[row.key];
			return { ...row, forced: now === undefined || now === row.enabled ? null : now };
		});
	return { flags };
};

export const actions: Actions = {
	toggle: action('toggle', ['flags.manage'], async ({ api, field }) => {
		const key = field('key');
		const enabled = field('enabled') === 'true';
		const rows = dataOf(await api.from('feature_flags').update({ enabled }).eq('key', key).select('key'));
		if (!Array.isArray(rows) || rows.length === 0)
			throw invalid({ key: 'There is no such flag, or you may not switch it.' });
		return {
			done: `${key} is ${enabled ? 'on' : 'off'}.`,
			undo: { label: 'Undo', action: 'toggle', fields: { key, enabled: String(!enabled) } }
		};
	})
};
