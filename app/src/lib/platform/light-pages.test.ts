import { expect, test } from 'vitest';
import type { RequestEvent } from '@sveltejs/kit';
import { afterPaint, lightPages } from './light-pages.server.ts';

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

const page = `<script nonce="n">{
	import("./_app/immutable/entry/start.AbC.js").then(async (kit) => { kit.start(); });
}</script>`;

test('the scripts of a page wait for its first paint, and are then asked for at once', () => {
	const changed = afterPaint(page, ['./_app/a.js', './_app/b.js']);
	expect(changed).toMatch(
		/type: 'paint'[^]+\["\.\/_app\/a\.js","\.\/_app\/b\.js"\][^]+return import\("[^"]+start\.AbC\.js"\)/
	);
	expect(changed).toContain('}).then(async (kit) => { kit.start(); });');
});

test('a page without scripts stays as it is', () => {
	expect(afterPaint('<p>import("x")</p>', [])).toBe('<p>import("x")</p>');
});
