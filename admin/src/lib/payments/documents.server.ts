import { error, type RequestEvent } from '@sveltejs/kit';
import * as z from 'zod/mini';
import { apiOf } from '#admin/identity/visitor.server.ts';
import { action } from '#admin/platform/action.server.ts';
import { dataOf, type Api } from '#admin/platform/api.ts';
import { publicConfig } from '#kit/config.ts';
import { listedDocument } from '#shared/payments/documents.ts';
import { bookingDocument, type BookingDocument } from './documents.ts';

/** The invoices and receipts of a booking, also void ones, newest first. */
export async function readDocuments(api: Api, bookingId: string): Promise<BookingDocument[]> {
	const rows = await api
		.from('documents')
		.select('id, kind, number, status, total_cents, created_at, sha256, void_reason, replaces')
		.eq('booking_id', bookingId)
		.order('created_at', { ascending: false })
		.order('id', { ascending: false });
	return z.array(bookingDocument).parse(dataOf(rows));
}

/** Form action: the booking's invoice as it is now. */
export const issueInvoice = action('issueInvoice', ['payments.write'], async ({ api, field }) => {
	const made = listedDocument.parse(dataOf(await api.rpc('issue_invoice', { p_booking: field('booking') })));
	return { done: `${made.number} is issued.` };
});

/** Form action: voids a document, with a new one in its place where that is ticked. */
export const voidDocument = action('voidDocument', ['payments.write'], async ({ api, field }) => {
	const reissue = field('reissue') !== '';
	const args = { p_document: field('document'), p_reason: field('reason'), p_reissue: reissue };
	const left = listedDocument.parse(dataOf(await api.rpc('void_document', args)));
	return { done: reissue ? `${left.number} takes its place.` : `${left.number} is void.` };
});

/** Sends staff on to the PDF, by a link of a minute that Storage gives under their own rights. */
export async function openDocument(event: RequestEvent<{ id: string }>): Promise<Response> {
	const answer = await apiOf(event).rpc('document_file', { p_document: event.params.id });
	if (answer.error) error(404, { code: 'NOT_FOUND', message: 'There is no such document, or it is not drawn yet.' });
	const { path, number } = z.object({ path: z.string(), number: z.string() }).parse(dataOf(answer));
	const { data } = await event.locals.supabase.storage
		.from('documents')
		.createSignedUrl(path, 60, { download: `${number}.pdf` });
	if (!data)
		error(503, { code: 'UNEXPECTED', message: 'The document can not be fetched just now. Try again in a moment.' });
	const { pathname, search } = new URL(data.signedUrl);
	return new Response(null, { status: 303, headers: { location: publicConfig().apiUrl + pathname + search } });
}
