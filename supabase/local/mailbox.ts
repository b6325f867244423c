/** Mail of the local stack: an SMTP server that keeps everything and sends nothing on, and a page to read it at `/_mail`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { SetupError } from './config.ts';
import { sendJson } from './http.ts';
import { openMailStore, type Mail, type MailStore } from './mailbox/store.ts';

export interface MailboxOptions {
	smtpPort: number;
	/** Mail is kept in its subfolder `mail`. */
	dataDir: string;
}

export interface Mailbox {
	/** Serves what is under `/_mail`; false for any other address, which it leaves alone. */
	handleRequest(req: IncomingMessage, res: ServerResponse): Promise<boolean>;
	close(): Promise<void>;
}

const maxBytes = 25 * 1024 * 1024;
const files: Record<string, string> = {
	'page.html': 'text/html; charset=utf-8',
	'page.css': 'text/css; charset=utf-8',
	'page.js': 'text/javascript; charset=utf-8'
};
const pagePolicy =
	"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/** A mail is a stranger's HTML: shown as it is, it may run nothing and fetch nothing. */
const mailPolicy =
	"sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** @throws SetupError when the SMTP port is taken. */
export async function startMailbox({ smtpPort, dataDir }: MailboxOptions): Promise<Mailbox> {
	const store = await openMailStore(join(dataDir, 'mail'));
	const listeners = new Set<ServerResponse>();
	const tell = (event: string, data: unknown) => {
		for (const res of listeners) res.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
	};
	const smtp = await listenSmtp(smtpPort, store, (mail) => tell('mail', summary(mail)));

	async function handleRequest(req: IncomingMessage, res: ServerResponse): Promise<boolean> {
		const url = new URL(req.url ?? '/', 'http://mailbox');
		if (url.pathname !== '/_mail' && !url.pathname.startsWith('/_mail/')) return false;
		res.setHeader('x-content-type-options', 'nosniff');
		res.setHeader('referrer-policy', 'no-referrer');
		res.setHeader('cache-control', 'no-store');
		const [first = '', second = '', id, part] = url.pathname.split('/').slice(2);
		if (first === 'api' && second === 'messages') await api(req, res, url, id);
		else if (first === 'api' && second === 'events') subscribe(res, listeners);
		else if (first === 'messages' && (id ?? part) !== undefined) await show(res, second, id ?? '');
		else await page(res, first || 'page.html');
		return true;
	}

	async function api(req: IncomingMessage, res: ServerResponse, url: URL, id?: string): Promise<void> {
		if (req.method === 'DELETE') {
			await store.remove(id);
			tell('removed', { id: id ?? null });
			res.writeHead(204).end();
		} else if (id === undefined) {
			sendJson(res, 200, store.list(url.searchParams.get('to') ?? undefined));
		} else {
			const mail = store.get(id);
			if (mail) sendJson(res, 200, mail);
			else notFound(res);
		}
	}

	async function show(res: ServerResponse, id: string, part: string): Promise<void> {
		const mail = store.get(id);
		if (!mail) return notFound(res);
		if (part === 'html') {
			res.setHeader('content-security-policy', mailPolicy);
			res.setHeader('content-type', 'text/html; charset=utf-8');
			res.end(`<!doctype html><base target="_blank">${mail.html}`);
		} else if (part === 'raw') {
			res.setHeader('content-type', 'text/plain; charset=utf-8');
			res.end(await store.raw(id));
		} else notFound(res);
	}

	return {
		handleRequest,
		close: async () => {
			for (const res of listeners) res.end();
			await new Promise<void>((resolve) => smtp.close(() => resolve()));
		}
	};
}

/** The list shows these; a mail's body may be large. */
function summary({ id, received_at, from, to, subject }: Mail) {
	return { id, received_at, from, to, subject };
}

function listenSmtp(port: number, store: MailStore, onMail: (mail: Mail) => void): Promise<SMTPServer> {
	const smtp = new SMTPServer({
		authOptional: true,
		hideSTARTTLS: true, // No certificate here, and nothing leaves the machine.
		size: maxBytes,
		onAuth: (auth, _session, done) => done(null, { user: auth.username ?? 'anyone' }),
		onData(stream, session, done) {
			const to = session.envelope.rcptTo.map((recipient) => recipient.address);
			buffer(stream)
				.then((raw) => {
					if (stream.sizeExceeded)
						throw Object.assign(new Error('The mail is larger than 25 MB.'), { responseCode: 552 });
					return store.add(raw, to);
				})
				.then((mail) => {
					done();
					onMail(mail);
				}, done);
		}
	});
	return new Promise((resolve, reject) => {
		smtp.once('error', (error: NodeJS.ErrnoException) => {
			const taken = error.code === 'EADDRINUSE';
			reject(taken ? new SetupError(`Port ${port}, which the mailbox needs, is taken.`) : error);
		});
		smtp.listen(port, '127.0.0.1', () => {
			// A sender that breaks off is the sender's affair.
			smtp.removeAllListeners('error').on('error', () => {});
			resolve(smtp);
		});
	});
}

function subscribe(res: ServerResponse, listeners: Set<ServerResponse>): void {
	res.writeHead(200, { 'content-type': 'text/event-stream' });
	res.write(': open\n\n');
	listeners.add(res);
	res.once('close', () => listeners.delete(res));
}

async function page(res: ServerResponse, name: string): Promise<void> {
	const type = files[name];
	if (!type) return notFound(res);
	res.setHeader('content-security-policy', pagePolicy);
	res.setHeader('content-type', type);
	res.end(await readFile(join(import.meta.dirname, 'mailbox', name)));
}

function notFound(res: ServerResponse): void {
	sendJson(res, 404, { code: 'NOT_FOUND', message: 'There is no such mail.', details: null, hint: null });
}
