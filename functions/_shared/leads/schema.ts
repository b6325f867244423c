import * as z from 'zod/mini';
import { checkbox, optionalEmail, optionalPhone, optionalText, optionalZip } from '../booking/fields.ts';

/** Where a lead came from, as the website tells it. */
export const leadSources = ['quote', 'abandoned_form', 'contact', 'out_of_area'] as const;

/** What `capture_lead` takes: whatever is known of a person's wish; an e-mail or a phone number at least. */
export interface LeadRequest {
	source: string;
	reason?: string;
	contact: { name?: string; email?: string; phone?: string; sms_consent?: boolean };
	zip?: string;
	event_at?: string;
	adults?: number;
	children?: number;
	toddlers?: number;
	items?: { code: string; quantity: number }[];
	notes?: string;
	utm?: Record<string, string>;
}

/** "Send me this quote": either way of reaching the person is enough. */
export const quoteContactForm = z
	.object({
		name: optionalText(120),
		email: optionalEmail,
		phone: optionalPhone,
		sms_consent: checkbox,
		zip: optionalZip,
		notes: optionalText(2000)
	})
	.check(
		z.refine(({ email, phone }) => email !== '' || phone !== '', {
			path: ['email'],
			error: 'Leave an e-mail address or a phone number, so that we can answer.'
		})
	);
