import * as z from 'zod/mini';
import { checkbox, email, phone, requiredText } from '../booking/fields.ts';

const newPassword = z
	.string({ error: 'Choose a password.' })
	.check(z.minLength(8, 'Use at least 8 characters.'), z.maxLength(72, 'Use at most 72 characters.'));

export const signInForm = z.object({
	email,
	password: z.string({ error: 'Enter your password.' }).check(z.minLength(1, 'Enter your password.'), z.maxLength(200))
});

/** Asks for an e-mail with a link: to sign in, or to choose a new password. */
export const linkForm = z.object({ email });

export const registerForm = z.object({
	name: requiredText(120, 'Tell us your name.'),
	email,
	password: newPassword
});

export const passwordForm = z.object({ password: newPassword });

/** What a customer may change about themselves; the e-mail is their identity and stays. */
export const profileForm = z.object({
	name: requiredText(120, 'Tell us your name.'),
	phone,
	sms_consent: checkbox
});
