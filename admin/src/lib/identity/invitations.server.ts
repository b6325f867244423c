import type { RequestEvent } from '@sveltejs/kit';
import { apiOf } from './visitor.server.ts';

/**
 * Takes up the invitations to the e-mail that has just signed in, if there are any; the database asks whether it is
 * verified. Never stands in the way of signing in: an invitation that failed stays open for the next time.
 */
export async function acceptInvitations(event: RequestEvent): Promise<void> {
	const { error } = await apiOf(event).rpc('accept_invitations');
	if (!error) return;
	const { requestId } = event.locals;
	console.error(JSON.stringify({ level: 'error', requestId, message: `accept_invitations: ${error.message}` }));
}
