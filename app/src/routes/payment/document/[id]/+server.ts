import { openDocument } from '#app/payments/document-link.server.ts';
import type { RequestHandler } from './$types';

/** A PDF of the own booking. Its address holds a guest's token: it is told to nobody. */
export const GET: RequestHandler = (event) => {
	event.setHeaders({ 'referrer-policy': 'no-referrer', 'x-robots-tag': 'noindex' });
	return openDocument(event);
};
