import { leaveContact, quoteOfAddress } from '#app/pricing/quote.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = quoteOfAddress;

export const actions: Actions = { default: leaveContact };
