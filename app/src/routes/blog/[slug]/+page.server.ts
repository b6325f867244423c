import { error } from '@sveltejs/kit';
import { findPost, posts } from '#app/content/blog.server.ts';
import { cachePublicly } from '#app/site/cache.server.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = (event) => {
	const post = findPost(event.params.slug);
	if (!post) error(404, { message: 'There is no such post.', code: 'NOT_FOUND' });
	cachePublicly(event, 600);
	return { post, more: posts.filter(({ slug }) => slug !== post.slug).slice(0, 2) };
};
