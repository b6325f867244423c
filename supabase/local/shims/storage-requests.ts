/**
 * Mends what lite's storage does otherwise than Supabase's:
 * - a file that the official client sends as a form's nameless field is not found there;
 * - signed addresses come in fields that the official client does not read, several at once are not found, and a bad token
 *   is answered with 500;
 * - a signed address does not give the file the name that its `download` asks for;
 * - that an object is absent is told with another status than the client expects;
 * - its tokens are signed with the secret of sessions; given out, they are signed with a key of their own;
 * - an upload that does not say its length is not measured against the bucket's limit.
 */
import { createHmac } from 'node:crypto';
import { jwtVerify, SignJWT, type JWTPayload } from 'jose';

/** The most that one upload may weigh whatever its bucket allows, in bytes; `[storage]` of supabase/config.toml says the same. */
export const largestUpload = 50 * 1024 * 1024;
/** What a form adds around its file. */
const formOverhead = 64 * 1024;

const root = '/storage/v1';
const signedPath = /^\/object\/(?:sign|upload\/sign)\/[^/]+\/./;

/** Answers a request under `/storage/v1` by `serve`, which is lite. */
export async function mendStorage(
	request: Request,
	jwtSecret: string,
	serve: (request: Request) => Promise<Response>
): Promise<Response> {
	const url = new URL(request.url);
	if (!url.pathname.startsWith(`${root}/`)) return serve(request);
	const path = url.pathname.slice(root.length);
	const keys = { lite: bytes(jwtSecret), ours: createHmac('sha256', jwtSecret).update('storage-urls').digest() };

	let asked = request;
	if (signedPath.test(path) && (request.method === 'GET' || request.method === 'PUT')) {
		const claims = await verified(url.searchParams.get('token') ?? '', keys.ours);
		if (!claims) return refusal(400, 'InvalidJWT', 'The link is not valid, or no longer.');
		url.searchParams.set('token', await sign(claims, keys.lite));
		asked = new Request(url, request);
	}
	if (carriesFile(request, path)) {
		const measured = await measure(asked);
		if (!measured) return refusal(413, 'Payload too large', 'The object exceeded the maximum allowed size.');
		asked = measured;
	}
	if (request.method === 'POST' && /^\/object\/sign\/[^/]+$/.test(path)) return signMany(asked, keys, serve);
	const response = await serve(asked);
	if (request.method === 'POST' && signedPath.test(path) && response.ok) return withAddress(response, path, keys);
	const name = request.method === 'GET' && signedPath.test(path) ? url.searchParams.get('download') : null;
	if (name !== null && response.ok) return named(response, name);
	return path.startsWith('/object/info/') && response.status === 400 ? asAbsent(response) : response;
}

interface Keys {
	lite: Uint8Array;
	ours: Uint8Array;
}

/** One address after the other, since lite never reaches its own answer for several. */
async function signMany(
	request: Request,
	keys: Keys,
	serve: (request: Request) => Promise<Response>
): Promise<Response> {
	const { expiresIn, paths } = (await request.json()) as { expiresIn?: number; paths?: string[] };
	if (!Array.isArray(paths) || paths.length > 1000) return refusal(400, 'InvalidRequest', 'Name up to 1,000 paths.');
	const signed: object[] = [];
	for (const path of paths) {
		const url = `${request.url}/${path.split('/').map(encodeURIComponent).join('/')}`;
		const { method, headers } = request;
		const response = await serve(new Request(url, { method, headers, body: JSON.stringify({ expiresIn }) }));
		const signedURL = response.ok ? await addressIn(response, keys) : null;
		signed.push({
			path,
			signedURL,
			error: signedURL ? null : 'Either the object does not exist or you may not see it'
		});
	}
	return Response.json(signed);
}

async function withAddress(response: Response, path: string, keys: Keys): Promise<Response> {
	const url = await addressIn(response, keys);
	if (!url) return refusal(400, 'InvalidRequest', 'A link must be valid for a second at least.');
	if (!path.startsWith('/object/upload/')) return Response.json({ signedURL: url });
	return Response.json({ url, token: new URLSearchParams(url.split('?')[1]).get('token') });
}

/** The address in an answer of lite, its token signed anew; null when it is over already. */
async function addressIn(response: Response, keys: Keys): Promise<string | null> {
	const { signedUrl } = (await response.json()) as { signedUrl: string };
	const [address = '', query] = signedUrl.split('?');
	const claims = await verified(new URLSearchParams(query).get('token') ?? '', keys.lite);
	return claims && `${address.slice(root.length)}?token=${await sign(claims, keys.ours)}`;
}

/** The file as a download, under its name where there is one. */
function named(response: Response, name: string): Response {
	const headers = new Headers(response.headers);
	const encoded = encodeURIComponent(name);
	headers.set('content-disposition', `attachment${name && `; filename=${encoded}; filename*=UTF-8''${encoded};`}`);
	return new Response(response.body, { status: response.status, headers });
}

async function asAbsent(response: Response): Promise<Response> {
	const answer = (await response.json()) as { statusCode?: string };
	return Response.json(answer, { status: answer.statusCode === '404' ? 404 : response.status });
}

function carriesFile({ method, body }: Request, path: string): boolean {
	if (!body || (method !== 'POST' && method !== 'PUT')) return false;
	if (/^\/object\/upload\/sign\//.test(path)) return method === 'PUT';
	return path.startsWith('/object/') && !/^\/object\/(?:list|sign|move|copy)(?:\/|$)/.test(path);
}

/** The request with its file read, taken out of a form, and its length said; null when it is too large. */
async function measure(request: Request): Promise<Request | null> {
	const body = await read(request);
	if (!body) return null;
	const headers = new Headers(request.headers);
	let file = new Blob([body], { type: headers.get('content-type') ?? '' });
	if (file.type.startsWith('multipart/form-data')) {
		const form = await new Response(file).formData();
		const sent = [...form.values()].find((value) => typeof value === 'object');
		if (!sent) return new Request(request.url, { method: request.method, headers, body: '' });
		file = sent;
		headers.set('content-type', file.type || 'application/octet-stream');
		const seconds = form.get('cacheControl');
		if (typeof seconds === 'string') headers.set('cache-control', `max-age=${seconds}`);
	}
	headers.set('content-length', String(file.size));
	return new Request(request.url, { method: request.method, headers, body: await file.arrayBuffer() });
}

async function read(request: Request): Promise<Buffer<ArrayBuffer> | null> {
	const chunks: Uint8Array[] = [];
	let length = 0;
	for await (const chunk of request.body as ReadableStream<Uint8Array>) {
		length += chunk.byteLength;
		if (length > largestUpload + formOverhead) return null;
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}

async function verified(token: string, key: Uint8Array): Promise<JWTPayload | null> {
	return jwtVerify(token, key, { algorithms: ['HS256'] }).then(
		({ payload }) => payload,
		() => null
	);
}

function sign(claims: JWTPayload, key: Uint8Array): Promise<string> {
	return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(key);
}

/** As Supabase words it: the exact status is in the body. */
function refusal(status: number, error: string, message: string): Response {
	return Response.json({ statusCode: String(status), error, message }, { status: 400 });
}

function bytes(text: string): Uint8Array {
	return new TextEncoder().encode(text);
}
