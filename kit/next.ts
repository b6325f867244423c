/**
 * A path inside this site to go to after signing in. Anything that could leave the site (another origin, `//host`,
 * a backslash trick, a control character) becomes the fallback.
 */
export function safeNext(next: string | null | undefined, fallback = '/'): string {
	if (!next || !next.startsWith('/') || /^\/[/\\]/.test(next) || /[\\\u0000-\u001f]/.test(next)) return fallback;
	const url = new URL(next, 'http://site.invalid');
	return url.origin === 'http://site.invalid' ? url.pathname + url.search + url.hash : fallback;
}
