import type { RequestEvent } from '@sveltejs/kit';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readClient, type Supabase } from './supabase.ts';

const event = { getClientAddress: () => '198.51.100.7' } as RequestEvent;
const primary = { auth: { getSession: async () => ({ data: { session: { access_token: 'visitors-token' } } }) } };
const given = () => primary as unknown as Supabase;

beforeEach(() => {
	vi.stubEnv('SUPABASE_URL', 'http://primary.test');
	vi.stubEnv('SUPABASE_PUBLISHABLE_KEY', 'sb_publishable_x');
});
afterEach(() => {
	vi.unstubAllEnvs();
	vi.unstubAllGlobals();
});

it('without a replica the reader is the visitor’s own client', () => {
	expect(readClient(event, 'request-1', given)).toBe(primary);
});

it('with a replica it reads there as the visitor, and at the primary where the replica fails', async () => {
	vi.stubEnv('SUPABASE_READ_URL', 'http://replica.test');
	const asked: [string, string | null][] = [];
	vi.stubGlobal('fetch', async (input: Request) => {
		asked.push([new URL(input.url).host, input.headers.get('authorization')]);
		return input.url.startsWith('http://replica.test') ? new Response('', { status: 503 }) : Response.json([{ id: 1 }]);
	});
	const { data } = await readClient(event, 'request-1', given).from('stations').select('id');
	expect(data).toEqual([{ id: 1 }]);
	expect(asked).toEqual([
		['replica.test', 'Bearer visitors-token'],
		['primary.test', 'Bearer visitors-token']
	]);
});
