import { expect, test } from 'vitest';
import { verifyEmail } from './verify-email.ts';

const post = (body: unknown, path = '/auth/v1/verify') =>
	new Request(`http://api.test${path}`, { method: 'POST', body: JSON.stringify(body) });

/** Knows tokens by one type each, as lite does. */
function auth(known: string) {
	const asked: string[] = [];
	const answer = async (request: Request) => {
		const { type } = (await request.json()) as { type: string };
		asked.push(type);
		return new Response(null, { status: type === known ? 200 : 403 });
	};
	return { asked, answer };
}

test.each(['magiclink', 'signup'])('the type email verifies a token of the kind %s', async (kind) => {
	const { answer } = auth(kind);
	expect((await verifyEmail(post({ type: 'email', token_hash: 'x' }), answer)).status).toBe(200);
});

test('a token that is neither is refused, and other types are asked once', async () => {
	expect((await verifyEmail(post({ type: 'email', token_hash: 'x' }), auth('recovery').answer)).status).toBe(403);
	const { asked, answer } = auth('recovery');
	expect((await verifyEmail(post({ type: 'recovery', token_hash: 'x' }), answer)).status).toBe(200);
	expect(asked).toEqual(['recovery']);
});
