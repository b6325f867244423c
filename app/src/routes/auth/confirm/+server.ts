import { confirm } from '#app/identity/session.server.ts';
import type { RequestHandler } from './$types';

/** Where the links of our e-mails lead. */
export const GET: RequestHandler = confirm;
