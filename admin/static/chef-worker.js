/**
 * Keeps the last list of the chef's events for where there is no network, and the hashed files that draw it. It answers
 * nothing else: no other page, no data, no writes. What it keeps is a copy that says so (`data-offline`).
 */
const pages = 'chef-events';
const files = 'chef-files';
const mostFiles = 200;

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
	const { request } = event;
	const url = new URL(request.url);
	if (request.method !== 'GET' || url.origin !== self.location.origin) return;
	if (request.mode === 'navigate' && url.pathname === '/chef') event.respondWith(list(request));
	else if (url.pathname.startsWith('/_app/immutable/')) event.respondWith(hashed(request));
});

/** The list from the server; without a network the last one. Who is signed out leaves nothing behind. */
async function list(request) {
	let answer;
	try {
		answer = await fetch(request);
	} catch {
		return (await kept()) ?? Response.error();
	}
	const cache = await caches.open(pages);
	if (answer.type === 'basic' && answer.status === 200 && !answer.redirected) await cache.put('/chef', answer.clone());
	else await cache.delete('/chef');
	return answer;
}

async function kept() {
	const answer = await (await caches.open(pages)).match('/chef');
	if (!answer) return undefined;
	const html = (await answer.text()).replace('<html', '<html data-offline');
	return new Response(html, { status: 200, headers: answer.headers });
}

async function hashed(request) {
	const cache = await caches.open(files);
	const known = await cache.match(request);
	if (known) return known;
	const answer = await fetch(request);
	if (answer.ok) {
		if ((await cache.keys()).length >= mostFiles) await caches.delete(files);
		await (await caches.open(files)).put(request, answer.clone());
	}
	return answer;
}
