import { siteSettings } from '#app/site/site.server.ts';

const rules = [
	'User-agent: *',
	'Disallow: /account',
	'Disallow: /booking-success',
	'Disallow: /auth/',
	'Disallow: /session/'
];

export const GET = () =>
	new Response([...rules, `Sitemap: ${siteSettings().url}/sitemap.xml`, ''].join('\n'), {
		headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'public, max-age=3600' }
	});
