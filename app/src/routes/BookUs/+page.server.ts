import { bookFromForm } from '#app/booking/book.server.ts';
import { bookPage } from '#app/booking/book-page.server.ts';
import { loadCatalog } from '#app/catalog/catalog.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = bookPage;

export const actions: Actions = {
	default: async (event) => bookFromForm(event, await loadCatalog(event.locals.supabase))
};
