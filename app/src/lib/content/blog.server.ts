import { readingMinutes, renderMarkdown, splitFrontMatter } from './markdown.ts';

export interface PostSummary {
	slug: string;
	title: string;
	description: string;
	/** `YYYY-MM-DD` */
	date: string;
	/** Which drawing goes with it: a name in `lib/site/dishes.ts`. */
	picture: string;
	minutes: number;
}
export interface Post extends PostSummary {
	html: string;
}

const sources = import.meta.glob<string>('/content/blog/*.md', { query: '?raw', import: 'default', eager: true });

const all: Post[] = Object.entries(sources)
	.map(([path, source]) => toPost(path, source))
	.sort((a, b) => b.date.localeCompare(a.date));

/** Every post, newest first, without its text. */
export const posts: PostSummary[] = all.map(({ html: _, ...summary }) => summary);

export function findPost(slug: string): Post | null {
	return all.find((post) => post.slug === slug) ?? null;
}

/** Throws when a post lacks what its page needs, so that the build's first request finds it and not a reader. */
function toPost(path: string, source: string): Post {
	const slug = path.split('/').at(-1)?.replace(/\.md$/, '') ?? '';
	const { fields, body } = splitFrontMatter(source);
	const { title, description, date, picture } = fields;
	if (!title || !description || !date || !picture)
		throw new Error(`${path} needs title, description, date and picture in its front matter.`);
	return { slug, title, description, date, picture, minutes: readingMinutes(body), html: renderMarkdown(body) };
}
