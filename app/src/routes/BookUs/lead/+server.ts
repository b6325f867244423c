import { captureAbandoned } from '#app/leads/abandoned.server.ts';
import type { RequestHandler } from './$types';

/** Told by the booking form as soon as somebody can be reached. Says nothing about what it found. */
export const POST: RequestHandler = async ({ request, locals }) => {
	const text = await request.text();
	if (text.length < 20_000) await captureAbandoned(locals.supabase, parsed(text));
	return new Response(null, { status: 204 });
};

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}
