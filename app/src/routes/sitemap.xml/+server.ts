import { posts } from '#app/content/blog.server.ts';
import { siteSettings } from '#app/site/site.server.ts';

const pages = ['/', '/menu', '/quote', '/BookUs', '/contact', '/allergens', '/blog', '/terms', '/privacy'];

export const GET = () => {
	const { url } = siteSettings();
	const entries = [
		...pages.map((path) => `<url><loc>${url}${path}</loc></url>`),
		...posts.map(({ slug, date }) => `<url><loc>${url}/blog/${slug}</loc><lastmod>${date}</lastmod></url>`)
	];
	return new Response(
		`<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n${entries.join('\n')}\n</urlset>\n`,
		{ headers: { 'content-type': 'application/xml', 'cache-control': 'public, max-age=3600' } }
	);
};
