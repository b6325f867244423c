import { PUBLIC_CONTACT_PHONE } from '$app/env/private';
import { publicConfig } from '#kit/config.ts';
import { encodeText } from '#ui/secret-text.ts';

/** What every page of the site knows: its own address (for canonical links) and how to call, unreadable to harvesters. */
export interface Site {
	url: string;
	/** Encoded phone number for ProtectedPhone; null where none is given out. */
	phone: string | null;
}

export function siteSettings(): Site {
	return { url: publicConfig().appUrl, phone: PUBLIC_CONTACT_PHONE ? encodeText(PUBLIC_CONTACT_PHONE) : null };
}
