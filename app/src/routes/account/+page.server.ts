import { accountPage, saveProfile } from '#app/identity/account.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = accountPage;

export const actions: Actions = { default: saveProfile };
