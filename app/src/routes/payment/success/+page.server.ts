import { successPage } from '#app/payments/success.server.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = successPage;
