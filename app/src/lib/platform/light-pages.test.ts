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
	import("./_app/immutable/entry/start.AbC.js").then(async (kit) => {
		const app = await import("./_app/immutable/entry/app.DeF.js");
		kit.start(app);
	});
}</script>`;

test('the scripts of a page wait for its first paint, are then fetched at once, and run when all are there', () => {
	const changed = afterPaint(page, ['./_app/a.js', './_app/nodes/1.js']);
	expect(changed).toContain('const scripts = ["./_app/a.js","./_app/nodes/1.js"];');
	expect(changed).toMatch(
		/painted\.then\(\(\) => Promise\.all\(scripts.+\)\.then\(\(\) => import\("[^"]+start\.AbC\.js"\)\)\.then\(async \(kit\) => \{/
	);
	expect(changed).toMatch(/await evaluated\(\)\.then\(\(\) => import\("[^"]+app\.DeF\.js"\)\);/);
});

test('a page without scripts stays as it is', () => {
	expect(afterPaint('<p>import("x")</p>', [])).toBe('<p>import("x")</p>');
});
