/** Mail kept as files: `<id>.eml` as it came, `<id>.json` as it reads. Ids sort by time of arrival. */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { simpleParser, type AddressObject } from 'mailparser';

export interface Mail {
	id: string;
	received_at: string;
	from: string;
	/** Every recipient, in lower case: those of the envelope, so blind copies as well. */
	to: string[];
	subject: string;
	text: string;
	/** Empty for a mail without HTML. */
	html: string;
	/** Every http(s) address in it, in order, once. */
	links: string[];
	attachments: { name: string; type: string; bytes: number }[];
}

export interface MailStore {
	add(raw: Buffer, envelopeTo: string[]): Promise<Mail>;
	/** Newest first; only those to `to` where it is given. */
	list(to?: string): Mail[];
	get(id: string): Mail | undefined;
	raw(id: string): Promise<Buffer | undefined>;
	/** Deletes one, or all. */
	remove(id?: string): Promise<void>;
}

/** Opens the folder, reads what is in it. A file that can't be read is left alone and not listed. */
export async function openMailStore(folder: string): Promise<MailStore> {
	await mkdir(folder, { recursive: true });
	const mails = new Map<string, Mail>();
	for (const file of (await readdir(folder)).filter((name) => name.endsWith('.json')).sort()) {
		const mail = await readFile(join(folder, file), 'utf8').then(parseMail, () => undefined);
		if (mail) mails.set(mail.id, mail);
	}
	return {
		async add(raw, envelopeTo) {
			const mail = await readMail(raw, envelopeTo);
			await writeFile(join(folder, `${mail.id}.eml`), raw);
			// The .json makes it count, so it appears whole or not at all.
			await writeFile(join(folder, `${mail.id}.tmp`), JSON.stringify(mail, null, '\t'));
			await rename(join(folder, `${mail.id}.tmp`), join(folder, `${mail.id}.json`));
			mails.set(mail.id, mail);
			return mail;
		},
		list(to) {
			const wanted = to?.trim().toLowerCase();
			return [...mails.values()].reverse().filter((mail) => !wanted || mail.to.includes(wanted));
		},
		get: (id) => mails.get(id),
		raw: async (id) => (mails.has(id) ? readFile(join(folder, `${id}.eml`)) : undefined),
		async remove(id) {
			for (const gone of id === undefined ? [...mails.keys()] : [id]) {
				if (!mails.delete(gone)) continue;
				await Promise.all(['json', 'eml'].map((ending) => rm(join(folder, `${gone}.${ending}`), { force: true })));
			}
		}
	};
}

async function readMail(raw: Buffer, envelopeTo: string[]): Promise<Mail> {
	const parsed = await simpleParser(raw);
	const received = new Date();
	const named = [parsed.to, parsed.cc].flat().flatMap((field) => (field ? addresses(field) : []));
	const text = parsed.text ?? '';
	const html = parsed.html || '';
	return {
		id: `${received.toISOString().replace(/\D/g, '')}-${randomBytes(4).toString('hex')}`,
		received_at: received.toISOString(),
		from: parsed.from?.text ?? '',
		to: [...new Set([...envelopeTo, ...named].map((address) => address.toLowerCase()))],
		subject: parsed.subject ?? '',
		text,
		html,
		links: linksIn(text, html),
		attachments: parsed.attachments.map((file) => ({
			name: file.filename ?? 'unnamed',
			type: file.contentType,
			bytes: file.size
		}))
	};
}

function addresses(field: AddressObject): string[] {
	return field.value.flatMap((entry) => (entry.address ? [entry.address] : []));
}

function linksIn(text: string, html: string): string[] {
	const inHtml = [...html.matchAll(/href="(https?:[^"]+)"/g)].map(([, link = '']) =>
		link.replaceAll('&amp;', '&').replaceAll('&#38;', '&')
	);
	const inText = [...text.matchAll(/https?:\/\/[^\s<>"']+/g)].map(([link]) => link.replace(/[.,;:!?)\]]+$/, ''));
	return [...new Set([...inHtml, ...inText])];
}

function parseMail(text: string): Mail | undefined {
	const mail: unknown = JSON.parse(text);
	return typeof mail === 'object' && mail !== null && 'id' in mail && 'to' in mail ? (mail as Mail) : undefined;
}
