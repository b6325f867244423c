import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeNext } from './next.ts';

describe('safeNext', () => {
	it('keeps a path of this site with its query and hash', () => {
		expect(safeNext('/account?tab=past#top')).toBe('/account?tab=past#top');
	});
	it.each([
		'https://evil.test',
		'//evil.test',
		'/\\evil.test',
		'\\\\evil.test',
		'javascript:alert(1)',
		'',
		null,
		undefined,
		'/\t/evil.test',
		'/a\\..\\b'
	])('refuses %j', (next) => expect(safeNext(next, '/home')).toBe('/home'));
	it('never leaves the site, whatever is given', () => {
		fc.assert(
			fc.property(fc.string(), (text) => {
				expect(new URL(safeNext(text), 'https://site.test').origin).toBe('https://site.test');
				expect(new URL(safeNext(`/${text}`), 'https://site.test').origin).toBe('https://site.test');
			})
		);
	});
});
