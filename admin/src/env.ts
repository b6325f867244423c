import { defineEnvVars } from '@sveltejs/kit/env';

/** Nothing is read at build time: `kit/config.ts` reads the environment when the server runs. */
export const variables = defineEnvVars({});
