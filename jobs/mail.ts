/** Sends mail by SMTP. */
import { createHash } from 'node:crypto';
import nodemailer from 'nodemailer';
import type { JobContext } from './job.ts';

export interface MailSettings {
	/** `smtp://user:password@host:port`, or `smtps://…`. */
	smtpUrl: string;
	/** `Name <address>`. */
	from: string;
}

export interface Mailer {
	send: JobContext['send'];
	close(): void;
}

/** The limits together stay under a job's own, so that a dead mail server fails the job instead of outlasting it. */
export function createMailer({ smtpUrl, from }: MailSettings): Mailer {
	const transport = nodemailer.createTransport({
		url: smtpUrl,
		pool: true,
		maxConnections: 2,
		connectionTimeout: 10_000,
		greetingTimeout: 10_000,
		socketTimeout: 20_000
	});
	const domain = /@([\w.-]+)/.exec(from)?.[1] ?? 'localhost';
	return {
		async send({ to, subject, html, text, messageKey, calendar, attachments = [] }) {
			// The key is a fact about a booking; only its hash leaves the house.
			const id = createHash('sha256').update(messageKey).digest('hex').slice(0, 32);
			await transport.sendMail({
				from,
				to,
				subject,
				html,
				text,
				messageId: `<${id}@${domain}>`,
				headers: { 'Auto-Submitted': 'auto-generated' },
				attachments: [
					...attachments,
					...(calendar
						? [{ filename: 'hibachi.ics', contentType: 'text/calendar; charset=utf-8', content: calendar }]
						: [])
				]
			});
		},
		close: () => transport.close()
	};
}
