import type { SupabaseClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { people, roles, sides, type Role, type Side } from '../db/matrix.ts';
import { backends, startInProcessApi, type InProcessApi } from '../in-process-api.ts';
import { bucketMatrix, fileVerbs, type BucketRule, type FileVerb } from './storage-matrix.ts';

const [first, second] = [Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.from('89504e470d0a1a0a00000000', 'hex')];

describe.each(backends)('the matrix of buckets on %s', (backend) => {
	let api: InProcessApi;
	let service: SupabaseClient;
	const clients = new Map<Role, SupabaseClient>();

	beforeAll(async () => {
		api = await startInProcessApi(backend);
		service = api.client('service');
		for (const role of roles)
			clients.set(role, role === 'anon' ? api.client() : api.client({ token: await api.signIn(people[role]) }));
	}, 180_000);
	afterAll(() => api.stop());

	it('has a row for every bucket, and none for a bucket that is not there', async () => {
		const buckets = await api.db.query<{ id: string }>('select id from storage.buckets order by id');
		expect(buckets.map(({ id }) => id)).toEqual(Object.keys(bucketMatrix).sort());
	});
	it('has no public bucket: every file is asked for by somebody who may', async () => {
		expect(await api.db.query('select id from storage.buckets where public')).toEqual([]);
	});

	describe.each(Object.entries(bucketMatrix))('%s', (bucket, rule) => {
		const file = (bytes: Buffer) => new Blob([new Uint8Array(bytes)], { type: rule.contentType });
		const sizeOf = async (name: string): Promise<number | null> =>
			(await service.storage.from(bucket).download(name)).data?.size ?? null;

		/** Tries the verb as the role; says what came of it, as the secret key sees it afterwards. */
		async function attempt(role: Role, verb: FileVerb, side: Side): Promise<boolean> {
			const files = (clients.get(role) ?? api.client()).storage.from(bucket);
			const name = await rule.name(api.db, side);
			if (verb === 'insert') {
				await files.upload(name, file(first));
				return (await sizeOf(name)) !== null;
			}
			const { error } = await service.storage.from(bucket).upload(name, file(first));
			if (error) throw error;
			if (verb === 'read') {
				const [opened, signed] = [await files.download(name), await files.createSignedUrl(name, 60)];
				expect(signed.error === null, 'a link is signed for who may open the file').toBe(opened.error === null);
				return opened.error === null;
			}
			if (verb === 'list') {
				const folder = name.includes('/') ? name.slice(0, name.indexOf('/')) : '';
				const { data } = await files.list(folder, { limit: 1000 });
				return (data ?? []).some((one) => name.endsWith(one.name));
			}
			if (verb === 'update') {
				await files.update(name, file(second));
				return (await sizeOf(name)) === second.length;
			}
			await files.remove([name]);
			return (await sizeOf(name)) === null;
		}

		it.each(casesOf(rule))('$title', async ({ role, verb, side, allowed }) => {
			expect(await attempt(role, verb, side)).toBe(allowed);
		});
	});
});

function casesOf({ expected }: BucketRule) {
	return roles.flatMap((role) =>
		fileVerbs.flatMap((verb) =>
			sides.map((side) => {
				const whose = expected[verb][role];
				const allowed = whose === 'all' || (whose === 'own' && side === 'own');
				const station = side === 'own' ? 'Fremont' : 'Sacramento';
				return {
					role,
					verb,
					side,
					allowed,
					title: `${role} ${allowed ? 'CAN' : 'can NOT'} ${verb} a file of ${station}`
				};
			})
		)
	);
}
