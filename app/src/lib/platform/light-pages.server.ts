import type { Handle } from '@sveltejs/kit/hooks';

/**
 * Sends what is seen first: a page's scripts are asked for after its first paint, all at once, so that they take no share of a
 * slow line from the text, its fonts and its first picture, and none waits for another.
 * Compresses pages as they are rendered: files are compressed at build time, and not every installation has a proxy that
 * does it for pages. Nothing that a page holds is a secret mixed with text of a visitor's choice (BREACH).
 */
export const lightPages: Handle = async ({ event, resolve }) => {
	const scripts: string[] = [];
	const response = await resolve(event, {
		preload: ({ type, path }) => {
			if (type === 'js') scripts.push(path);
			return type === 'css' || type === 'font';
		},
		transformPageChunk: ({ html }) => afterPaint(html, scripts)
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

const bootstrap = /import\("[^"]+\/entry\/start\.[^"]+"\)(?=\.then\()/;

/** A promise of the page's first paint. A tab that nobody looks at paints nothing: a second is enough. */
const painted = `new Promise((painted) => {
						new PerformanceObserver(painted).observe({ type: 'paint', buffered: true });
						setTimeout(painted, 1000);
					})`;

/** The page with SvelteKit's own start put off until it is painted. One without scripts stays as it is. */
export function afterPaint(html: string, scripts: string[]): string {
	return html.replace(
		bootstrap,
		(start) => `${painted}.then(() => {
						for (const href of ${JSON.stringify(scripts)})
							document.head.append(Object.assign(document.createElement('link'), { rel: 'modulepreload', href }));
						return ${start};
					})`
	);
}
