import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stackUnderTest } from '../api.ts';
import { publicPages } from '../pages.ts';

const stack = stackUnderTest();
const repo = join(import.meta.dirname, '../..');
const phone = /(?:\+?1[\s.-]?)?\(?\b[2-9]\d{2}\)?[\s.-]\d{3}[\s.-]\d{4}\b|tel:\+?\d/;
const email = /[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|io|co|us|biz|info|test|example)\b|mailto:/i;

async function bundleFiles(folder: string): Promise<string[]> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	return entries
		.filter((entry) => entry.isFile() && /\.(js|css|html|json|svg|txt|xml)$/.test(entry.name))
		.map((entry) => join(entry.parentPath, entry.name));
}

async function blogPosts(): Promise<string[]> {
	const html = await (await fetch(`${stack.APP_URL}/blog`)).text();
	return [...new Set([...html.matchAll(/href="(\/blog\/[^"#?]+)"/g)].flatMap(([, path]) => (path ? [path] : [])))];
}

describe('contact protection', () => {
	it('no public page holds a phone number or an e-mail address', async () => {
		const posts = await blogPosts();
		expect(posts.length).toBeGreaterThan(0);
		for (const path of [...publicPages, ...posts, '/sitemap.xml', '/robots.txt', '/no-such-page']) {
			const html = await (await fetch(stack.APP_URL + path)).text();
			expect(phone.exec(html)?.[0], `${path}: phone`).toBeUndefined();
			expect(email.exec(html)?.[0], `${path}: e-mail`).toBeUndefined();
		}
	});

	it('no file that the customer site sends to browsers holds one either', async () => {
		const files = await bundleFiles(join(repo, 'build/app/client'));
		expect(files.length).toBeGreaterThan(10);
		for (const file of files) {
			const text = await readFile(file, 'utf8');
			expect(phone.exec(text)?.[0], `${file}: phone`).toBeUndefined();
			expect(email.exec(text)?.[0], `${file}: e-mail`).toBeUndefined();
		}
	});

	it('review sites are linked on the contact and booking pages only', async () => {
		for (const path of publicPages) {
			const html = await (await fetch(stack.APP_URL + path)).text();
			const links = /href="https?:\/\/[^"]*(?:google|yelp)\./i.test(html);
			expect(links, path).toBe(path === '/contact' || path === '/BookUs');
		}
	});
});

describe('secrets', () => {
	it('the secret key is in nothing that a browser gets', async () => {
		for (const app of ['app', 'admin']) {
			for (const file of await bundleFiles(join(repo, 'build', app, 'client'))) {
				const text = await readFile(file, 'utf8');
				expect(text.includes(stack.SECRET_KEY), file).toBe(false);
				expect(/sb_secret_/.test(text), file).toBe(false);
			}
		}
		for (const url of [stack.APP_URL, `${stack.APP_URL}/BookUs`, `${stack.ADMIN_URL}/login`]) {
			expect(await (await fetch(url)).text()).not.toContain(stack.SECRET_KEY);
		}
	});
});

describe('headers', () => {
	it.each([...publicPages.map((path) => stack.APP_URL + path), `${stack.ADMIN_URL}/login`])(
		'%s has a strict policy',
		async (url) => {
			const { headers } = await fetch(url);
			const policy = headers.get('content-security-policy') ?? '';
			const script = /script-src ([^;]*)/.exec(policy)?.[1] ?? '';
			expect(script).toMatch(/'nonce-[\w+/=]+'|'strict-dynamic'|'sha256-/);
			expect(script).not.toMatch(/'unsafe-inline'|'unsafe-eval'|\*/);
			for (const directive of ["object-src 'none'", 'base-uri', 'form-action', "frame-ancestors 'none'"])
				expect(policy).toContain(directive);
			expect(headers.get('x-content-type-options')).toBe('nosniff');
			expect(headers.get('x-frame-options')).toBe('DENY');
			expect(headers.get('referrer-policy')).toMatch(/strict-origin|same-origin|no-referrer/);
			expect(headers.get('permissions-policy')).toContain('camera=()');
			expect(headers.get('x-powered-by')).toBeNull();
		}
	);

	it('nonces are new for each answer', async () => {
		const nonce = async (): Promise<string | undefined> =>
			/nonce-([^']+)/.exec((await fetch(stack.APP_URL)).headers.get('content-security-policy') ?? '')?.[1];
		expect(await nonce()).not.toBe(await nonce());
	});

	it('hashed assets may be kept for a year, pages that hold personal data not at all', async () => {
		const html = await (await fetch(stack.APP_URL)).text();
		const asset = /(?:href|src|import\()="?'?\.?(\/_app\/immutable\/[^"']+)/.exec(html)?.[1];
		expect((await fetch(stack.APP_URL + asset)).headers.get('cache-control')).toMatch(/max-age=31536000.*immutable/);
		expect((await fetch(`${stack.APP_URL}/BookUs`)).headers.get('cache-control')).toContain('no-store');
		expect((await fetch(`${stack.ADMIN_URL}/login`)).headers.get('cache-control')).toContain('no-store');
	});
});

describe('forms and redirects', () => {
	it.each([`${stack.APP_URL}/login`, `${stack.APP_URL}/contact`, `${stack.ADMIN_URL}/login`])(
		'%s refuses a post from another site',
		async (url) => {
			const answer = await fetch(url, {
				method: 'POST',
				headers: { origin: 'https://evil.test', 'content-type': 'application/x-www-form-urlencoded' },
				body: 'email=a&password=b'
			});
			expect(answer.status).toBe(403);
		}
	);

	it.each(['//evil.test', 'https://evil.test', '/\\evil.test', '/%09/evil.test'])(
		'signing in never leads to %s',
		async (next) => {
			const answer = await fetch(`${stack.APP_URL}/login?next=${encodeURIComponent(next)}`, {
				method: 'POST',
				redirect: 'manual',
				headers: { origin: stack.APP_URL, 'content-type': 'application/x-www-form-urlencoded' },
				body: new URLSearchParams({ email: 'customer@demo.test', password: 'hibachi-demo' })
			});
			expect(new URL(answer.headers.get('location') ?? '/', stack.APP_URL).origin).toBe(stack.APP_URL);
		}
	);

	it('the session cookie is out of reach of scripts and other sites', async () => {
		const answer = await fetch(`${stack.APP_URL}/login`, {
			method: 'POST',
			redirect: 'manual',
			headers: { origin: stack.APP_URL, 'content-type': 'application/x-www-form-urlencoded' },
			body: new URLSearchParams({ email: 'customer@demo.test', password: 'hibachi-demo' })
		});
		const cookies = answer.headers.getSetCookie().filter((cookie) => cookie.startsWith('sb-'));
		expect(cookies.length).toBeGreaterThan(0);
		for (const cookie of cookies) expect(cookie).toMatch(/HttpOnly.*SameSite=Lax|SameSite=Lax.*HttpOnly/i);
	});

	it('the access token is given to pages of the same origin only', async () => {
		const answer = await fetch(`${stack.ADMIN_URL}/session/token`, { headers: { 'sec-fetch-site': 'cross-site' } });
		expect(answer.status).toBe(403);
	});

	it('an unknown e-mail and a wrong password are told apart by nobody', async () => {
		const attempt = async (email: string): Promise<string> => {
			const answer = await fetch(`${stack.ADMIN_URL}/login?/password`, {
				method: 'POST',
				headers: {
					origin: stack.ADMIN_URL,
					'x-sveltekit-action': 'true',
					'content-type': 'application/x-www-form-urlencoded',
					accept: 'application/json'
				},
				body: new URLSearchParams({ email, password: 'wrong-password' })
			});
			return (await answer.text()).replaceAll(email, '');
		};
		expect(await attempt('admin@demo.test')).toBe(await attempt('nobody@demo.test'));
	});
});
