import { payFigures } from '#app/payments/page.server.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = payFigures;
