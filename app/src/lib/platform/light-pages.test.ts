import { expect, test } from 'vitest';
import type { RequestEvent } from '@sveltejs/kit';
import { lightPages } from './light-pages.server.ts';

async function answer(accept: string, type = 'text/html', headers: Record<string, string> = {}): Promise<Response> {
	const request = new Request('http://site.test/', { headers: { 'accept-encoding': accept } });
	const event = { request, route: { id: '/' } } as RequestEvent;
	return lightPages({
		event,
		resolve: async () => new Response('dinner '.repeat(500), { headers: { 'content-type': type, ...headers } })
	});
}

test('a page is compressed for a browser that takes gzip, and says so to caches', async () => {
	const response = await answer('gzip, br');
	expect(response.headers.get('content-encoding')).toBe('gzip');
	expect(response.headers.get('vary')).toContain('accept-encoding');
	const text = await new Response(response.body?.pipeThrough(new DecompressionStream('gzip'))).text();
	expect(text).toBe('dinner '.repeat(500));
});

test('a caller without gzip, pictures and what is compressed already stay as they are', async () => {
	expect((await answer('identity')).headers.has('content-encoding')).toBe(false);
	expect((await answer('gzip', 'image/png')).headers.has('content-encoding')).toBe(false);
	expect((await answer('gzip', 'text/html', { 'content-encoding': 'br' })).headers.get('content-encoding')).toBe('br');
});
