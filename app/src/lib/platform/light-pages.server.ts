import type { Handle } from '@sveltejs/kit/hooks';

/**
 * Sends what is seen first: a page's scripts are asked for after its first paint, all at once, so that they take no share of a
 * slow line from the text, its fonts and its first picture, and none waits for another. They run when all are there, each in a
 * task of its own.
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
const application = /(?<=await )import\("[^"]+\/entry\/app\.[^"]+"\)/;

/**
 * What runs in the page. SvelteKit reloads a page when one of its scripts can't be fetched, which is the end of it for whoever is
 * offline; so all are fetched first, again and again until the network is back, and the page stays readable meanwhile. Not by
 * links (`preload`, `modulepreload`): a page never gets what failed so, even if it is asked for again.
 */
const inPage = `const painted = new Promise((painted) => {
						new PerformanceObserver(painted).observe({ type: 'paint', buffered: true });
						setTimeout(painted, 1000); // a tab that nobody looks at paints nothing
					});
					const fetched = (href, wait = 1000) => fetch(href).then((answer) => answer.blob()).catch(async () => {
						for (const notice of document.querySelectorAll('[data-offline]')) notice.hidden = false;
						await new Promise((again) => {
							addEventListener('online', again, { once: true });
							setTimeout(again, wait);
						});
						return fetched(href, Math.min(2 * wait, 30000));
					});
					const pause = () => globalThis.scheduler?.yield?.() ?? new Promise((next) => setTimeout(next));
					const evaluated = async () => {
						for (const script of scripts) {
							if (script.includes('/nodes/')) continue; // SvelteKit asks for the page's components itself
							await pause();
							await import(script);
						}
					};`;

/** The page with SvelteKit's own start put off until it is painted and its scripts are there. One without scripts stays as it is. */
export function afterPaint(html: string, scripts: string[]): string {
	return html
		.replace(
			bootstrap,
			(start) => `const scripts = ${JSON.stringify(scripts)};
					${inPage}
					painted.then(() => Promise.all(scripts.map((script) => fetched(script)))).then(() => ${start})`
		)
		.replace(application, (app) => `evaluated().then(() => ${app})`);
}
