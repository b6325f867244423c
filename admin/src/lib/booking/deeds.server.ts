import { action, invalid } from '#admin/platform/action.server.ts';
import { dataOf } from '#admin/platform/api.ts';
import { deeds, deedSentences } from './deeds.ts';

/** What a chef says of the own event, or the office of any: one action for all steps, each with its way back. */
export const deedActions = {
	deed: action('deed', ['bookings.assigned', 'bookings.manage'], async ({ api, event, field }) => {
		const deed = deeds.find((known) => known === field('deed'));
		if (!deed) throw invalid({ deed: 'Choose what happened.' });
		const id = field('id') || event.params.id;
		const undo = field('undo') === 'true';
		dataOf(
			await api.rpc('assignment_deed', { p_booking: id, p_deed: deed, p_undo: undo, p_reason: field('reason') || null })
		);
		if (undo) return { done: 'Taken back.' };
		return {
			done: deedSentences[deed],
			undo: { label: 'Undo', action: 'deed', fields: { id: String(id), deed, undo: 'true' } }
		};
	})
};
