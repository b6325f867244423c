import { expect, test } from 'vitest';
import { readingMinutes, renderMarkdown, splitFrontMatter } from './markdown.ts';

test('raw HTML in a post comes out as text', () => {
	const html = renderMarkdown('Hello <img src=x onerror=alert(1)>\n\n<script>alert(1)</script>');
	expect(html).not.toContain('<img');
	expect(html).not.toContain('<script');
	expect(html).toContain('&lt;script&gt;');
});

test('links lead to our pages or https, anything else loses its address', () => {
	expect(renderMarkdown('[book](/BookUs)')).toContain('<a href="/BookUs">book</a>');
	expect(renderMarkdown('[x](https://example.org/a)')).toContain('href="https://example.org/a"');
	for (const href of ['javascript:alert(1)', 'data:text/html,x', '//evil.test', 'mailto:someone'])
		expect(renderMarkdown(`[x](${href})`)).not.toContain('<a');
});

test('front matter is read apart from the text', () => {
	const { fields, body } = splitFrontMatter('---\ntitle: Fire: a start\ndate: 2026-10-01\n---\n# Hi\n');
	expect(fields).toEqual({ title: 'Fire: a start', date: '2026-10-01' });
	expect(body).toBe('# Hi\n');
});

test('reading takes at least a minute', () => {
	expect(readingMinutes('short')).toBe(1);
	expect(readingMinutes('word '.repeat(660))).toBe(3);
});
