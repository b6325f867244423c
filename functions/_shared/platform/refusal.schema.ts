import * as z from 'zod/mini';

/** What every refusing RPC and function answers; `details` depends on the code (docs/error_codes.md). */
export const refusalAnswer = z.object({
	code: z.string(),
	message: z.string(),
	details: z.unknown(),
	hint: z.nullable(z.string())
});
