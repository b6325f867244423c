/**
 * Mends: hosted auth verifies a sign-up and a magic link alike by the type `email`; lite knows only the two names of old.
 */
export async function verifyEmail(
	request: Request,
	answer: (request: Request) => Promise<Response>
): Promise<Response> {
	const isVerify = request.method === 'POST' && new URL(request.url).pathname === '/auth/v1/verify';
	if (!isVerify) return answer(request);
	const text = await request.text();
	const as = (body: string) => answer(new Request(request.url, { method: 'POST', headers: request.headers, body }));
	const body = parse(text);
	if (body?.type !== 'email') return as(text);
	const response = await as(JSON.stringify({ ...body, type: 'magiclink' }));
	return response.ok ? response : as(JSON.stringify({ ...body, type: 'signup' }));
}

function parse(text: string): Record<string, unknown> | null {
	try {
		const value: unknown = JSON.parse(text);
		return value && typeof value === 'object' ? (value as Record<string, unknown>) : null;
	} catch {
		return null;
	}
}
