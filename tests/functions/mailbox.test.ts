import { createServer, type Server } from 'node:http';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import nodemailer, { type SendMailOptions } from 'nodemailer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startMailbox, type Mailbox } from '../../supabase/local/mailbox.ts';
import type { Mail } from '../../supabase/local/mailbox/store.ts';
import { freePort } from './free-port.ts';

describe('the mailbox', () => {
	let dataDir: string;
	let smtpPort: number;
	let mailbox: Mailbox;
	let server: Server;
	let base: string;

	beforeEach(async () => {
		dataDir = await mkdtemp(join(tmpdir(), 'mailbox-'));
		smtpPort = await freePort();
		mailbox = await startMailbox({ smtpPort, dataDir });
		server = createServer((req, res) => {
			void mailbox.handleRequest(req, res).then((done) => {
				if (!done) res.writeHead(418).end();
			});
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	});
	afterEach(async () => {
		server.closeAllConnections();
		server.close();
		await mailbox.close();
		await rm(dataDir, { recursive: true });
	});

	const send = (mail: Partial<SendMailOptions> = {}) =>
		nodemailer.createTransport(`smtp://127.0.0.1:${smtpPort}`).sendMail({
			from: 'My Hibachi <hello@myhibachi.test>',
			to: 'ann@example.test',
			subject: 'Dinner is booked',
			text: 'Open it: http://127.0.0.1:5173/booking-success?token=a-b_c.',
			html: '<p>Open <a href="http://127.0.0.1:5173/booking-success?token=a-b_c&amp;x=1">it</a><script>alert(1)</script>',
			...mail
		});
	const list = async (query = '') => (await (await fetch(`${base}/_mail/api/messages${query}`)).json()) as Mail[];

	it('keeps what is sent to it, newest first, with its links', async () => {
		await send({ subject: 'First' });
		await send({ subject: 'Second – déjà vu 🍤' });
		const mails = await list();
		expect(mails.map((mail) => mail.subject)).toEqual(['Second – déjà vu 🍤', 'First']);
		expect(mails[0]).toMatchObject({ to: ['ann@example.test'], from: '"My Hibachi" <hello@myhibachi.test>' });
		expect(mails[0]?.links).toEqual([
			'http://127.0.0.1:5173/booking-success?token=a-b_c&x=1',
			'http://127.0.0.1:5173/booking-success?token=a-b_c'
		]);
	});

	it('finds mails by recipient, whatever the case, blind copies as well', async () => {
		await send();
		await send({ to: 'Bob@Example.test', bcc: 'boss@example.test' });
		expect(await list('?to=BOB@example.test')).toHaveLength(1);
		expect(await list('?to=boss@example.test')).toHaveLength(1);
		expect(await list('?to=nobody@example.test')).toEqual([]);
	});

	it('has them still after a restart', async () => {
		await send();
		await mailbox.close();
		mailbox = await startMailbox({ smtpPort, dataDir });
		expect(await list()).toHaveLength(1);
	});

	it('deletes one, then all, from the disk too', async () => {
		await send();
		await send();
		const [first] = await list();
		await fetch(`${base}/_mail/api/messages/${first?.id}`, { method: 'DELETE' });
		expect(await list()).toHaveLength(1);
		await fetch(`${base}/_mail/api/messages`, { method: 'DELETE' });
		expect(await list()).toEqual([]);
		expect(await readdir(join(dataDir, 'mail'))).toEqual([]);
	});

	it('shows a mail so that nothing in it can run or fetch', async () => {
		await send();
		const [mail] = await list();
		const shown = await fetch(`${base}/_mail/messages/${mail?.id}/html`);
		expect(shown.headers.get('content-security-policy')).toMatch(/^sandbox [^;]*; default-src 'none'/);
		expect(shown.headers.get('content-security-policy')).not.toContain('allow-scripts');
		const raw = await fetch(`${base}/_mail/messages/${mail?.id}/raw`);
		expect(raw.headers.get('content-type')).toContain('text/plain');
		expect(await raw.text()).toContain('Subject: Dinner is booked');
	});

	it('serves its page and answers 404 for what it does not have, also outside its folder', async () => {
		const page = await fetch(`${base}/_mail`);
		expect(page.status).toBe(200);
		expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
		expect((await fetch(`${base}/_mail/page.js`)).status).toBe(200);
		for (const path of ['store.ts', 'messages/x/html', 'messages/..%2f..%2fkeys/raw', 'api/messages/x']) {
			expect((await fetch(`${base}/_mail/${path}`)).status, path).toBe(404);
		}
		expect((await fetch(`${base}/other`)).status).toBe(418);
	});

	it('tells an open page of a new mail at once', async () => {
		const events = await fetch(`${base}/_mail/api/events`);
		const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader();
		await reader?.read();
		await send({ subject: 'News' });
		const { value } = (await reader?.read()) ?? {};
		expect(value).toContain('event: mail');
		expect(value).toContain('News');
		await reader?.cancel();
	});

	it('says which port is taken', async () => {
		await expect(startMailbox({ smtpPort, dataDir })).rejects.toThrow(`Port ${smtpPort}`);
	});
});
