import { allowed } from '#admin/identity/visitor.server.ts';
import { openDocument } from '#admin/payments/documents.server.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async (event) => {
	await allowed(event, 'payments.read');
	return openDocument(event);
};
