import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { documentJobs } from '../../jobs/documents.ts';
import { createFileStore } from '../../jobs/storage.ts';
import { taxJobs } from '../../jobs/tax.ts';
import { until } from '../until.ts';
import { databases, openJobsStand, type JobsStand } from './jobs-stand.ts';

const jobs = [...documentJobs, ...taxJobs];
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** A Storage that keeps what it is given, or answers that it is down. */
async function openStorage() {
	const files = new Map<string, Buffer>();
	const state = { down: false, asked: 0 };
	const server: Server = createServer((request, response) => {
		state.asked += 1;
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const right = request.headers.authorization === 'Bearer sb_secret_test' && request.headers['x-upsert'] === 'true';
			if (right && !state.down)
				files.set((request.url ?? '').replace('/storage/v1/object/', ''), Buffer.concat(chunks));
			response.writeHead(state.down ? 503 : right ? 200 : 401).end('{}');
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	return { files, state, settings: { apiUrl, secretKey: 'sb_secret_test' }, close: () => server.close() };
}

describe.each(databases)('jobs of documents, on %s', (database) => {
	let stand: JobsStand;
	let storage: Awaited<ReturnType<typeof openStorage>>;
	beforeAll(async () => {
		[stand, storage] = await Promise.all([openJobsStand(database), openStorage()]);
	}, 180_000);
	afterAll(async () => {
		storage.close();
		await stand.close();
	});
	beforeEach(async () => {
		await stand.reset();
		storage.files.clear();
		Object.assign(storage.state, { down: false, asked: 0 });
	});
	const start = () => stand.start(jobs, undefined, null, storage.settings);

	/** A booking whose deposit came by hand; answers its id and the payment's name. */
	async function paid(email: string): Promise<{ id: string; ref: string }> {
		const id = await stand.makeBooking(email);
		const ref = `manual:${id}`;
		await stand.db.query(
			`select private.write_entry($2, $1, 'deposit', 'zelle', 10000, 'booking', $2, now()), private.money_arrived($1, $2, false, 10000)`,
			[id, ref]
		);
		return { id, ref };
	}
	const documents = (id: string) =>
		stand.db.query<{ kind: string; number: string; sha256: string | null; storage_path: string; mailed: boolean }>(
			`select kind, number, sha256, storage_path, mailed_at is not null as mailed from public.documents where booking_id = $1 order by kind`,
			[id]
		);

	it('a payment brings its receipt and the invoice by mail, and both lie in Storage', async () => {
		const { id } = await paid('receipt@example.test');
		await start();
		await stand.done('payments-receipt');
		await stand.done('document-render', 2);
		const [invoice, receipt] = await documents(id);
		expect([invoice?.kind, receipt?.kind, receipt?.mailed]).toEqual(['invoice', 'receipt', true]);
		for (const each of [invoice, receipt]) {
			const file = storage.files.get(`documents/${each?.storage_path ?? ''}`);
			expect(file?.subarray(0, 5).toString()).toBe('%PDF-');
			expect(sha256(file ?? Buffer.alloc(0))).toBe(each?.sha256);
		}
		const [mail] = await stand.mails('receipt@example.test');
		expect(mail?.subject).toContain(receipt?.number);
		expect(mail?.text).toContain('$100.00');
		expect(mail?.attachments.map(({ name }) => name).sort()).toEqual(
			[`${invoice?.number}.pdf`, `${receipt?.number}.pdf`].sort()
		);
	});

	it('the same payment told twice brings one receipt and one mail', async () => {
		const { id, ref } = await paid('twice@example.test');
		await start();
		await stand.done('payments-receipt');
		await stand.enqueue('payments-receipt', { booking_id: id, provider_ref: ref });
		await stand.done('payments-receipt', 2);
		expect((await documents(id)).filter(({ kind }) => kind === 'receipt')).toHaveLength(1);
		expect(await stand.mails('twice@example.test')).toHaveLength(1);
	});

	it('while Storage is down nothing is mailed, and it is made up for when it is back', async () => {
		storage.state.down = true;
		const { id, ref } = await paid('down@example.test');
		await start();
		await until(async () => (await stand.states('payments-receipt')).includes('retry'), { what: 'a failed try' });
		expect(await stand.mails('down@example.test')).toEqual([]);
		expect((await documents(id)).every(({ sha256 }) => sha256 === null)).toBe(true);
		storage.state.down = false;
		await stand.db.exec(`update pgboss.job set start_after = now() where state = 'retry'`);
		await stand.enqueue('payments-receipt', { booking_id: id, provider_ref: ref });
		await stand.done('payments-receipt');
		await until(async () => (await stand.mails('down@example.test')).length === 1, { what: 'the mail' });
		expect((await documents(id)).filter(({ kind }) => kind === 'receipt')).toHaveLength(1);
	});

	it('drawing a document again gives the bytes that were stored', async () => {
		const { id } = await paid('again@example.test');
		await start();
		await stand.done('document-render', 2);
		await stand.done('payments-receipt');
		const before = await documents(id);
		await stand.db.exec('update public.documents set sha256 = null');
		for (const row of await stand.db.query<{ id: string }>('select id from public.documents where booking_id = $1', [
			id
		]))
			await stand.enqueue('document-render', { document_id: row.id });
		await until(async () => (await documents(id)).every(({ sha256 }) => sha256 !== null), { what: 'both drawn' });
		expect(await documents(id)).toEqual(before);
	});

	it('the tax report goes to who asked, with its figures as CSV, while they may have it', async () => {
		const [user] = await stand.db.query<{ admin: string; boss: string }>(
			`select (select id from auth.users where email = 'admin@demo.test') as admin,
				(select id from auth.users where email = 'super_admin@demo.test') as boss`
		);
		const wish = { from: '2026-01-01', to: '2027-12-31', asked_at: 'now' };
		await stand.enqueue('tax-report', { ...wish, user_id: user?.boss });
		await stand.enqueue('tax-report', { ...wish, user_id: user?.admin });
		await start();
		await stand.done('tax-report', 2);
		expect(await stand.mails('admin@demo.test')).toEqual([]);
		const [mail] = await stand.mails('super_admin@demo.test');
		expect(mail?.subject).toBe('Tax report 2026-01-01 to 2027-12-31');
		expect(mail?.attachments.map(({ name }) => name)).toEqual(['tax-2026-01-01-2027-12-31.csv']);
	});
});

describe('the file store', () => {
	it('says what is missing where nothing is set up', async () => {
		await expect(createFileStore(null).put('documents', 'a', new Uint8Array(), 'x/y')).rejects.toThrow(
			'SUPABASE_SECRET_KEY'
		);
	});
	it('never says the key, nor the path, when it is refused', async () => {
		const refusing = createFileStore({ apiUrl: 'http://api.test', secretKey: 'sb_secret_x' }, () =>
			Promise.resolve(new Response('no', { status: 403 }))
		);
		await expect(refusing.put('documents', 'b/c.pdf', new Uint8Array(), 'application/pdf')).rejects.toThrow(
			/^Storage answered 403 to a file for documents\.$/
		);
	});
});
