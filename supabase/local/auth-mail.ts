/**
 * Sends what the auth server writes: by SMTP to the local mailbox, with links that open the customer site's own
 * confirmation page (`/auth/confirm`), as the templates in supabase/templates do on hosted Supabase.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EmailDriver, EmailMessage } from '@supabase/lite';
import nodemailer from 'nodemailer';
import { requestFacts } from './shims/request-context.ts';

export interface AuthMailOptions {
	smtpUrl: string;
	from: string;
	appUrl: string;
	adminUrl: string;
	templatesDir: string;
}

/** By the type in lite's link: the template of the same deed on hosted Supabase. */
const templates: Record<string, string> = {
	signup: 'confirmation',
	magiclink: 'magic_link',
	recovery: 'recovery',
	email_change: 'email_change',
	invite: 'invite'
};

/** @throws from `send`, when the mailbox does not take the message. */
export function authMailDriver(options: AuthMailOptions): EmailDriver {
	const transport = nodemailer.createTransport(options.smtpUrl);
	return {
		async send(message: EmailMessage) {
			const redirectTo = new URLSearchParams(requestFacts.getStore()?.query).get('redirect_to');
			await transport.sendMail({ from: options.from, ...rewrite(message, options, redirectTo) });
		}
	};
}

/**
 * The same message with the link to our page and our words around it; unchanged when it holds no link.
 * `redirectTo` is what the request asked for: lite leaves it out of its mails, the hosted auth server does not.
 */
export function rewrite(
	message: EmailMessage,
	options: Omit<AuthMailOptions, 'smtpUrl' | 'from'>,
	redirectTo: string | null = null
): EmailMessage {
	const found = /https?:\/\/\S+\/auth\/v1\/verify\?\S+/.exec(message.text ?? '')?.[0];
	if (!found) return message;
	const given = new URL(found).searchParams;
	const type = given.get('type') ?? 'magiclink';
	const link = confirmationLink(given.get('token') ?? '', type, redirectTo ?? given.get('redirect_to'), options);
	const code = /\b\d{6,10}\b/.exec(message.text ?? '')?.[0] ?? '';
	const file = join(options.templatesDir, `${templates[type] ?? 'magic_link'}.html`);
	const html = existsSync(file)
		? fill(readFileSync(file, 'utf8'), link, code, message.to)
		: message.html?.replaceAll(found, escapeHtml(link));
	return { ...message, text: message.text?.replaceAll(found, link), ...(html !== undefined && { html }) };
}

function confirmationLink(
	tokenHash: string,
	type: string,
	redirectTo: string | null,
	{ appUrl, adminUrl }: Pick<AuthMailOptions, 'appUrl' | 'adminUrl'>
): string {
	const target = redirectTo && URL.canParse(redirectTo) ? new URL(redirectTo) : null;
	const base = target?.origin === new URL(adminUrl).origin ? adminUrl : appUrl;
	const link = new URL('/auth/confirm', base);
	link.searchParams.set('token_hash', tokenHash);
	link.searchParams.set('type', type === 'magiclink' || type === 'signup' ? 'email' : type);
	if (target && target.origin === link.origin) link.searchParams.set('next', target.pathname + target.search);
	return link.href;
}

/** The hosted templates spell the link out of its parts; here it is one, so that it is encoded in one place. */
function fill(template: string, link: string, code: string, to: string): string {
	return template
		.replace(/\{\{ \.SiteURL \}\}\/auth\/confirm\?[^"]*/g, () => escapeHtml(link))
		.replaceAll('{{ .Token }}', escapeHtml(code))
		.replaceAll('{{ .Email }}', escapeHtml(to));
}

function escapeHtml(text: string): string {
	return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
