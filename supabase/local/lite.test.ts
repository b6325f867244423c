import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { localConfig, type LocalConfig } from './config.ts';
import { openPglite } from './database-pglite.ts';
import type { PgliteDatabase } from './database.ts';
import { createDemoUsers } from './demo.ts';
import { startLite, type Lite } from './lite.ts';
import { preparePlatform } from './platform.ts';

const schema = `
	create table public.open_notes (id int primary key, made_at timestamptz default '2026-01-02 03:04:05Z', price numeric(6, 2));
	create table public.closed_notes (id int primary key);
	alter table public.open_notes enable row level security;
	alter table public.closed_notes enable row level security;
	revoke all on public.closed_notes, public.open_notes from anon, authenticated;
	grant select, insert on public.open_notes to anon;
	create policy "Anyone reads notes" on public.open_notes for select to anon
		using (current_setting('request.headers', true)::jsonb ->> 'x-forwarded-for' = '203.0.113.7');
	create policy "Anyone writes notes" on public.open_notes for insert to anon with check (true);
	insert into public.open_notes values (1, default, 9.50);
	create function public.facts() returns jsonb language sql as $$
		select jsonb_build_object('role', current_user, 'uid', auth.uid(), 'claims', current_setting('request.jwt.claims', true)::jsonb,
			'timeout', current_setting('statement_timeout'), 'path', current_setting('request.path'))
	$$;
	create function public.refuse(p_state text) returns jsonb language plpgsql as $$
	begin
		raise exception using errcode = p_state, message = 'No.', detail = '{"code":"NO"}', hint = 'Ask again.';
	end
	$$;
	create function public.refuse_and_keep() returns jsonb language plpgsql security definer as $$
	begin
		insert into public.closed_notes values (1) on conflict do nothing;
		perform set_config('response.status', '409', true);
		return '{"code":"TAKEN"}';
	end
	$$;
	create function public.count_up(p_id int) returns int language plpgsql security definer as $$
	begin
		insert into public.closed_notes values (p_id);
		return p_id;
	end
	$$;
`;

let data: string;
let db: PgliteDatabase;
let lite: Lite;
let config: LocalConfig;
beforeAll(async () => {
	data = mkdtempSync(join(tmpdir(), 'myhibachi-lite-'));
	config = localConfig({ MYHIBACHI_DATA: data });
	db = await openPglite();
	await preparePlatform(db);
	await createDemoUsers(db);
	await db.exec(schema);
	lite = await startLite(config, db);
	vi.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterAll(async () => {
	await lite.close();
	await db.close();
	rmSync(data, { recursive: true });
});

async function call(path: string, body?: unknown, headers: Record<string, string> = {}) {
	const all = { apikey: config.keys.publishable, 'content-type': 'application/json', ...headers };
	const method = body === undefined ? 'GET' : 'POST';
	const request = new Request(`${config.apiUrl}${path}`, {
		method,
		headers: all,
		...(method === 'POST' && { body: JSON.stringify(body) })
	});
	const [name = '', query = ''] = path.split('?');
	const facts = {
		method,
		path: name.replace('/rest/v1', ''),
		query,
		headers: { 'x-forwarded-for': '203.0.113.7', ...all }
	};
	const response = await lite.fetch(request, facts, '127.0.0.1');
	const text = await response.text();
	return { status: response.status, json: text ? (JSON.parse(text) as Record<string, unknown>) : null };
}

test('serving requests grants nobody anything', async () => {
	expect((await call('/rest/v1/open_notes')).status).toBe(200);
	expect(await call('/rest/v1/closed_notes')).toMatchObject({ status: 401, json: { code: '42501' } });
	expect(await call('/rest/v1/closed_notes', { id: 7 })).toMatchObject({ status: 401, json: { code: '42501' } });
});

test('policies of tables see the headers of the request', async () => {
	expect((await call('/rest/v1/open_notes')).json).toHaveLength(1);
	expect((await call('/rest/v1/open_notes', undefined, { 'x-forwarded-for': '192.0.2.1' })).json).toHaveLength(0);
});

test('timestamps are ISO and numerics are numbers', async () => {
	expect((await call('/rest/v1/open_notes')).json).toEqual([
		{ id: 1, made_at: '2026-01-02T03:04:05+00:00', price: 9.5 }
	]);
});

test('a function knows who calls it, where, and for how long it may run', async () => {
	expect((await call('/rest/v1/rpc/facts', {})).json).toEqual({
		role: 'anon',
		uid: null,
		claims: { role: 'anon' },
		timeout: '3s',
		path: '/rpc/facts'
	});
	const { json: session } = await call('/auth/v1/token?grant_type=password', {
		email: 'admin@demo.test',
		password: 'hibachi-demo'
	});
	const { json } = await call('/rest/v1/rpc/facts', {}, { authorization: `Bearer ${String(session?.access_token)}` });
	expect(json).toMatchObject({ role: 'authenticated', timeout: '8s', uid: (session?.user as { id: string }).id });
});

test.each([
	['PT409', 409, 'PT409'],
	['P0001', 400, 'P0001'],
	['23514', 400, '23514'],
	['23P01', 400, '23P01'],
	['40001', 500, '40001'],
	['57014', 504, '57014'],
	['23505', 409, '23505']
])('a raised %s answers %i with code, details and hint, as PostgREST does', async (state, status, code) => {
	const answer = await call('/rest/v1/rpc/refuse', { p_state: state });
	expect(answer).toMatchObject({ status, json: { code, message: 'No.', details: '{"code":"NO"}' } });
});

test('a function that sets the status is refused to its caller and still commits', async () => {
	expect(await call('/rest/v1/rpc/refuse_and_keep', {})).toEqual({ status: 409, json: { code: 'TAKEN' } });
	expect(await db.query('select id from public.closed_notes where id = 1')).toEqual([{ id: 1 }]);
});

test('parallel requests have a transaction each: one that fails takes no other with it', async () => {
	const ids = Array.from({ length: 20 }, (_, index) => 100 + index);
	const answers = await Promise.all(
		ids.flatMap((id) => [
			call('/rest/v1/rpc/count_up', { p_id: id }),
			call('/rest/v1/rpc/refuse', { p_state: 'PT422' })
		])
	);
	expect(answers.filter(({ status }) => status === 200)).toHaveLength(20);
	expect(answers.filter(({ status }) => status === 422)).toHaveLength(20);
	expect(await db.query('select count(*)::int as n from public.closed_notes where id >= 100')).toEqual([{ n: 20 }]);
});

test('a table made while it runs is seen after notify pgrst', async () => {
	await db.exec('create table public.later (id int); grant select on public.later to anon');
	await db.exec(`notify pgrst, 'reload schema'`);
	await vi.waitFor(async () => expect((await call('/rest/v1/later')).status).toBe(200), { timeout: 5_000 });
});

test('no key, no answer', async () => {
	expect((await call('/rest/v1/open_notes', undefined, { apikey: '' })).status).toBe(401);
	expect((await call('/rest/v1/open_notes', undefined, { apikey: 'sb_publishable_wrong' })).status).toBe(401);
});
