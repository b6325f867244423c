import { stackUnderTest } from '../api.ts';
import { until } from '../until.ts';

export interface Mail {
	id: string;
	subject: string;
	text: string;
	html: string;
}

/** The newest mail to an address, once it is there, that `fits`. */
export async function mailTo(address: string, fits: (mail: Mail) => boolean = () => true): Promise<Mail> {
	const base = `${stackUnderTest().MAIL_URL}/api/messages`;
	return until(
		async () => {
			const list = (await (await fetch(`${base}?to=${encodeURIComponent(address)}`)).json()) as { id: string }[];
			for (const { id } of list) {
				const mail = (await (await fetch(`${base}/${id}`)).json()) as Mail;
				if (fits(mail)) return mail;
			}
			return null;
		},
		{ timeoutMs: 20_000, everyMs: 200, what: `a mail to ${address}` }
	);
}

/** The first link of a mail that leads to `path`, as path and query. */
export function linkIn(mail: Mail, path: string): string {
	for (const [found] of mail.text.matchAll(/https?:\/\/\S+/g)) {
		const url = new URL(found.replace(/[)>.]+$/, ''));
		if (url.pathname === path) return url.pathname + url.search;
	}
	throw new Error(`No link to ${path} in "${mail.subject}".`);
}
