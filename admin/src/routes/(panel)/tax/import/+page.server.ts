import { allowed } from '#admin/identity/visitor.server.ts';
import { checkFile, importFile } from '#admin/tax/rates.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	await allowed(event, 'taxes.write');
};

export const actions: Actions = { check: checkFile, import: importFile };
