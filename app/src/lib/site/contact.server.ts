import * as z from 'zod/mini';
import { email, optionalPhone, optionalZip, requiredText } from '#shared/booking/fields.ts';
import { fieldErrors } from '#shared/errors.ts';
import type { Supabase } from '#kit/server/supabase.ts';
import { captureLead } from '#app/leads/capture.server.ts';
import type { ContactValues } from './contact.ts';

/** What a post of the contact form came to. */
export type ContactOutcome =
	| { sent: true }
	| { sent: false; status: number; values: ContactValues; errors: Record<string, string>; message: string };

const contactForm = z.object({
	name: requiredText(120, 'Tell us your name.'),
	email,
	phone: optionalPhone,
	zip: optionalZip,
	message: requiredText(2000, 'Write a sentence or two, so that we know what you need.')
});

/** A field that people never see. Who fills it in is a machine: it is thanked and nothing is stored. */
export const trapField = 'company_website';

/** Stores a message as a lead. Never throws for what a visitor can put right; keeps what was typed. */
export async function sendMessage(client: Supabase, form: FormData): Promise<ContactOutcome> {
	const typed = (name: string) => {
		const value = form.get(name);
		return typeof value === 'string' ? value.slice(0, 10_000) : '';
	};
	if (typed(trapField)) return { sent: true };
	const values: ContactValues = {
		name: typed('name'),
		email: typed('email'),
		phone: typed('phone'),
		zip: typed('zip'),
		message: typed('message')
	};
	const read = contactForm.safeParse(values);
	if (!read.success) {
		const errors: Record<string, string> = {};
		for (const issue of read.error.issues) errors[String(issue.path[0])] ??= issue.message;
		return { sent: false, status: 422, values, errors, message: 'Please look at the marked fields.' };
	}
	const { name, email: address, phone, zip, message } = read.data;
	const refusal = await captureLead(client, {
		source: 'contact',
		contact: { name, email: address, ...(phone && { phone }) },
		...(zip && { zip }),
		notes: message
	});
	if (!refusal) return { sent: true };
	const errors = Object.fromEntries(
		Object.entries(fieldErrors(refusal)).map(([path, text]) => [fieldOf[path] ?? path, text])
	);
	if (refusal.code === 'UNKNOWN_ZIP') errors.zip ??= refusal.message;
	const status = refusal.code === 'RATE_LIMITED' ? 429 : refusal.code === 'UNREACHABLE' ? 503 : 422;
	const text =
		refusal.code === 'RATE_LIMITED'
			? 'We have had several messages from you in a short time. What you wrote is still here: send it again in a few minutes.'
			: refusal.message;
	return { sent: false, status, values, errors, message: text };
}

const fieldOf: Record<string, string> = {
	'contact.name': 'name',
	'contact.email': 'email',
	'contact.phone': 'phone',
	notes: 'message'
};
