import { marked } from 'marked';

/** The guides of docs/guides, taken into the build: the panel's server has no repository beside it. */
const files = import.meta.glob<string>('../../../../docs/guides/*.md', {
	query: '?raw',
	import: 'default',
	eager: true
});
const guides = new Map(Object.entries(files).map(([path, text]) => [path.replace(/^.*\/|\.md$/g, ''), text]));

/** A guide by its file's name, its heading apart; null when there is none. */
export function readGuide(name: string): { title: string; html: string } | null {
	const text = guides.get(name);
	if (text === undefined) return null;
	const [, title = name, body = ''] = /^# (.+)\n([\s\S]*)$/.exec(text) ?? [];
	return { title, html: marked.parse(body, { async: false, gfm: true }) };
}
