import assert from 'node:assert/strict';
import { documentLink } from './handler.ts';

const id = '0199d7a0-0000-7000-8000-000000000001';

/** The API: answers the RPC and Storage as told, and notes who asked what. */
function api(rpc: Response, storage: Response) {
	const asked: { url: string; apikey: string | null; authorization: string | null }[] = [];
	const handler = documentLink({
		url: 'http://api.test',
		publishableKey: 'sb_publishable_x',
		secretKey: 'sb_secret_x',
		log: () => {},
		fetch: (url, init) => {
			const headers = new Headers(init.headers);
			asked.push({ url, apikey: headers.get('apikey'), authorization: headers.get('authorization') });
			return Promise.resolve(url.includes('/rpc/') ? rpc : storage);
		}
	});
	return { asked, handler };
}
const ask = (body: unknown, headers: Record<string, string> = {}) =>
	new Request('http://functions.test/document-link', { method: 'POST', body: JSON.stringify(body), headers });
const found = () => Response.json({ path: `b/${id}.pdf`, number: 'INV-2026-00001' });
const signed = () => Response.json({ signedURL: `/object/sign/documents/b/${id}.pdf?token=t` });

Deno.test('a link is signed with the secret key once the database lets the caller have the document', async () => {
	const { asked, handler } = api(found(), signed());
	const response = await handler(ask({ document_id: id }, { authorization: 'Bearer a.b.c' }));
	assert.equal(response.status, 200);
	assert.deepEqual(await response.json(), {
		path: `/storage/v1/object/sign/documents/b/${id}.pdf?token=t&download=INV-2026-00001.pdf`,
		expires_in: 60
	});
	assert.deepEqual(asked, [
		{ url: 'http://api.test/rest/v1/rpc/document_file', apikey: 'sb_publishable_x', authorization: 'Bearer a.b.c' },
		{
			url: `http://api.test/storage/v1/object/sign/documents/b/${id}.pdf`,
			apikey: 'sb_secret_x',
			authorization: 'Bearer sb_secret_x'
		}
	]);
});

Deno.test('what the database refuses is never signed', async () => {
	const refusal = { code: 'NOT_FOUND', message: 'There is no such document.', details: null, hint: null };
	const { asked, handler } = api(Response.json(refusal, { status: 404 }), signed());
	const response = await handler(ask({ document_id: id, access_token: 'wrong' }));
	assert.equal(response.status, 404);
	assert.equal((await response.json()).code, 'NOT_FOUND');
	assert.equal(asked.length, 1);
});

Deno.test('a Storage that is down is said so, with when to try again', async () => {
	const { handler } = api(found(), new Response('down', { status: 503 }));
	const response = await handler(ask({ document_id: id }));
	assert.equal(response.status, 503);
	assert.equal(response.headers.get('retry-after'), '5');
});

Deno.test('what is no document id is refused before anybody is asked', async () => {
	const { asked, handler } = api(found(), signed());
	assert.equal((await handler(ask({ document_id: '../secrets' }))).status, 422);
	assert.equal(asked.length, 0);
});
