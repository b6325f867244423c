import type { Handle } from '@sveltejs/kit/hooks';

/**
 * Pages that people read first: their scripts are not preloaded at all, since they would take the first picture's share of a
 * slow line. On all others they are preloaded behind the page: what is seen comes first, and no script waits for another.
 */
const readingPages = new Set(['/', '/menu', '/contact', '/allergens', '/terms', '/privacy', '/blog', '/blog/[slug]']);

/**
 * Compresses pages as they are rendered: files are compressed at build time, and not every installation has a proxy that
 * does it for pages. Nothing that a page holds is a secret mixed with text of a visitor's choice (BREACH).
 */
export const lightPages: Handle = async ({ event, resolve }) => {
	const reading = event.route.id !== null && readingPages.has(event.route.id);
	const scripts: string[] = [];
	const response = await resolve(event, {
		preload: ({ type, path }) => {
			if (type === 'js' && !reading) scripts.push(`<link rel="modulepreload" href="${path}">`);
			return type === 'css' || type === 'font';
		},
		transformPageChunk: ({ html }) => html.replace('</body>', () => `${scripts.splice(0).join('')}</body>`)
	});
	const accepts = event.request.headers.get('accept-encoding') ?? '';
	const page = /^(text\/html|application\/json|application\/xml)/.test(response.headers.get('content-type') ?? '');
	if (!page || !/\bgzip\b/.test(accepts) || !response.body || response.headers.has('content-encoding')) return response;
	const headers = new Headers(response.headers);
	headers.set('content-encoding', 'gzip');
	headers.append('vary', 'accept-encoding');
	headers.delete('content-length');
	const body = response.body.pipeThrough(new CompressionStream('gzip'));
	return new Response(body, { status: response.status, statusText: response.statusText, headers });
};
