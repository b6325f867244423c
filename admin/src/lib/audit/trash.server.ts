import * as z from 'zod/mini';
import { action } from '#admin/platform/action.server.ts';
import { dataOf } from '#admin/platform/api.ts';
import { toTheMinute } from '#admin/platform/moments.ts';
import { pages } from '#admin/platform/navigation.ts';
import { homeTimezone } from '#admin/booking/list.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const deleted = z.object({ restorable_until: z.string() });

/** Deleting and restoring, for every page: its forms post here. */
export const trashActions = {
	delete: action('delete', pages.trash.needs, async ({ api, field }) => {
		const fields = { table: field('table'), id: field('id') };
		const answer = await api.rpc('delete_record', {
			p_table: fields.table,
			p_id: fields.id,
			p_reason: field('reason')
		});
		const { restorable_until } = deleted.parse(dataOf(answer));
		return {
			done: `Deleted. It can be restored until ${toTheMinute(restorable_until, homeTimezone)}.`,
			undo: { label: 'Undo', action: 'restore', fields }
		};
	}),

	restore: action('restore', pages.trash.needs, async ({ api, field }) => {
		const chef = field('chef');
		dataOf(
			await api.rpc('restore_record', {
				p_table: field('table'),
				p_id: field('id'),
				...(uuid.test(chef) && { p_chef: chef })
			})
		);
		return { done: 'Restored.' };
	})
};
