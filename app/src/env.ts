import { defineEnvVars } from '@sveltejs/kit/env';

/** Settings of the customer site itself; those it shares with the admin panel are read by kit/config.ts. */
export const variables = defineEnvVars({
	PUBLIC_CONTACT_PHONE: {
		schema: (value) => value?.trim() || undefined,
		description:
			'The phone number visitors may call, E.164 (+15105550100). Leaves the server encoded only; absent, the site offers the contact form alone.'
	}
});
