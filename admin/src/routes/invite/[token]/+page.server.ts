import { acceptHere, openInvitation, sendLink } from '#admin/identity/invitations.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = openInvitation;

export const actions: Actions = { accept: acceptHere, link: sendLink };
