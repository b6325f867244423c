import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rewrite } from './auth-mail.ts';

const options = {
	appUrl: 'http://127.0.0.1:5173',
	adminUrl: 'http://127.0.0.1:5174',
	templatesDir: join(import.meta.dirname, '../templates')
};
const mail = (type: string) => ({
	to: 'guest@demo.test',
	subject: 'Your link',
	text: `Code: 123456\n\nOr follow this link: ${options.appUrl}/auth/v1/verify?token=abc&type=${type}&redirect_to=x`,
	html: '<p>theirs</p>'
});
const linkIn = (text = '') => new URL(/http\S+/.exec(text)?.[0] ?? '');

test.each([
	['signup', 'email'],
	['magiclink', 'email'],
	['recovery', 'recovery'],
	['email_change', 'email_change']
])('the link of a %s mail opens our page, which verifies the type %s', (type, asked) => {
	const link = linkIn(rewrite(mail(type), options).text);
	expect(link.origin + link.pathname).toBe(`${options.appUrl}/auth/confirm`);
	expect(Object.fromEntries(link.searchParams)).toEqual({ token_hash: 'abc', type: asked });
});

test('the page asked for comes along when it is on this site, and staff go to the panel', () => {
	const next = (redirect: string) => linkIn(rewrite(mail('magiclink'), options, redirect).text);
	expect(next(`${options.appUrl}/account?tab=2`).searchParams.get('next')).toBe('/account?tab=2');
	expect(next(`${options.adminUrl}/bookings`).origin).toBe(options.adminUrl);
	expect(next('https://evil.test/account').href).not.toContain('evil');
});

test('the page of the mail holds link and code, with nothing left to fill in', () => {
	const { html = '' } = rewrite(mail('magiclink'), options);
	expect(html).toContain('token_hash=abc&#38;type=email');
	expect(html).toContain('<strong>123456</strong>');
	expect(html).not.toContain('{{');
});

test('a mail without a link stays as it is', () => {
	const plain = { to: 'a@demo.test', subject: 'Code', text: 'Your code: 123456' };
	expect(rewrite(plain, options)).toBe(plain);
});
