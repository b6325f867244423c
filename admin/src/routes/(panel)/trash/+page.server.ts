import { trashActions } from '#admin/audit/trash.server.ts';
import { readTrash, trashList } from '#admin/audit/trash.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { readListState } from '#admin/platform/list-state.ts';
import { pages } from '#admin/platform/navigation.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:trash');
	await allowed(event, ...pages.trash.needs);
	const view = readListState(trashList, event.url);
	return { view, page: await readTrash(apiOf(event), view), asOf: Date.now() };
};

export const actions: Actions = trashActions;
