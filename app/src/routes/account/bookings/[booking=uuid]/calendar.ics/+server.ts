import { ownCalendarFile } from '#app/identity/account.server.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = ownCalendarFile;
