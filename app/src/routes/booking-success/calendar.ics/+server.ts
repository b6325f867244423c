import { guestCalendarFile } from '#app/booking/guest-page.server.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = guestCalendarFile;
