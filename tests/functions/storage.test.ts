import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SupabaseClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { people, roles, type Role, type Side } from '../db/matrix.ts';
import { backends, startInProcessApi, type InProcessApi } from '../in-process-api.ts';

const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const photo = (bytes: Uint8Array = png, type = 'image/png') => new Blob([new Uint8Array(bytes)], { type });
const bucket = 'chef-photos';

describe.each(backends)('storage on %s', (backend) => {
	let api: InProcessApi;
	let service: SupabaseClient;
	const clients = new Map<Role, SupabaseClient>();
	const chefs = new Map<Side, string>();

	beforeAll(async () => {
		api = await startInProcessApi(backend);
		service = api.client('service');
		for (const role of roles)
			clients.set(role, role === 'anon' ? api.client() : api.client({ token: await api.signIn(people[role]) }));
		for (const [side, email] of [
			['own', people.chef],
			['other', 'chef.sacramento@demo.test']
		] as const) {
			const [chef] = await api.db.query<{ id: string }>(
				'select c.id from public.chefs c join auth.users u on u.id = c.user_id where u.email = $1',
				[email]
			);
			chefs.set(side, chef?.id ?? '');
		}
	}, 180_000);
	afterAll(() => api.stop());

	const as = (role: Role) => (clients.get(role) ?? api.client()).storage.from(bucket);
	const pathOf = (side: Side, ext = 'png') => `${chefs.get(side) ?? ''}/${randomUUID()}.${ext}`;
	async function stored(side: Side): Promise<string> {
		const path = pathOf(side);
		const { error } = await service.storage.from(bucket).upload(path, photo());
		if (error) throw error;
		return path;
	}
	const exists = async (path: string): Promise<boolean> => (await service.storage.from(bucket).exists(path)).data;

	it('the secret key makes a bucket; nobody else may', async () => {
		const name = `made-${randomUUID()}`;
		expect((await service.storage.createBucket(name, { public: false })).error).toBeNull();
		expect((await service.storage.getBucket(name)).data).toMatchObject({ id: name, public: false });
		for (const role of ['super_admin', 'anon'] as const)
			expect((await clients.get(role)?.storage.createBucket(`${name}-${role}`))?.error, role).not.toBeNull();
	});

	it('what comes back is what was sent, with its type', async () => {
		const path = pathOf('own', 'webp');
		expect((await as('chef').upload(path, photo(png, 'image/webp'))).error).toBeNull();
		const { data } = await as('chef').download(path);
		expect(Buffer.from((await data?.arrayBuffer()) ?? new ArrayBuffer(0))).toEqual(png);
		expect(data?.type).toBe('image/webp');
	});

	it('a name that is taken is not overwritten unasked', async () => {
		const path = await stored('own');
		expect((await as('chef').upload(path, photo())).error?.message).toMatch(/already exists/);
	});

	it('a photo is named by its chef and a random part, nothing else', async () => {
		const chef = chefs.get('own') ?? '';
		for (const path of [
			`${chef}/me.png`,
			`${chef}/a/${randomUUID()}.png`,
			`${randomUUID()}.png`,
			`${chef}/${randomUUID()}.svg`
		])
			expect((await as('chef').upload(path, photo())).error?.message, path).toMatch(/row-level security/);
	});

	it('a file above 5 MB is refused, whether its length is said or not', async () => {
		const tooLarge = new Uint8Array(5 * 1024 * 1024 + 1);
		const path = pathOf('own');
		expect((await as('chef').upload(path, photo(tooLarge))).error?.message).toMatch(/maximum allowed size/);
		const stream = new Blob([tooLarge]).stream();
		const { error } = await as('chef').upload(path, stream, { contentType: 'image/png', duplex: 'half' });
		expect(error?.message).toMatch(/maximum allowed size/);
		expect(await exists(path)).toBe(false);
	});

	it('only pictures are taken', async () => {
		for (const type of ['image/svg+xml', 'text/html', 'application/pdf', 'image/gif'])
			expect((await as('chef').upload(pathOf('own'), photo(png, type))).error?.message, type).toMatch(/mime type/);
	});

	it.each(['../keys.json', '..%2fkeys.json', '%2e%2e/%2e%2e/keys.json', '/etc/passwd', 'a/../../keys.json'])(
		'the path %s leads nowhere',
		async (path) => {
			for (const at of [path, `${chefs.get('own') ?? ''}/${path}`]) {
				for (const method of ['POST', 'GET']) {
					const response = await fetch(`${api.url}/storage/v1/object/${bucket}/${at}`, {
						method,
						headers: { apikey: api.config.keys.secret, 'content-type': 'image/png' },
						...(method === 'POST' && { body: png })
					});
					const text = await response.text();
					expect(text).not.toContain('jwtSecret');
					if (method === 'POST' && response.ok) expect(await readdir(api.config.dataDir)).not.toContain('passwd');
				}
			}
			const inside = await readdir(join(api.config.dataDir, 'storage'), { recursive: true });
			for (const name of inside) expect(name).toMatch(/^[0-9a-f]{16}(\/[0-9a-f]{64}\.[0-9a-f-]*(json)?)?$/);
			expect(existsSync(join(api.config.dataDir, 'keys.json'))).toBe(true);
		}
	);

	describe('a signed link', () => {
		it('opens its photo for whoever has it', async () => {
			const path = await stored('own');
			const { data } = await as('chef').createSignedUrl(path, 60);
			const response = await fetch(data?.signedUrl ?? '');
			expect(response.status).toBe(200);
			expect(Buffer.from(await response.arrayBuffer())).toEqual(png);
		});

		it('gives the file the name that it is to be saved by', async () => {
			const path = await stored('own');
			const { data } = await as('chef').createSignedUrl(path, 60, { download: 'INV-1.png' });
			const { headers } = await fetch(data?.signedUrl ?? '');
			expect(headers.get('content-disposition')).toMatch(/^attachment; filename=INV-1\.png;/);
			const { data: shown } = await as('chef').createSignedUrl(path, 60);
			expect((await fetch(shown?.signedUrl ?? '')).headers.get('content-disposition')).toBeNull();
		});

		it('opens no other photo, nothing when it is over, nothing when it is changed, and is no session', async () => {
			const [path, other] = [await stored('own'), await stored('own')];
			const { data } = await as('chef').createSignedUrl(path, 60);
			const url = data?.signedUrl ?? '';
			const statusOf = async (address: string) => (await fetch(address)).status;
			expect(await statusOf(url.replace(path, other))).toBe(403);
			expect(await statusOf(`${url}x`)).toBe(400);
			expect((await as('chef').createSignedUrl(path, -1)).error).not.toBeNull();
			vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
			expect(await statusOf(url)).toBe(400);
			vi.useRealTimers();
			const token = new URL(url).searchParams.get('token') ?? '';
			const session = await fetch(`${api.url}/auth/v1/user`, {
				headers: { apikey: api.config.keys.publishable, authorization: `Bearer ${token}` }
			});
			expect(session.status).toBeGreaterThanOrEqual(400);
		});

		it('comes for several photos at once', async () => {
			const paths = [await stored('own'), await stored('other')];
			const { data } = await as('chef').createSignedUrls(paths, 60);
			expect((await fetch(data?.[0]?.signedUrl ?? '')).status).toBe(200);
			expect(data?.[1]?.signedUrl).toBeNull();
		});

		it('takes one upload from whoever may not upload themselves', async () => {
			const path = pathOf('own');
			const { data, error } = await as('chef').createSignedUploadUrl(path);
			expect(error).toBeNull();
			const answer = await as('anon').uploadToSignedUrl(path, data?.token ?? '', photo(), { contentType: 'image/png' });
			expect(answer.error).toBeNull();
			expect(await exists(path)).toBe(true);
			expect((await as('customer').createSignedUploadUrl(pathOf('own'))).error).not.toBeNull();
		});
	});
});
