import { accountBookingPage, cancelOwn, rescheduleOwn } from '#app/identity/account.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = accountBookingPage;

export const actions: Actions = { cancel: cancelOwn, reschedule: rescheduleOwn };
