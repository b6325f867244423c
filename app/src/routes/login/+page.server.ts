import { signIn, skipWhenSignedIn } from '#app/identity/session.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = skipWhenSignedIn;

export const actions: Actions = { default: signIn };
