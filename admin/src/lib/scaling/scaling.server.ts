import * as z from 'zod/mini';
import { action, invalid, type Deed } from '#admin/platform/action.server.ts';
import { dataOf } from '#admin/platform/api.ts';
import { saveEdit } from '#admin/platform/edit.server.ts';
import type { Undo } from '#admin/platform/action.ts';

const row = z.object({
	label: z.string(),
	direction: z.enum(['above', 'below']),
	warning: z.number(),
	critical: z.number(),
	version: z.number()
});

/** Saves the thresholds of one metric, field by field. */
export async function saveThresholds(work: Deed): Promise<{ done: string }> {
	const { api, field } = work;
	const read = async () => {
		const found = await api
			.from('scaling_thresholds')
			.select('label, direction, warning, critical, version')
			.eq('metric', field('metric'))
			.maybeSingle();
		const known = z.nullable(row).parse(dataOf(found));
		if (!known) throw invalid({ metric: 'There is no such metric.' });
		return known;
	};
	const { label, direction, ...limits } = await read();
	const typed = { warning: limitOf(work, 'warning', limits), critical: limitOf(work, 'critical', limits) };
	const inOrder = direction === 'above' ? typed.critical >= typed.warning : typed.critical <= typed.warning;
	if (!inOrder) {
		throw invalid({ critical: `Critical lies ${direction === 'above' ? 'at or above' : 'at or below'} the warning.` });
	}
	const { changed } = await saveEdit(
		work,
		['warning', 'critical'],
		async () => {
			const { warning, critical, version } = await read();
			return { version, fields: { warning: String(warning), critical: String(critical) } };
		},
		async (fields, version) => {
			const values = Object.fromEntries(Object.entries(fields).map(([name, text]) => [name, Number(text)]));
			const saved = api.from('scaling_thresholds').update(values).eq('metric', field('metric')).eq('version', version);
			const rows = dataOf(await saved.select('metric'));
			return Array.isArray(rows) && rows.length > 0;
		}
	);
	return { done: changed ? `Thresholds of “${label}” are saved. They are checked now.` : 'Nothing was changed.' };
}

function limitOf({ field }: Deed, name: 'warning' | 'critical', now: Record<'warning' | 'critical', number>): number {
	const text = field(name);
	const value = text === '' ? now[name] : Number(text);
	if (!Number.isFinite(value) || value < 0) throw invalid({ [name]: 'A number from 0 up.' });
	return value;
}

/** A form action that settles one recommendation by an RPC. */
export function settle(name: 'snooze' | 'acknowledge' | 'reopen', done: string) {
	return action(name, ['scaling.manage'], async ({ api, field }) => {
		dataOf(await api.rpc(`${name}_recommendation`, { p_id: field('id') }));
		const undo: Undo = { label: 'Undo', action: 'reopen', fields: { id: field('id') } };
		return name === 'reopen' ? { done } : { done, undo };
	});
}
