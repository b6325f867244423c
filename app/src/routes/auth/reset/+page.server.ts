import { askForReset } from '#app/identity/session.server.ts';
import type { Actions } from './$types';

export const actions: Actions = { default: askForReset };
