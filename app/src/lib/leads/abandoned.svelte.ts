import type { BookingValues } from '#shared/booking/choices.ts';

const afterMs = 1200;

/**
 * Tells the server, once each, that somebody who can be reached began a booking: the lead of a form that may never be sent.
 * Call the returned function as an e-mail address or a phone number was left. It survives the page being closed, and says
 * nothing while a booking is on its way.
 */
export function leadOnLeaving(values: () => BookingValues, busy: () => boolean): () => void {
	let timer: ReturnType<typeof setTimeout> | undefined;
	let told = '';

	return () => {
		clearTimeout(timer);
		timer = setTimeout(() => {
			const { 'contact.email': email = '', 'contact.phone': phone = '' } = values();
			const contact = `${email} ${phone}`;
			if (busy() || contact.trim() === '' || contact === told) return;
			told = contact;
			void fetch('/BookUs/lead', {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify(values()),
				keepalive: true
			}).catch(() => (told = ''));
		}, afterMs);
	};
}
