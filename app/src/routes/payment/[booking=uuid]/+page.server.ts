import { payPage } from '#app/payments/page.server.ts';
import { pay, sent } from '#app/payments/pay.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = payPage;

export const actions: Actions = { pay, sent };
