import { Marked, type RendererObject } from 'marked';

/**
 * Markdown to HTML for our own posts. Safe by construction: raw HTML comes out as text, and links lead only to pages of
 * this site or to https addresses.
 */
export function renderMarkdown(source: string): string {
	return marked.parse(source, { async: false });
}

/** Front matter (`key: value` lines between `---`) and the text after it. */
export function splitFrontMatter(source: string): { fields: Record<string, string>; body: string } {
	const match = /^---\r?\n([\s\S]*?)\r?\n---\r?\n/.exec(source);
	if (!match) return { fields: {}, body: source };
	const lines = (match[1] ?? '').split(/\r?\n/);
	const fields = lines.flatMap((line): [string, string][] => {
		const at = line.indexOf(':');
		return at > 0 ? [[line.slice(0, at).trim(), line.slice(at + 1).trim()]] : [];
	});
	return { fields: Object.fromEntries(fields), body: source.slice(match[0].length) };
}

/** Minutes that a text takes to read, at 220 words a minute. */
export function readingMinutes(text: string): number {
	return Math.max(1, Math.round(text.split(/\s+/).length / 220));
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text: string) => text.replace(/[&<>"']/g, (character) => escapes[character] ?? character);

const renderer: RendererObject = {
	html: ({ text }) => escape(text),
	image: ({ text }) => escape(text),
	link({ href, tokens }) {
		const text = this.parser.parseInline(tokens);
		return /^(https:\/\/|\/(?!\/)|#)/.test(href) ? `<a href="${escape(href)}">${text}</a>` : text;
	}
};
const marked = new Marked({ gfm: true, renderer });
