import { cancelAsGuest, guestPage, rescheduleAsGuest } from '#app/booking/guest-page.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = guestPage;

export const actions: Actions = { cancel: cancelAsGuest, reschedule: rescheduleAsGuest };
