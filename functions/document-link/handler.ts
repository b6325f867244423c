import * as z from 'zod/mini';
import { documentFile, type DocumentLink } from '../_shared/payments/documents.ts';
import { json, parsed, Refused, serve } from '../_shared/platform/http.ts';
import { callerOf, callRpc, type RpcOptions } from '../_shared/platform/rpc.ts';

export interface DocumentLinkOptions {
	url: string;
	publishableKey: string;
	secretKey: string;
	fetch: RpcOptions['fetch'];
	log?: (line: string) => void;
}

const request = z.object({ document_id: z.uuid(), access_token: z.optional(z.nullable(z.string())) });
const signed = z.object({ signedURL: z.string() });
const seconds = 60;

/**
 * A link of a minute to the PDF of an invoice or a receipt: {path, expires_in}, the path being under the API. The database says
 * whether the caller (a session, or a guest by the token) may have it; only then is it signed with the secret key.
 */
export function documentLink(options: DocumentLinkOptions): (request: Request) => Promise<Response> {
	const asCaller = { url: options.url, key: options.publishableKey, fetch: options.fetch };
	return serve({ methods: ['POST'], maxBytes: 4 * 1024, log: options.log }, async (asked, context) => {
		const { document_id, access_token } = parsed(request, await context.json());
		const args = { p_document: document_id, p_access_token: access_token ?? null };
		const caller = callerOf(asked, context.requestId);
		const { path, number } = documentFile.parse(await callRpc(asCaller, 'document_file', args, caller));
		const answer: DocumentLink = {
			path: `/storage/v1${await sign(options, path)}&download=${number}.pdf`,
			expires_in: seconds
		};
		return json(answer);
	});
}

async function sign({ url, secretKey, fetch }: DocumentLinkOptions, path: string): Promise<string> {
	const response = await fetch(`${url}/storage/v1/object/sign/documents/${path}`, {
		method: 'POST',
		headers: { apikey: secretKey, authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' },
		body: JSON.stringify({ expiresIn: seconds }),
		signal: AbortSignal.timeout(10_000)
	}).catch(() => null);
	const read = signed.safeParse(response?.ok ? await response.json() : null);
	if (!read.success) {
		throw new Refused(503, 'TRY_AGAIN', 'The document can not be fetched just now.', null, 'Try again in a moment.', {
			'retry-after': '5'
		});
	}
	return read.data.signedURL;
}
