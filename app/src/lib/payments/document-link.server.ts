import { error, type RequestEvent } from '@sveltejs/kit';
import { publicConfig } from '#kit/config.ts';
import { documentLink } from '#shared/payments/documents.ts';

/** Sends the visitor (signed in, or a guest by the token in the address) on to the PDF, by a link that is good for a minute. */
export async function openDocument({ locals, params, url }: RequestEvent<{ id: string }>): Promise<Response> {
	const { data, error: failed } = await locals.supabase.functions.invoke('document-link', {
		body: { document_id: params.id, access_token: url.searchParams.get('token') }
	});
	const link = documentLink.safeParse(data);
	if (failed || !link.success) {
		error(404, {
			code: 'NOT_FOUND',
			message: 'There is no such document. A new one takes a moment to be made; try again shortly.'
		});
	}
	return new Response(null, { status: 303, headers: { location: publicConfig().apiUrl + link.data.path } });
}
